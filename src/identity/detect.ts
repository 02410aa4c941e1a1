/**
 * Which identity this job has. The providers are asked in a stated order, never raced, so that the reason for a choice
 * survives; a cloud machine never outranks the CI that runs on it.
 */

import { detectGitHubActions } from './github-actions.ts';
import { type Detection, type IdentityContext, IdentityError } from './provider.ts';

interface ProviderEntry {
  readonly title: string;
  readonly detect: (context: IdentityContext) => Detection | undefined;
  /** What was looked for, for the list that is shown when nothing was found. */
  readonly lookedFor: string;
}

const providers: readonly ProviderEntry[] = [
  { title: 'GitHub Actions', detect: detectGitHubActions, lookedFor: '`GITHUB_ACTIONS` is not `true`' },
];

/** The first provider that recognises its place; `undefined` when none does. */
export function detectProvider(context: IdentityContext): Detection | undefined {
  for (const { detect } of providers) {
    const detection = detect(context);
    if (detection !== undefined) return detection;
  }
  return undefined;
}

/** The error for a run that needs an identity and has none: one line for each provider. */
export function identityNotFound(): IdentityError {
  const lines = providers.map(({ title, lookedFor }) => `  ${title}: ${lookedFor}`);
  return new IdentityError('IDENTITY_NOT_FOUND', {
    message: 'This job has no identity that can be exchanged for a PyPI token.',
    hint: [
      'Looked for:',
      ...lines,
      '',
      'Run this in a CI job with an identity, set `PYPI_TOKEN` to an API token, or try the whole flow here with `pypi-oidc rehearse`.',
    ].join('\n'),
  });
}

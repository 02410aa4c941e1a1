/**
 * One run of publishing, from files to outcomes; `upload` runs it on a real index, `rehearse` on the embedded one.
 * Nothing irreversible happens before everything local has passed: minting comes after the checks, uploading after that.
 */

import { type Finding, hasErrors } from '../checks/finding.ts';
import {
  type CredentialChoice,
  chooseCredentials,
  type StoredCredentials,
  type TrustedPublishingMode,
} from '../credentials/choice.ts';
import {
  obtainIdentityToken,
  type PublishingRequest,
  storedCredentials,
  trustedPublishingCredentials,
} from '../credentials/trusted-publishing.ts';
import { formFields } from '../distributions/form-fields.ts';
import { InterruptedError, PypiOidcError } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import { detectProvider, identityNotFound } from '../identity/detect.ts';
import type { PackageIndex } from '../package-index/index-url.ts';
import { type CredentialSource, legacyUploadTarget } from '../package-index/legacy-upload.ts';
import { AudienceError, fetchAudience } from '../package-index/oidc.ts';
import type { RetryNotice } from '../retry.ts';
import type { IgnoredFile } from '../terminal/result.ts';
import type { Outcome } from '../upload/outcome.ts';
import { planUpload, type UploadPlan } from '../upload/plan.ts';
import { uploadAll, uploadRetries } from '../upload/upload.ts';
import type { CommandContext } from './context.ts';
import { readDistributions } from './read-distributions.ts';

export interface PublishRequest {
  readonly index: PackageIndex;
  readonly http: HttpClient;
  readonly paths: readonly string[];
  readonly ignored: readonly IgnoredFile[];
  readonly stored: {
    readonly given: StoredCredentials | undefined;
    readonly environment: StoredCredentials | undefined;
  };
  readonly trustedPublishing: TrustedPublishingMode;
  /** Apply the local checks. */
  readonly check: boolean;
  /** Treat warnings as errors. */
  readonly strict: boolean;
  readonly failFast: boolean;
  readonly retries: number;
  /** Everything but minting and uploading. */
  readonly dryRun: boolean;
}

export type PublishReport =
  /** A local check failed: nothing was minted, nothing sent. */
  | { readonly kind: 'check-failed'; readonly plan: UploadPlan; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'planned';
      readonly plan: UploadPlan;
      readonly findings: readonly Finding[];
      readonly credentials: string | undefined;
    }
  | { readonly kind: 'ran'; readonly outcomes: readonly Outcome[]; readonly findings: readonly Finding[] };

/** How the run authenticates, settled before anything is minted. */
type Authentication =
  | { readonly kind: 'stored'; readonly source: CredentialSource; readonly announcement: string }
  | {
      readonly kind: 'trusted-publishing';
      readonly request: Omit<PublishingRequest, 'projects'>;
      readonly announcement: string;
    }
  | { readonly kind: 'impossible'; readonly error: unknown };

export async function publish(request: PublishRequest, context: CommandContext): Promise<PublishReport> {
  const [read, authentication] = await Promise.all([
    readDistributions(request.paths, request.check),
    settleAuthentication(request, context).catch((error: unknown): Authentication => ({ kind: 'impossible', error })),
  ]);
  const findings = [...read.findings.values()].flat();
  const plan = planUpload(request.index, read.distributions, formFields);
  if (hasErrors(findings) || (request.strict && findings.length > 0)) return { kind: 'check-failed', plan, findings };
  if (request.check)
    context.terminal.report({ kind: 'checked', files: plan.uploads.length, warnings: findings.length });

  if (authentication.kind !== 'impossible')
    context.terminal.report({ kind: 'credentials', text: authentication.announcement });
  if (request.dryRun)
    return { kind: 'planned', plan, findings, credentials: await tryAuthentication(authentication, context, request) };
  if (authentication.kind === 'impossible') throw authentication.error;
  const credentials = credentialSource(authentication, plan, context, request);
  try {
    throwIfInterrupted(context);
    // Minting belongs before the first file, so that its failure is told as what it is.
    await credentials.current(0);
    throwIfInterrupted(context);
    const outcomes = await uploadAll(
      {
        target: legacyUploadTarget(request.http, request.index),
        runtime: context.runtime,
        reporter: context.terminal,
        credentials,
        retryPolicy: { ...uploadRetries, retries: request.retries },
        failFast: request.failFast,
        signal: context.signal,
      },
      plan,
    );
    return { kind: 'ran', outcomes, findings };
  } finally {
    await credentials.end();
  }
}

/** Find the identity, ask the index for its audience, choose. @throws {PypiOidcError} when there is nothing to choose */
async function settleAuthentication(request: PublishRequest, context: CommandContext): Promise<Authentication> {
  const { runtime, terminal } = context;
  const { given, environment } = request.stored;
  const onRetry = (what: string) => (notice: RetryNotice) => terminal.report({ kind: 'retry', what, notice });
  const detection = detectProvider({ runtime, http: request.http, onRetry: onRetry('asking for an identity token') });
  const choose = (mode: TrustedPublishingMode): CredentialChoice =>
    chooseCredentials({ mode, given, detection, environment });
  const choice = choose(request.trustedPublishing);
  switch (choice.kind) {
    case 'stored':
      if (choice.advice !== undefined) {
        terminal.report({
          kind: 'note',
          severity: 'warning',
          message: choice.advice.message,
          hint: choice.advice.hint,
        });
      }
      return { kind: 'stored', source: storedCredentials(choice.credentials), announcement: choice.announcement };
    case 'unavailable':
      throw choice.error;
    case 'none':
      throw identityNotFound();
    case 'trusted-publishing': {
      const { provider, announcement } = choice;
      terminal.report({ kind: 'identity', title: provider.title, detectedBy: provider.detectedBy });
      try {
        const audience = await fetchAudience(
          { http: request.http, runtime, onRetry: onRetry('asking for the audience') },
          request.index,
        );
        terminal.report({ kind: 'audience', audience, index: request.index.title });
        return { kind: 'trusted-publishing', request: { index: request.index, provider, audience }, announcement };
      } catch (error) {
        // Only an index that has no trusted publishing leaves the choice to a stored token.
        if (request.trustedPublishing !== 'auto' || !(error instanceof AudienceError) || environment === undefined)
          throw error;
        const fallback = choose('never');
        if (fallback.kind !== 'stored') throw error;
        terminal.report({ kind: 'note', severity: 'info', message: error.message });
        return { kind: 'stored', source: storedCredentials(fallback.credentials), announcement: fallback.announcement };
      }
    }
    default:
      return choice satisfies never;
  }
}

function credentialSource(
  authentication: Exclude<Authentication, { kind: 'impossible' }>,
  plan: UploadPlan,
  context: CommandContext,
  { http }: PublishRequest,
): CredentialSource {
  if (authentication.kind === 'stored') return authentication.source;
  return trustedPublishingCredentials(
    { http, runtime: context.runtime, reporter: context.terminal },
    { ...authentication.request, projects: projectsOf(plan) },
  );
}

/** For a dry run: as far as it goes without minting. Says what would stop a real run. */
async function tryAuthentication(
  authentication: Authentication,
  context: CommandContext,
  request: PublishRequest,
): Promise<string | undefined> {
  try {
    if (authentication.kind === 'impossible') throw authentication.error;
    if (authentication.kind === 'trusted-publishing') {
      await obtainIdentityToken(
        { http: request.http, runtime: context.runtime, reporter: context.terminal },
        { ...authentication.request, projects: [] },
      );
    }
    return authentication.announcement;
  } catch (error) {
    if (!(error instanceof PypiOidcError)) throw error;
    context.terminal.report({ kind: 'note', severity: 'warning', message: error.message, hint: error.hint });
    return undefined;
  }
}

function projectsOf(plan: UploadPlan): readonly string[] {
  return [...new Set(plan.uploads.map(({ file }) => file.project))];
}

function throwIfInterrupted({ signal }: CommandContext): void {
  if (signal.aborted) throw new InterruptedError();
}

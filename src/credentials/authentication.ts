/**
 * How a run authenticates, settled before anything is minted: find the identity, choose, ask the index for its audience.
 * What was chosen and why is reported in one line.
 */

import { detectProvider, identityNotFound } from '../identity/detect.ts';
import type { IdentityContext, IdentityProvider } from '../identity/provider.ts';
import type { PackageIndex } from '../package-index/index-url.ts';
import { AudienceError, fetchAudience, type OidcContext } from '../package-index/oidc.ts';
import type { Reporter } from '../reporter.ts';
import type { Runtime } from '../runtime.ts';
import { chooseCredentials, type StoredCredentials, type TrustedPublishingMode } from './choice.ts';

export interface AuthenticationContext {
  readonly http: OidcContext['http'];
  readonly runtime: Pick<Runtime, 'env' | 'now' | 'sleep' | 'random'>;
  readonly reporter: Reporter;
}

export interface AuthenticationRequest {
  readonly index: PackageIndex;
  readonly mode: TrustedPublishingMode;
  readonly stored: {
    readonly given: StoredCredentials | undefined;
    readonly environment: StoredCredentials | undefined;
  };
}

export type Authentication =
  | { readonly kind: 'stored'; readonly stored: StoredCredentials; readonly announcement: string }
  | {
      readonly kind: 'trusted-publishing';
      readonly provider: IdentityProvider;
      readonly audience: string;
      readonly announcement: string;
    };

/** @throws {PypiOidcError} when there is no way to authenticate, with what was looked for and what to do */
export async function settleAuthentication(
  context: AuthenticationContext,
  { index, mode, stored }: AuthenticationRequest,
): Promise<Authentication> {
  const { reporter } = context;
  const detection = detectProvider(identityContext(context));
  const choice = chooseCredentials({ mode, detection, ...stored });
  switch (choice.kind) {
    case 'stored':
      if (choice.advice !== undefined) {
        const { message, hint } = choice.advice;
        reporter.report({ kind: 'note', severity: 'warning', message, hint });
      }
      return announced(reporter, choice);
    case 'unavailable':
      throw choice.error;
    case 'none':
      throw identityNotFound();
    case 'trusted-publishing': {
      const { provider, announcement } = choice;
      reporter.report({ kind: 'identity', title: provider.title, detectedBy: provider.detectedBy });
      reporter.report({ kind: 'credentials', text: announcement });
      try {
        const audience = await askAudience(context, index);
        return { kind: 'trusted-publishing', provider, audience, announcement };
      } catch (error) {
        // Only an index that has no trusted publishing leaves the choice to a stored token; a failing one does not.
        if (mode !== 'auto' || !(error instanceof AudienceError) || error.transient) throw error;
        const instead = chooseCredentials({ mode: 'never', detection, ...stored });
        if (instead.kind !== 'stored') throw error;
        reporter.report({ kind: 'note', severity: 'info', message: error.message });
        return announced(reporter, instead);
      }
    }
    default:
      return choice satisfies never;
  }
}

/** The identity provider of this job, for commands that cannot do without. @throws {IdentityError} */
export function requireProvider(context: AuthenticationContext): IdentityProvider {
  const detection = detectProvider(identityContext(context));
  if (detection === undefined) throw identityNotFound();
  if (detection.kind === 'unavailable') throw detection.error;
  const { title, detectedBy } = detection.provider;
  context.reporter.report({ kind: 'identity', title, detectedBy });
  return detection.provider;
}

/** The audience that the index wants. @throws {AudienceError | TransportError} */
export async function askAudience(context: AuthenticationContext, index: PackageIndex): Promise<string> {
  const { http, runtime, reporter } = context;
  const onRetry: OidcContext['onRetry'] = (notice) =>
    reporter.report({ kind: 'retry', what: 'asking for the audience', notice });
  const audience = await fetchAudience({ http, runtime, onRetry }, index);
  reporter.report({ kind: 'audience', audience, index: index.title });
  return audience;
}

function identityContext({ http, runtime, reporter }: AuthenticationContext): IdentityContext {
  const onRetry: IdentityContext['onRetry'] = (notice) =>
    reporter.report({ kind: 'retry', what: 'asking for an identity token', notice });
  return { http, runtime, onRetry };
}

function announced(reporter: Reporter, choice: { stored: StoredCredentials; announcement: string }): Authentication {
  reporter.report({ kind: 'credentials', text: choice.announcement });
  return { kind: 'stored', stored: choice.stored, announcement: choice.announcement };
}

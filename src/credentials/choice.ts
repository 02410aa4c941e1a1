/**
 * Which credentials a run uses: one order, decided here once, as a pure function, and announced in one line. An identity
 * that was found is never silently given up for a token: a failure from there on is an error with its cause.
 */

import { UsageError } from '../errors.ts';
import type { Detection, IdentityError, IdentityProvider } from '../identity/provider.ts';
import type { UploadCredentials } from '../package-index/legacy-upload.ts';

export type TrustedPublishingMode = 'auto' | 'always' | 'never';

/** Credentials and where they were found, for people: `PYPI_TOKEN`, `--token-file`. */
export interface StoredCredentials {
  readonly source: string;
  readonly credentials: UploadCredentials;
}

export interface CredentialCandidates {
  readonly mode: TrustedPublishingMode;
  /** Given on the command line. */
  readonly given: StoredCredentials | undefined;
  readonly detection: Detection | undefined;
  /** Found in the environment. */
  readonly environment: StoredCredentials | undefined;
}

export type CredentialChoice =
  | {
      readonly kind: 'stored';
      readonly stored: StoredCredentials;
      readonly announcement: string;
      readonly advice: IdentityError | undefined;
    }
  | { readonly kind: 'trusted-publishing'; readonly provider: IdentityProvider; readonly announcement: string }
  /** An identity could be had, but something must be fixed first. */
  | { readonly kind: 'unavailable'; readonly error: IdentityError }
  | { readonly kind: 'none' };

/** @throws {UsageError} when the command line contradicts itself */
export function chooseCredentials({ mode, given, detection, environment }: CredentialCandidates): CredentialChoice {
  if (given !== undefined) {
    if (mode === 'always') {
      throw new UsageError('USAGE_INVALID', {
        message: `\`--trusted-publishing always\` and ${given.source} contradict each other.`,
        hint: 'Leave one of the two out.',
      });
    }
    return useStored(given, 'given on the command line', undefined);
  }
  if (mode !== 'never' && detection?.kind === 'available') {
    const ignored = environment === undefined ? '' : `; ${environment.source} is set too and is ignored`;
    return {
      kind: 'trusted-publishing',
      provider: detection.provider,
      announcement: `trusted publishing: this ${detection.provider.title} job has an identity${ignored}`,
    };
  }
  const advice = mode !== 'never' && detection?.kind === 'unavailable' ? detection.error : undefined;
  if (mode !== 'always' && environment !== undefined) return useStored(environment, 'set in the environment', advice);
  return advice === undefined ? { kind: 'none' } : { kind: 'unavailable', error: advice };
}

function useStored(stored: StoredCredentials, how: string, advice: IdentityError | undefined): CredentialChoice {
  const { source, credentials } = stored;
  const what = credentials.username === '__token__' ? 'an API token' : `user \`${credentials.username}\``;
  return { kind: 'stored', stored, announcement: `${what}, ${source} (${how})`, advice };
}

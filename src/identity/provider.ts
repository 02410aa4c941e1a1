/**
 * Identity providers: who vouches for this job. Each provider is one file; `detect.ts` lists them in their order.
 *
 * A detection has three answers: `undefined` (not here), available (a token can be asked for), or unavailable (this is
 * the place, and something must be fixed first: the error says what).
 */

import { type ErrorDetails, PypiOidcError } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import type { RetryNotice } from '../retry.ts';
import type { Runtime } from '../runtime.ts';
import type { Secret } from '../secret.ts';
import type { Claims } from './claims.ts';

export type ProviderName = 'github-actions';

/** An OpenID Connect identity token (a JWT), with its claims read but not verified: verifying is the index's part. */
export interface IdentityToken {
  readonly token: Secret;
  readonly claims: Claims;
}

export interface IdentityProvider {
  readonly name: ProviderName;
  /** As people call it: `GitHub Actions`. */
  readonly title: string;
  /** What gave it away, for people: `GITHUB_ACTIONS is "true"`. */
  readonly detectedBy: string;
  /** Whether each request gives a new token; a token that was exchanged once cannot be exchanged again. */
  readonly renewable: boolean;
  /**
   * Ask for a token made out to `audience`. Every call asks anew.
   * @throws {IdentityError}
   */
  requestIdentityToken(audience: string): Promise<Secret>;
}

export type Detection =
  | { readonly kind: 'available'; readonly provider: IdentityProvider }
  | { readonly kind: 'unavailable'; readonly title: string; readonly error: IdentityError };

/** What a provider may use of the outside world. */
export interface IdentityContext {
  readonly runtime: Pick<Runtime, 'env' | 'sleep' | 'random' | 'now'>;
  readonly http: Pick<HttpClient, 'request'>;
  readonly onRetry: (notice: RetryNotice) => void;
}

/** No usable identity token. Never holds a token, nor the body of an answer that may hold one. */
export class IdentityError extends PypiOidcError<
  'IDENTITY_NOT_FOUND' | 'IDENTITY_PERMISSION_MISSING' | 'IDENTITY_REQUEST_FAILED' | 'IDENTITY_TOKEN_INVALID'
> {
  constructor(
    code: 'IDENTITY_NOT_FOUND' | 'IDENTITY_PERMISSION_MISSING' | 'IDENTITY_REQUEST_FAILED' | 'IDENTITY_TOKEN_INVALID',
    details: ErrorDetails,
  ) {
    super(code, details);
  }
}

/**
 * Trusted publishing as a source of upload credentials: audience → identity token → mint, again with a fresh identity
 * token whenever the API token runs out, and burn at the end. Joins an identity provider and an index, which know
 * nothing of each other.
 */

import { readIdentityToken, textClaim } from '../identity/claims.ts';
import { IdentityError, type IdentityProvider, type IdentityToken } from '../identity/provider.ts';
import type { IdentityProblem } from '../identity/trusted-publisher.ts';
import { identityProblems } from '../identity/trusted-publisher.ts';
import { followsPypiRules, type PackageIndex } from '../package-index/index-url.ts';
import type { CredentialSource, UploadCredentials } from '../package-index/legacy-upload.ts';
import { type ApiToken, burnApiToken, MintError, mintApiToken, type OidcContext } from '../package-index/oidc.ts';
import type { Reporter } from '../reporter.ts';
import { isTransientFailure } from '../retry.ts';
import { explainRefusedMint } from './refused-mint.ts';

export interface PublishingContext extends Omit<OidcContext, 'onRetry'> {
  readonly reporter: Reporter;
}

export interface PublishingRequest {
  readonly index: PackageIndex;
  readonly provider: IdentityProvider;
  readonly audience: string;
  /** Normalised names of the projects to upload to, for messages and links; may be empty. */
  readonly projects: readonly string[];
}

/**
 * A fresh identity token, judged locally: an index would refuse what is refused here.
 * @throws {IdentityError}
 */
export async function obtainIdentityToken(
  context: PublishingContext,
  request: PublishingRequest,
): Promise<IdentityToken> {
  const { provider, audience, index } = request;
  const token = await provider.requestIdentityToken(audience);
  context.reporter.mask(token);
  const nowMs = context.runtime.now();
  const identity = readIdentityToken(token, { audience, nowMs, source: provider.title });
  const subject = textClaim(identity.claims, 'sub') ?? textClaim(identity.claims, 'email') ?? identity.claims.iss;
  context.reporter.report({
    kind: 'identity-token',
    subject,
    lifeSeconds: Math.round(identity.claims.exp - nowMs / 1000),
  });
  if (followsPypiRules(index)) refuseWhatPypiRefuses(identityProblems(identity.claims), context.reporter);
  return identity;
}

function refuseWhatPypiRefuses(problems: readonly IdentityProblem[], reporter: Reporter): void {
  const refused = problems.find(({ severity }) => severity === 'refused');
  if (refused !== undefined) throw new IdentityError('IDENTITY_TOKEN_INVALID', refused);
  for (const { kind, message, hint } of problems) {
    if (kind === 'reusable-workflow') reporter.report({ kind: 'note', severity: 'warning', message, hint });
  }
}

/** Index codes after which a fresh identity token may succeed. */
const worthAnotherToken = ['invalid-token', 'invalid-reuse-token', 'invalid-pending-publisher'];
const mintAttempts = 3;

/**
 * Mint an API token; each attempt uses a fresh identity token, because an index counts a token as spent even when its
 * answer was lost.
 * @throws {IdentityError | MintError | TransportError}
 */
export async function mint(context: PublishingContext, request: PublishingRequest): Promise<ApiToken> {
  for (let attempt = 1; ; attempt++) {
    const identity = await obtainIdentityToken(context, request);
    try {
      const minted = await mintApiToken({ ...context, onRetry: () => {} }, request.index, identity.token);
      context.reporter.mask(minted.token);
      return minted;
    } catch (error) {
      if (attempt < mintAttempts && request.provider.renewable && mayPass(error, attempt)) {
        const reason = error instanceof Error ? error.message : 'the exchange failed';
        const waitMs = 1_000 * attempt;
        context.reporter.report({
          kind: 'retry',
          what: 'exchanging the identity token',
          notice: { attempt, of: mintAttempts, waitMs, reason },
        });
        await context.runtime.sleep(waitMs);
        continue;
      }
      throw error instanceof MintError && error.code === 'MINT_REFUSED'
        ? explainRefusedMint(error, identity.claims, request)
        : error;
    }
  }
}

function mayPass(error: unknown, attempt: number): boolean {
  if (!(error instanceof MintError)) return isTransientFailure(error);
  if (error.code === 'MINT_FAILED') return error.status >= 500;
  // The index gave a definite reason: one more try with a fresh token, not more.
  return attempt === 1 && worthAnotherToken.includes(error.indexCode ?? '');
}

/** More life than this is never asked for; a token has 15 minutes at most. */
const longestNeedMs = 10 * 60_000;

/** Credentials from trusted publishing, minted at the first call and again when they run out. */
export function trustedPublishingCredentials(context: PublishingContext, request: PublishingRequest): CredentialSource {
  const minted: ApiToken[] = [];
  const renew = async (): Promise<UploadCredentials> => {
    const token = await mint(context, request);
    const renewal = minted.length > 0;
    minted.push(token);
    const lifeSeconds = Math.round((token.expiresAtMs - context.runtime.now()) / 1000);
    context.reporter.report({ kind: 'minted', index: request.index.title, lifeSeconds, renewal });
    return asCredentials(token);
  };
  return {
    current: async (neededMs) => {
      const token = minted.at(-1);
      const lifeLeftMs = (token?.expiresAtMs ?? 0) - context.runtime.now();
      const enough = lifeLeftMs > Math.min(neededMs, longestNeedMs);
      // A token that cannot be had anew is used to its end.
      if (token !== undefined && (enough || !request.provider.renewable)) return asCredentials(token);
      return renew().catch((error: unknown) => {
        if (token === undefined || lifeLeftMs <= 0) throw error;
        return asCredentials(token);
      });
    },
    renew: async () => (request.provider.renewable ? renew() : undefined),
    end: async () => {
      const alive = minted.filter((token) => token.expiresAtMs > context.runtime.now());
      await Promise.all(alive.map((token) => burnApiToken(context, request.index, token.token)));
    },
  };
}

function asCredentials({ token }: ApiToken): UploadCredentials {
  return { username: '__token__', password: token };
}

/** Credentials that somebody stored: they last, or they do not. */
export function storedCredentials(credentials: UploadCredentials): CredentialSource {
  return {
    current: async () => credentials,
    renew: async () => undefined,
    end: async () => {},
  };
}

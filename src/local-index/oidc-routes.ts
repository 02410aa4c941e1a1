/**
 * Trusted publishing on the index: which audience to ask for, the exchange of an identity token for an API token, and
 * giving that one back. Order and wording of the failures are those of the PyPI server.
 * @see https://docs.pypi.org/api/ and https://docs.pypi.org/trusted-publishers/internals/
 */

import type { JWK } from 'jose';
import { type Answer, htmlAnswer, jsonAnswer, pageAnswer, ServerCrash } from './answers.ts';
import type { ApiTokens } from './api-tokens.ts';
import { identityFacts } from './identity-facts.ts';
import { readUnverified, verifyIdentityToken } from './identity-tokens.ts';
import { builtInIssuers } from './publisher-matching.ts';
import type { ProviderName } from './publishers.ts';
import type { IndexRequest } from './request.ts';
import type { Flag, Store } from './store.ts';
import { exchange, MintRefusal, type Undo } from './token-exchange.ts';
import { PayloadProblem, tokenInPayload } from './token-payload.ts';
import { readText } from './upload-form.ts';

/** An issuer whose tokens the index accepts. */
export interface TrustedIssuer {
  readonly provider: ProviderName;
  readonly issuer: string;
  /** False for issuers registered for an organisation; the provider's own switch does not concern those. */
  readonly isBuiltIn: boolean;
  /** Public keys; at least the one with this `kid`, if the issuer has it. */
  readonly keys: (keyId: string | undefined) => Promise<readonly JWK[]>;
}

export interface OidcContext {
  readonly store: Store;
  readonly tokens: ApiTokens;
  readonly now: () => number;
  readonly audience: string;
  readonly issuers: readonly TrustedIssuer[];
  /** Location inside minted tokens: the host of the index. */
  readonly location: string;
  /** Exchanged tokens, as `spentKey` names them. */
  readonly spent: Set<string>;
}

const maximumBodyBytes = 1024 * 1024;

/** `GET /_/oidc/audience`. */
export function answerAudience(request: IndexRequest, context: OidcContext): Answer {
  if (request.method !== 'GET') {
    return pageAnswer(405, { allow: 'GET' });
  }
  if (context.store.flags.has('disallow-oidc')) {
    return jsonAnswer(403, { message: 'Trusted publishing functionality not enabled' });
  }
  return jsonAnswer(200, { audience: context.audience });
}

/** `POST /_/oidc/mint-token`. The content type of the request does not matter. */
export async function answerMint(request: IndexRequest, context: OidcContext): Promise<Answer> {
  if (request.method !== 'POST') {
    return pageAnswer(405, { allow: 'POST' });
  }
  const body = await readText(request.body, maximumBodyBytes);
  try {
    return await mint(tokenInPayload(body), request, context);
  } catch (error) {
    const refusal = refusalFor(error);
    if (refusal === undefined) {
      throw error;
    }
    const errors = [{ code: refusal.code, description: refusal.message }];
    request.facts.verdict = `${refusal.code}: ${refusal.message}`;
    return jsonAnswer(422, { message: 'Token request failed', errors });
  }
}

/** The refusal that a failure is answered with; PyPI crashes on some ill-typed claims, which is a refusal here, too. */
function refusalFor(error: unknown): MintRefusal | undefined {
  if (error instanceof PayloadProblem) {
    return new MintRefusal('invalid-payload', error.message);
  }
  if (error instanceof ServerCrash) {
    return new MintRefusal('invalid-token', `malformed or invalid token: ${error.message}`);
  }
  return error instanceof MintRefusal ? error : undefined;
}

/** `POST /_/oidc/burn-token`: ends the life of a minted token; the answer does not tell whether there was one. */
export async function answerBurn(request: IndexRequest, context: OidcContext): Promise<Answer> {
  if (request.method !== 'POST') {
    return pageAnswer(405, { allow: 'POST' });
  }
  const body = await readText(request.body, maximumBodyBytes);
  try {
    context.tokens.revoke(tokenInPayload(body));
  } catch (error) {
    if (!(error instanceof PayloadProblem)) {
      throw error;
    }
  }
  return htmlAnswer(202, '');
}

async function mint(token: string, { facts }: IndexRequest, context: OidcContext): Promise<Answer> {
  const { store } = context;
  const unverified = readUnverified(token);
  if (unverified === undefined) {
    throw new MintRefusal('invalid-payload', 'malformed JWT');
  }
  const issuer = context.issuers.find((item) => item.issuer === unverified.claims['iss']);
  if (issuer === undefined) {
    throw new MintRefusal('invalid-payload', 'unknown trusted publishing issuer');
  }
  const providerFlag: Flag = `disallow-${issuer.provider}-oidc`;
  if (store.flags.has('disallow-oidc') || (issuer.isBuiltIn && store.flags.has(providerFlag))) {
    throw new MintRefusal('not-enabled', `${issuer.provider} trusted publishing functionality not enabled`);
  }
  const keys = await issuer.keys(unverified.keyId);
  const claims = await verifyIdentityToken(unverified, keys, context.audience, context.now());
  if (claims === undefined) {
    throw new MintRefusal('invalid-token', 'malformed or invalid token');
  }
  facts.identity = identityFacts(issuer.provider, claims);
  // Nothing waits from here on: an exchange happens as a whole or not at all.
  const undo: Undo[] = [];
  let isKept = false;
  try {
    const answer = exchange(issuer.provider, claims, { ...context, identity: facts.identity }, undo);
    isKept = true;
    return answer;
  } catch (error) {
    isKept = error instanceof MintRefusal;
    throw error;
  } finally {
    // A crash takes everything back, and so does the site in read-only mode, though its answer is a success.
    if (!isKept || store.flags.has('read-only')) {
      for (const step of undo.reverse()) {
        step();
      }
    }
    store.save();
  }
}

/** The four issuers that PyPI knows, with the same keys for each. */
export function builtInTrustedIssuers(keys: () => Promise<readonly JWK[]>): TrustedIssuer[] {
  const providers: readonly ProviderName[] = ['github', 'gitlab', 'google', 'activestate'];
  return providers.map((provider) => ({ provider, issuer: builtInIssuers[provider], isBuiltIn: true, keys }));
}

/**
 * Trusted publishing on the index: which audience to ask for, the exchange of an identity token for an API token, and
 * giving that one back. Order and wording of the failures are those of the PyPI server.
 * @see https://docs.pypi.org/api/ and https://docs.pypi.org/trusted-publishers/internals/
 */

import type { JWK } from 'jose';
import { type Answer, htmlAnswer, jsonAnswer, pageAnswer, Refusal, ServerCrash } from './answers.ts';
import type { ApiTokens } from './api-tokens.ts';
import { readUnverified, verifyIdentityToken } from './identity-tokens.ts';
import { checkNewProjectName } from './project-names.ts';
import { builtInIssuers, type Claims, matchPublisher, UnmatchedClaims } from './publisher-matching.ts';
import type { ProviderName } from './publishers.ts';
import { normalizeName } from './python-version.ts';
import type { IndexRequest } from './request.ts';
import type { Flag, PendingPublisher, Store } from './store.ts';
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
  /** Exchanged tokens, by issuer and `jti`. */
  readonly spent: Set<string>;
}

const maximumBodyBytes = 1024 * 1024;

/** A refused exchange: always 422 with one error. */
class MintRefusal extends Error {
  readonly code: string;

  constructor(code: string, description: string) {
    super(description);
    this.name = 'MintRefusal';
    this.code = code;
  }
}

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
    return await mint(tokenInPayload(body), context);
  } catch (error) {
    if (error instanceof MintRefusal) {
      const errors = [{ code: error.code, description: error.message }];
      return jsonAnswer(422, { message: 'Token request failed', errors });
    }
    throw error;
  }
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
    if (!(error instanceof MintRefusal)) {
      throw error;
    }
  }
  return htmlAnswer(202, '');
}

async function mint(token: string, context: OidcContext): Promise<Answer> {
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
  const spentKey = spentKeyOf(claims);
  const pending = pendingFor(issuer.provider, claims, store);
  if (pending !== undefined) {
    if (spentKey !== undefined && context.spent.has(spentKey)) {
      throw new ServerCrash('A pending publisher matches a token that was exchanged before.');
    }
    convert(pending, store);
  }
  const configuration = matched(issuer.provider, claims, store);
  if (spentKey !== undefined) {
    if (context.spent.has(spentKey)) {
      throw new MintRefusal('invalid-reuse-token', 'invalid token: already used');
    }
    context.spent.add(spentKey);
  }
  const publisher = store.publisherFor(configuration);
  const minted = context.tokens.mint(publisher, context.location);
  return jsonAnswer(200, { expires: minted.expires, success: true, token: minted.token.reveal() });
}

function matched(provider: ProviderName, claims: Claims, store: Store) {
  try {
    return matchPublisher(
      provider,
      claims,
      store.publishers.map((item) => item.configuration),
    );
  } catch (error) {
    if (error instanceof UnmatchedClaims) {
      throw new MintRefusal('invalid-publisher', `valid token, but no corresponding publisher (${error.message})`);
    }
    throw error;
  }
}

/** The pending publisher that the claims fit; failures of this lookup are never shown. */
function pendingFor(provider: ProviderName, claims: Claims, store: Store): PendingPublisher | undefined {
  try {
    const configuration = matchPublisher(
      provider,
      claims,
      store.pending.map((item) => item.configuration),
    );
    return store.pending.find((item) => item.configuration === configuration);
  } catch (error) {
    if (error instanceof UnmatchedClaims) {
      return undefined;
    }
    throw error;
  }
}

/** The first exchange makes the project and turns the pending publisher into a normal one. */
function convert(pending: PendingPublisher, store: Store): void {
  if (store.project(pending.projectName) !== undefined) {
    store.removePending(pending);
    throw new MintRefusal('invalid-pending-publisher', 'valid token, but project already exists');
  }
  try {
    checkNewProjectName(pending.projectName, store);
  } catch (error) {
    if (error instanceof Refusal) {
      throw new MintRefusal('invalid-payload', error.message);
    }
    throw error;
  }
  store.createProject(pending.projectName);
  store.publisherFor(pending.configuration).projectNames.add(normalizeName(pending.projectName));
  store.removePending(pending);
  store.save();
}

/** An empty `jti` counts as present and is never recorded. */
function spentKeyOf(claims: Claims): string | undefined {
  const { jti, iss } = claims as Readonly<Record<string, unknown>>;
  return typeof jti === 'string' && jti !== '' ? `${String(iss)} ${jti}` : undefined;
}

function tokenInPayload(body: string): string {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    throw payloadError(`\n  Invalid JSON: ${jsonProblem(body)} [type=json_invalid, input_type=bytes]`);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw payloadError('\n  Input should be an object [type=model_type]');
  }
  if (!('token' in document)) {
    throw payloadError('\ntoken\n  Field required [type=missing, input_type=dict]');
  }
  if (typeof document.token !== 'string') {
    throw payloadError('\ntoken\n  Input should be a valid string [type=string_type]');
  }
  return document.token;
}

function payloadError(problem: string): MintRefusal {
  return new MintRefusal('invalid-payload', `1 validation error for TokenPayload${problem}`);
}

function jsonProblem(body: string): string {
  const first = body.trimStart().charAt(0);
  if (first === '{' || first === '[' || first === '"') {
    return 'trailing characters';
  }
  return /^[ntf]/.test(body) ? 'expected ident at line 1 column 2' : 'expected value at line 1 column 1';
}

/** The four issuers that PyPI knows, with the same keys for each. */
export function builtInTrustedIssuers(keys: () => Promise<readonly JWK[]>): TrustedIssuer[] {
  const providers: readonly ProviderName[] = ['github', 'gitlab', 'google', 'activestate'];
  return providers.map((provider) => ({ provider, issuer: builtInIssuers[provider], isBuiltIn: true, keys }));
}

/**
 * Trusted publishing on the side of the index: which audience it wants, exchanging an identity token for a short-lived
 * API token (mint), and giving that token back (burn).
 * @see PyPI documentation, "Trusted publishers", internals.
 */

import * as z from 'zod/mini';
import { PypiOidcError } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import { briefRetries, isTransientStatus, type RetryNotice, retryAfterMs, retrying } from '../retry.ts';
import type { Runtime } from '../runtime.ts';
import { Secret } from '../secret.ts';
import { isHtml, parseJson, serverExplanation } from './answer.ts';
import type { PackageIndex } from './index-url.ts';
import { linkedPagesOrigin } from './publisher-pages-link.ts';

export interface OidcContext {
  readonly http: Pick<HttpClient, 'request'>;
  readonly runtime: Pick<Runtime, 'sleep' | 'random' | 'now'>;
  readonly onRetry: (notice: RetryNotice) => void;
}

/** The index does not say which audience it wants. */
export class AudienceError extends PypiOidcError<'AUDIENCE_UNAVAILABLE'> {}

/** The index did not exchange the identity token. */
export class MintError extends PypiOidcError<'MINT_REFUSED' | 'MINT_FAILED'> {
  /** The index's code (`invalid-publisher`, …); `undefined` when it gave none. */
  readonly indexCode: string | undefined;
  /** The index's own text. */
  readonly description: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Origin of the index's pages for publishers, where the answer names it. */
  readonly pagesOrigin: URL | undefined;

  constructor(
    code: 'MINT_REFUSED' | 'MINT_FAILED',
    facts: {
      readonly message: string;
      readonly hint: string;
      readonly indexCode?: string;
      readonly description: string;
      readonly status: number;
      readonly pagesOrigin?: URL | undefined;
    },
  ) {
    super(code, facts);
    this.indexCode = facts.indexCode;
    this.description = facts.description;
    this.status = facts.status;
    this.pagesOrigin = facts.pagesOrigin;
  }
}

const audienceSchema = z.object({ audience: z.string().check(z.minLength(1)) });

/**
 * Ask the index for the audience that identity tokens must be made out to. Asked every time: it is a setting of the index.
 * @throws {AudienceError} when the index has no trusted publishing, or none switched on
 */
export async function fetchAudience(context: OidcContext, index: PackageIndex): Promise<string> {
  const url = new URL('/_/oidc/audience', index.oidcOrigin);
  const response = await retrying(
    async () => {
      const answer = await context.http.request({ method: 'GET', url, headers: { accept: 'application/json' } });
      if (!isTransientStatus(answer.status)) return { kind: 'done', value: answer };
      return {
        kind: 'again',
        value: answer,
        reason: `${index.title} answered ${answer.status} when asked for its audience`,
        retryAfterMs: retryAfterMs(answer.headers['retry-after'], context.runtime.now()),
      };
    },
    briefRetries,
    context.runtime,
    context.onRetry,
  );
  const body = audienceSchema.safeParse(parseJson(response.body));
  if (response.status === 200 && body.success) return body.data.audience;
  throw audienceError(index, response.status, isHtml(response) ? '' : serverExplanation(response));
}

function audienceError(index: PackageIndex, status: number, explanation: string): AudienceError {
  const said = explanation === '' ? '' : `: ${explanation}`;
  if (status === 200) {
    return new AudienceError('AUDIENCE_UNAVAILABLE', {
      message: `${index.title} answered the question for its audience with something else.`,
      hint: 'Check `--repository-url`: a login page or another service may answer there.',
    });
  }
  if (isTransientStatus(status)) {
    return new AudienceError('AUDIENCE_UNAVAILABLE', {
      message: `${index.title} could not say which audience it wants: it answered ${status}${said}.`,
      hint: 'That is a fault of the index: run the same command again later.',
      transient: true,
    });
  }
  return new AudienceError('AUDIENCE_UNAVAILABLE', {
    message: `${index.title} offers no trusted publishing: it answered ${status}${said}.`,
    hint: 'Check `--repository-url`. An index without trusted publishing needs an API token: set `PYPI_TOKEN`.',
  });
}

/** A minted API token: user name `__token__`, good for uploads to the publisher's projects. */
export interface ApiToken {
  readonly token: Secret;
  /** When it ends, in milliseconds since the epoch; from the index, or 15 minutes after minting. */
  readonly expiresAtMs: number;
}

// `expires` is for information only: a value that cannot be read must not lose the token.
const mintedSchema = z.object({
  token: z.string().check(z.minLength(1)),
  expires: z.catch(z.optional(z.number()), undefined),
});
const refusedSchema = z.object({
  errors: z.array(z.object({ code: z.string(), description: z.string() })).check(z.minLength(1)),
});

const defaultLifeMs = 15 * 60_000;

/**
 * Exchange an identity token, once: the index remembers it even when the answer is lost, so this is never repeated with
 * the same token. Has a lasting effect: a pending publisher becomes a project.
 * @throws {MintError} `MINT_REFUSED` when the index says no, `MINT_FAILED` when it did not answer as it should
 */
export async function mintApiToken(
  context: OidcContext,
  index: PackageIndex,
  identityToken: Secret,
): Promise<ApiToken> {
  const response = await context.http.request({
    method: 'POST',
    url: new URL('/_/oidc/mint-token', index.oidcOrigin),
    headers: { accept: 'application/json' },
    body: new Secret(JSON.stringify({ token: identityToken.reveal() })),
  });
  const body = parseJson(response.body);
  const minted = mintedSchema.safeParse(body);
  if (response.status >= 200 && response.status < 300 && minted.success) {
    const { token, expires } = minted.data;
    return {
      token: new Secret(token),
      expiresAtMs: expires === undefined ? context.runtime.now() + defaultLifeMs : expires * 1000,
    };
  }
  const refused = refusedSchema.safeParse(body);
  const first = refused.success ? refused.data.errors[0] : undefined;
  if (first !== undefined) {
    throw new MintError('MINT_REFUSED', {
      message: `${index.title} did not exchange the identity token: ${oneLine(first.description)} (\`${oneLine(first.code)}\`).`,
      hint: 'Compare the identity of this job (`pypi-oidc whoami`) with the trusted publisher on the index.',
      indexCode: first.code,
      description: oneLine(first.description),
      status: response.status,
      pagesOrigin: linkedPagesOrigin(response.headers['link'], index.oidcOrigin),
    });
  }
  const explanation = refusedMintExplanation(response);
  throw new MintError('MINT_FAILED', {
    message: `${index.title} did not exchange the identity token: it answered ${response.status}${explanation === '' ? '' : `, ${explanation}`}.`,
    hint:
      response.status >= 500
        ? 'That is a fault of the index. Run the same command again: it asks for a fresh identity token, the last one counts as spent.'
        : 'Check `--repository-url`: this does not look like an index with trusted publishing.',
    description: explanation,
    status: response.status,
  });
}

/** A body that came with a status of success may hold a token, and is not quoted. */
function refusedMintExplanation(response: HttpResponse): string {
  if (isHtml(response)) return 'a page, where JSON was expected';
  return response.status < 300 ? 'without a token where it belongs' : serverExplanation(response);
}

/**
 * Give a minted token back before it ends. Best effort: every failure is ignored, as the token ends by itself.
 * Only for tokens that were minted in this run.
 */
export async function burnApiToken(
  context: Pick<OidcContext, 'http'>,
  index: PackageIndex,
  token: Secret,
): Promise<void> {
  try {
    await context.http.request({
      method: 'POST',
      url: new URL('/_/oidc/burn-token', index.oidcOrigin),
      body: new Secret(JSON.stringify({ token: token.reveal() })),
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    // Nothing depends on it.
  }
}

function oneLine(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 600);
}

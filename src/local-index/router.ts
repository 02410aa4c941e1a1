/** Which handler answers which path. Handlers are plain functions; failures become answers here. */

import { type AdminContext, answerAdmin } from './admin-routes.ts';
import { type Answer, negotiatedAnswer, pageAnswer, Refusal, ServerCrash } from './answers.ts';
import type { ApiTokens } from './api-tokens.ts';
import type { Fault, FaultRoute } from './fault.ts';
import { releasesAtStart, simpleView } from './fault-views.ts';
import { answerIdentity, answerIssuer, type IdentityContext, isIdentityRequest } from './identity-routes.ts';
import { answerAudience, answerBurn, answerMint, type OidcContext } from './oidc-routes.ts';
import type { Pages } from './pages/pages.ts';
import type { IndexRequest, RecordedRequest } from './request.ts';
import { answerFile, answerIntegrity, answerJson, answerSimple } from './simple-routes.ts';
import type { Store } from './store.ts';
import { drain } from './upload-form.ts';
import { answerUpload } from './upload-routes.ts';

export interface RouterContext {
  readonly store: Store;
  readonly tokens: ApiTokens;
  readonly now: () => number;
  readonly url: string;
  readonly oidc: OidcContext;
  readonly identity: IdentityContext;
  readonly admin: AdminContext;
  /** The requests so far, oldest first. */
  readonly requests: () => readonly RecordedRequest[];
}

const missingSlash =
  'An upload was attempted to /legacy but the expected upload URL is /legacy/ (with a trailing slash)';

export class Router {
  readonly #context: RouterContext;
  #pages: Promise<Pages> | undefined;

  constructor(context: RouterContext) {
    this.#context = context;
  }

  /** The route that faults are set for; `undefined` where there are none. */
  faultRoute(request: Pick<IndexRequest, 'path' | 'header'>): FaultRoute | undefined {
    const { path } = request;
    switch (path) {
      case '/_/oidc/audience':
        return 'audience';
      case '/_/oidc/mint-token':
      case '/_/oidc/github/mint-token':
        return 'mint';
      case '/legacy/':
        return 'upload';
      default:
        if (isIdentityRequest(request)) {
          return 'identity';
        }
        return path.startsWith('/simple/') ? 'simple' : undefined;
    }
  }

  /**
   * The answer to a request; expected failures are answers, too.
   * @throws {Error} for bugs, and when the client goes away inside the body.
   */
  async answer(request: IndexRequest, fault: Fault | undefined): Promise<Answer> {
    try {
      return await this.#dispatch(request, fault);
    } catch (error) {
      if (error instanceof Refusal) {
        request.facts.verdict = error.message;
        return negotiatedAnswer(error.status, request.header('accept'), error.message, { explained: error.explained });
      }
      if (error instanceof ServerCrash) {
        return pageAnswer(500);
      }
      throw error;
    }
  }

  async #dispatch(request: IndexRequest, fault: Fault | undefined): Promise<Answer> {
    const context = this.#context;
    const { path } = request;
    switch (path) {
      case '/_/oidc/audience':
        return withPagesLink(answerAudience(request, context.oidc));
      case '/_/oidc/mint-token':
      case '/_/oidc/github/mint-token':
        return withPagesLink(await answerMint(request, context.oidc));
      case '/_/oidc/burn-token':
        return await answerBurn(request, context.oidc);
      case '/legacy/':
        return await answerUpload(request, { ...context, releasesAtStart: releasesAtStart(context.store, fault) });
      case '/legacy':
        await drain(request.body);
        return negotiatedAnswer(308, request.header('accept'), missingSlash, { headers: { location: '/legacy/' } });
      case '/pypi':
        await drain(request.body);
        throw new Refusal(410, 'This API has moved to https://upload.pypi.org/legacy/. See TODO for more information.');
      default:
        break;
    }
    if (isIdentityRequest(request)) {
      return await answerIdentity(request, context.identity, fault);
    }
    if (/^\/(?:$|manage\/|project\/)/.test(path)) {
      return await this.#page(request);
    }
    if (path.startsWith('/_issuers/')) {
      return await answerIssuer(request, context.identity);
    }
    if (path.startsWith('/_admin/')) {
      return await answerAdmin(request, context.admin);
    }
    if (path === '/simple' || path.startsWith('/simple/')) {
      return answerSimple(request, { ...context, store: simpleView(context.store, fault, context.now()) });
    }
    if (path.startsWith('/files/')) {
      return await answerFile(request, context);
    }
    if (path.startsWith('/pypi/')) {
      return answerJson(request, context);
    }
    if (path.startsWith('/integrity/')) {
      return answerIntegrity(request, context);
    }
    await drain(request.body);
    return pageAnswer(404);
  }

  /** The pages for people; loaded when the first one is wanted. */
  async #page(request: IndexRequest): Promise<Answer> {
    this.#pages ??= import('./pages/pages.ts').then(({ Pages }) => new Pages(this.#context));
    return await (await this.#pages).answer(request);
  }
}

/**
 * Tells clients that this index has pages for its publishers, under PyPI's paths. In a header, as the body is exactly
 * PyPI's. The target is relative: behind a proxy it still leads to where the client asked.
 */
function withPagesLink(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, link: '</>; rel="trusted-publisher-pages"' } };
}

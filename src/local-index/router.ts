/** Which handler answers which path. Handlers are plain functions; failures become answers here. */

import { type Answer, negotiatedAnswer, pageAnswer, Refusal, ServerCrash } from './answers.ts';
import type { ApiTokens } from './api-tokens.ts';
import type { Fault, FaultRoute } from './fault.ts';
import { answerIssuer, type GitHubJobs } from './identity-routes.ts';
import type { Issuer } from './issuer.ts';
import { answerAudience, answerBurn, answerMint, type OidcContext } from './oidc-routes.ts';
import type { IndexRequest } from './request.ts';
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
  readonly issuer: Issuer;
  readonly jobs: GitHubJobs;
}

export class Router {
  readonly #context: RouterContext;

  constructor(context: RouterContext) {
    this.#context = context;
  }

  /** The route that faults are set for; `undefined` where there are none. */
  faultRoute(path: string): FaultRoute | undefined {
    switch (path) {
      case '/_ci/github/idtoken':
        return 'identity';
      case '/_/oidc/audience':
        return 'audience';
      case '/_/oidc/mint-token':
      case '/_/oidc/github/mint-token':
        return 'mint';
      case '/legacy/':
        return 'upload';
      default:
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
      case '/_ci/github/idtoken':
        return await context.jobs.answer(request, fault);
      case '/_/oidc/audience':
        return answerAudience(request, context.oidc);
      case '/_/oidc/mint-token':
      case '/_/oidc/github/mint-token':
        return await answerMint(request, context.oidc);
      case '/_/oidc/burn-token':
        return await answerBurn(request, context.oidc);
      case '/legacy/':
        return await answerUpload(request, context);
      case '/legacy':
        await drain(request.body);
        return { ...pageAnswer(308), headers: { location: '/legacy/', 'content-type': 'text/html; charset=UTF-8' } };
      case '/pypi':
        await drain(request.body);
        throw new Refusal(410, 'This API has moved to https://upload.pypi.org/legacy/. See TODO for more information.');
      case '/':
        return pageAnswer(200);
      default:
        break;
    }
    if (path.startsWith('/_issuers/')) {
      return await answerIssuer(request, context.issuer, context.url);
    }
    if (path === '/simple' || path.startsWith('/simple/')) {
      return answerSimple(request, context);
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
}

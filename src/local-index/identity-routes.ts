/**
 * What a CI platform offers to its jobs: the endpoint that hands out identity tokens, and the issuer's public documents.
 * Belongs to the simulated platform, not to the index.
 */

import { randomBytes } from 'node:crypto';
import { type Answer, jsonAnswer, pageAnswer } from './answers.ts';
import type { Fault } from './fault.ts';
import { type GitHubJob, gitHubClaims, gitHubEnvironment, type Issuer } from './issuer.ts';
import type { IndexRequest } from './request.ts';

/** The jobs that run at the moment, each with the secret by which it may ask for identity tokens. */
export class GitHubJobs {
  readonly #issuer: Issuer;
  readonly #now: () => number;
  readonly #jobs = new Map<string, GitHubJob>();

  constructor(issuer: Issuer, now: () => number) {
    this.#issuer = issuer;
    this.#now = now;
  }

  /** Environment variables for a job; the same job has the same variables every time. */
  environment(job: GitHubJob, indexUrl: string): Record<string, string> {
    const description = JSON.stringify(job);
    const known = [...this.#jobs].find(([, other]) => JSON.stringify(other) === description)?.[0];
    const requestToken = known ?? randomBytes(32).toString('base64url');
    this.#jobs.set(requestToken, job);
    return gitHubEnvironment(job, indexUrl, requestToken);
  }

  /** `GET /_ci/github/idtoken?audience=…` */
  async answer(request: IndexRequest, fault: Fault | undefined): Promise<Answer> {
    const audience = request.query.get('audience') ?? undefined;
    request.facts.audience = audience;
    if (request.method !== 'GET') {
      return pageAnswer(405, { allow: 'GET' });
    }
    const authorization = /^bearer (\S+)$/i.exec(request.header('authorization') ?? '')?.[1];
    const job = authorization === undefined ? undefined : this.#jobs.get(authorization);
    if (job === undefined) {
      return jsonAnswer(401, { message: 'Unauthorized' });
    }
    const claims = gitHubClaims(job, audience, this.#now());
    const value = await this.#issuer.sign(spoiled(claims, fault));
    return jsonAnswer(200, { count: value.length, value });
  }
}

/** `/_issuers/github/…`: the discovery document and the keys. */
export async function answerIssuer(request: IndexRequest, issuer: Issuer, indexUrl: string): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return pageAnswer(405, { allow: 'GET, HEAD' });
  }
  switch (request.path) {
    case '/_issuers/github/.well-known/openid-configuration':
      return jsonAnswer(
        200,
        issuer.discovery('https://token.actions.githubusercontent.com', `${indexUrl}/_issuers/github/.well-known/jwks`),
      );
    case '/_issuers/github/.well-known/jwks':
    case '/_issuers/github/jwks':
      return jsonAnswer(200, await issuer.keySet());
    default:
      return pageAnswer(404);
  }
}

const longAgoSeconds = 900;

function spoiled(claims: Record<string, unknown>, fault: Fault | undefined): Record<string, unknown> {
  const { iat, exp } = claims as { iat: number; exp: number };
  switch (fault?.kind) {
    case 'wrong-audience':
      return { ...claims, aud: 'another-audience' };
    case 'expired-identity':
      return { ...claims, iat: iat - longAgoSeconds, nbf: iat - longAgoSeconds, exp: exp - longAgoSeconds };
    default:
      return claims;
  }
}

/**
 * What CI platforms offer to their jobs over HTTP: endpoints that hand out identity tokens, and the issuers' public
 * documents. Belongs to the simulated platforms, not to the index.
 */

import { type Answer, jsonAnswer, pageAnswer } from './answers.ts';
import type { Fault } from './fault.ts';
import type { Issuer } from './issuer.ts';
import { circleCiClaims } from './jobs/circleci.ts';
import { answerMetadata, isMetadataRequest } from './metadata-server.ts';
import type { IndexRequest } from './request.ts';
import type { SimulatedJobs } from './simulated-jobs.ts';
import { readText } from './upload-form.ts';

export interface IdentityContext {
  readonly jobs: SimulatedJobs;
  readonly issuer: Issuer;
  readonly now: () => number;
  /** Issuers by their name under `/_issuers/`. */
  readonly issuerNames: ReadonlyMap<string, string>;
  /** Address of the index without a slash at the end. */
  readonly url: string;
}

const maximumBodyBytes = 64 * 1024;

/** Whether a request is for a simulated platform's token service. */
export function isIdentityRequest(request: Pick<IndexRequest, 'path' | 'header'>): boolean {
  return request.path.startsWith('/_ci/') || isMetadataRequest(request);
}

/** Answer a job that asks for an identity token. */
export async function answerIdentity(
  request: IndexRequest,
  context: IdentityContext,
  fault: Fault | undefined,
): Promise<Answer> {
  const { path } = request;
  if (path === '/_ci/github/idtoken') {
    return await gitHubToken(request, context, fault);
  }
  if (path === '/_ci/circleci/oidc') {
    return await circleCiToken(request, context, fault);
  }
  if (path.startsWith('/_ci/buildkite/v3/jobs/')) {
    return await buildkiteToken(request, context, fault);
  }
  return isMetadataRequest(request) ? await answerMetadata(request, context.jobs, fault) : pageAnswer(404);
}

/** `GET /_ci/github/idtoken?audience=…` */
async function gitHubToken(
  request: IndexRequest,
  { jobs }: IdentityContext,
  fault: Fault | undefined,
): Promise<Answer> {
  const audience = request.query.get('audience') ?? undefined;
  request.facts.audience = audience;
  if (request.method !== 'GET') {
    return pageAnswer(405, { allow: 'GET' });
  }
  const job = jobs.find('github', credential(request, 'bearer'));
  if (job === undefined) {
    return jsonAnswer(401, { message: 'Unauthorized' });
  }
  const value = await jobs.token('github', audience, job, fault);
  return jsonAnswer(200, { count: value.length, value });
}

/** The Agent API, `POST …/jobs/<id>/oidc/tokens`. */
async function buildkiteToken(
  request: IndexRequest,
  { jobs }: IdentityContext,
  fault: Fault | undefined,
): Promise<Answer> {
  const jobId = /^\/_ci\/buildkite\/v3\/jobs\/([^/]+)\/oidc\/tokens$/.exec(request.path)?.[1];
  const job = jobs.find('buildkite', credential(request, 'token'));
  if (request.method !== 'POST' || jobId === undefined) {
    return jsonAnswer(404, { message: 'Not found' });
  }
  if (job === undefined || job.jobId !== jobId) {
    return jsonAnswer(401, { message: 'Invalid access token' });
  }
  const audience = textMember(await jsonBody(request), 'audience');
  request.facts.audience = audience;
  return jsonAnswer(200, { token: await jobs.token('buildkite', audience, job, fault) });
}

/** What the stand-in for `circleci run oidc get` asks: `POST` with the members `claims` and `root_issuer`. */
async function circleCiToken(
  request: IndexRequest,
  { jobs, now }: IdentityContext,
  fault: Fault | undefined,
): Promise<Answer> {
  const job = jobs.find('circleci', credential(request, 'bearer'));
  if (job === undefined || request.method !== 'POST') {
    return jsonAnswer(401, { message: 'Unauthorized' });
  }
  const body = await jsonBody(request);
  const audience = textMember(body['claims'], 'aud');
  request.facts.audience = audience;
  const claims = circleCiClaims(job, audience, now(), body['root_issuer'] === true);
  return jsonAnswer(200, { token: await jobs.sign(claims, fault) });
}

/** `/_issuers/<name>/…`: the discovery document and the keys. */
export async function answerIssuer(request: IndexRequest, context: IdentityContext): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return pageAnswer(405, { allow: 'GET, HEAD' });
  }
  const [, name = '', document = ''] = /^\/_issuers\/([^/]+)\/(.*)$/.exec(request.path) ?? [];
  const issuer = context.issuerNames.get(name);
  if (issuer === undefined) {
    return pageAnswer(404);
  }
  switch (document) {
    case '.well-known/openid-configuration':
      return jsonAnswer(200, context.issuer.discovery(issuer, `${context.url}/_issuers/${name}/.well-known/jwks`));
    case '.well-known/jwks':
    case 'jwks':
      return jsonAnswer(200, await context.issuer.keySet());
    default:
      return pageAnswer(404);
  }
}

/** What follows the scheme in the `Authorization` header. */
function credential(request: IndexRequest, scheme: string): string | undefined {
  const [, sent, value] = /^(\S+) (\S+)$/.exec(request.header('authorization') ?? '') ?? [];
  return sent?.toLowerCase() === scheme ? value : undefined;
}

async function jsonBody(request: IndexRequest): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(await readText(request.body, maximumBodyBytes));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function textMember(value: unknown, name: string): string | undefined {
  const member = typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name) : [];
  return typeof member?.[1] === 'string' ? member[1] : undefined;
}

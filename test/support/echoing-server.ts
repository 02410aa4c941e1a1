/**
 * The worst server: GitHub's token service and an index in one, whose tokens carry markers, and which repeats whatever it
 * was sent in every failure. Used to prove that no token reaches any output.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Recognisable parts of the three secrets of a run. */
export const markers = {
  requestToken: 'REQUESTTOKENMARKER0123456789',
  identityToken: 'IDENTITYTOKENMARKER0123456789',
  apiToken: 'APITOKENMARKER0123456789',
} as const;

export type Route = 'identity' | 'audience' | 'mint' | 'upload';

/** How a route fails; `echo` is everything the request held. */
export type Failure = (echo: string, request: IncomingMessage, response: ServerResponse) => void;

export interface EchoingServer {
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Start the server for one test; routes without a failure answer as they should. */
export async function startEchoingServer(
  failures: Partial<Record<Route, Failure>>,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<EchoingServer> {
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const echo = `${request.url} ${JSON.stringify(request.headers)} ${Buffer.concat(chunks).toString('latin1')}`;
    const route = routeOf(request.url ?? '');
    const failure = route === undefined ? undefined : failures[route];
    if (failure !== undefined) failure(echo, request, response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(success(route, claims)));
  };
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    environment: {
      GITHUB_ACTIONS: 'true',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: markers.requestToken,
    },
  };
}

function routeOf(url: string): Route | undefined {
  if (url.startsWith('/idtoken')) return 'identity';
  if (url === '/_/oidc/audience') return 'audience';
  if (url === '/_/oidc/mint-token') return 'mint';
  return url === '/legacy/' ? 'upload' : undefined;
}

function success(route: Route | undefined, claims: Readonly<Record<string, unknown>>): unknown {
  switch (route) {
    case 'identity':
      return { value: identityToken(claims) };
    case 'audience':
      return { audience: 'pypi' };
    case 'mint':
      return { success: true, token: `pypi-AgEI${markers.apiToken}`, expires: Math.floor(Date.now() / 1000) + 900 };
    case 'upload':
    case undefined:
      return { code: '200 OK' };
    default:
      return route satisfies never;
  }
}

/** A JWT whose signature is the marker; its claims are those of a good job unless told otherwise. */
function identityToken(claims: Readonly<Record<string, unknown>>): string {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    iss: 'https://token.actions.githubusercontent.com',
    aud: 'pypi',
    iat: now,
    exp: now + 300,
    sub: 'repo:octo/demo:ref:refs/heads/main',
    jti: 'one',
    repository: 'octo/demo',
    repository_owner: 'octo',
    repository_owner_id: '4242',
    event_name: 'push',
    ref: 'refs/heads/main',
    job_workflow_ref: 'octo/demo/.github/workflows/release.yml@refs/heads/main',
    workflow_ref: 'octo/demo/.github/workflows/release.yml@refs/heads/main',
    ...claims,
  };
  return [{ alg: 'RS256', kid: 'k1' }, all]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(markers.identityToken)
    .join('.');
}

/** Identity tokens made at run time; their signature is a word, as nothing here verifies it. */

import { randomUUID } from 'node:crypto';
import type { Claims } from '../../src/identity/claims.ts';
import { Secret } from '../../src/secret.ts';
import { startMs } from './runtime.ts';

const startSeconds = startMs / 1000;

/** What a GitHub Actions job on a release tag says of itself. */
export function gitHubClaims(changes: Readonly<Record<string, unknown>> = {}): Claims {
  return {
    iss: 'https://token.actions.githubusercontent.com',
    aud: 'pypi',
    sub: 'repo:octo/demo:environment:pypi',
    jti: randomUUID(),
    iat: startSeconds,
    nbf: startSeconds - 300,
    exp: startSeconds + 300,
    repository: 'octo/demo',
    repository_owner: 'octo',
    repository_owner_id: '123',
    job_workflow_ref: 'octo/demo/.github/workflows/release.yml@refs/tags/v1',
    workflow_ref: 'octo/demo/.github/workflows/release.yml@refs/tags/v1',
    environment: 'pypi',
    event_name: 'push',
    ref: 'refs/tags/v1',
    sha: 'c0ffee',
    ...changes,
  };
}

/** A JWT that says anything. */
export function jwtText(payload: unknown, header: unknown = { alg: 'RS256', typ: 'JWT', kid: 'k' }): string {
  return [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(Buffer.from('signature').toString('base64url'))
    .join('.');
}

export function identityToken(changes: Readonly<Record<string, unknown>> = {}): Secret {
  return new Secret(jwtText(gitHubClaims(changes)));
}

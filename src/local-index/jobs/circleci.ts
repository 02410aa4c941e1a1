/**
 * Jobs of CircleCI. A token for an audience of one's own comes from the command `circleci run oidc get`; the variables
 * hold tokens for the organisation itself. PyPI accepts neither.
 * @see https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/
 */

import { randomUUID } from 'node:crypto';

/** A job of CircleCI, as far as its identity token shows it. */
export interface CircleCiJob {
  readonly organizationId: string;
  readonly projectId: string;
  readonly userId: string;
  /** Repository, as `github.com/octo/demo`. */
  readonly origin: string;
  readonly ref: string;
  readonly sha: string;
}

export const circleCiIssuer = 'https://oidc.circleci.com';
const identityLifetimeSeconds = 3600;

export function circleCiJob(changes: Partial<CircleCiJob> = {}): CircleCiJob {
  return {
    organizationId: '00000000-2000-8000-8000-000000000001',
    projectId: '00000000-2000-8000-8000-000000000002',
    userId: '00000000-2000-8000-8000-000000000003',
    origin: 'github.com/octo/demo',
    ref: 'refs/heads/main',
    sha: '0123456789abcdef0123456789abcdef01234567',
    ...changes,
  };
}

/** The claims of a token for `job`; without an audience it is made out to the organisation, by the organisation. */
export function circleCiClaims(
  job: CircleCiJob,
  audience: string | undefined,
  nowMs: number,
  isRootIssuer = audience !== undefined,
): Record<string, unknown> {
  const issuedAt = Math.floor(nowMs / 1000);
  const who = `org/${job.organizationId}/project/${job.projectId}/user/${job.userId}`;
  return {
    jti: randomUUID(),
    iss: isRootIssuer ? circleCiIssuer : `${circleCiIssuer}/org/${job.organizationId}`,
    aud: audience ?? job.organizationId,
    sub: `${who}/vcs-origin/${job.origin}/vcs-ref/${job.ref}`,
    iat: issuedAt,
    exp: issuedAt + identityLifetimeSeconds,
    'oidc.circleci.com/context-ids': [],
    'oidc.circleci.com/org-id': job.organizationId,
    'oidc.circleci.com/project-id': job.projectId,
    'oidc.circleci.com/job-id': '00000000-2000-8000-8000-000000000004',
    'oidc.circleci.com/workflow-id': '00000000-2000-8000-8000-000000000005',
    'oidc.circleci.com/pipeline-id': '00000000-2000-8000-8000-000000000006',
    'oidc.circleci.com/pipeline-definition-id': '00000000-2000-8000-8000-000000000007',
    'oidc.circleci.com/vcs-origin': job.origin,
    'oidc.circleci.com/vcs-ref': job.ref,
    'oidc.circleci.com/ssh-rerun': false,
  };
}

/** Environment variables of the job. The first two of the last three are our own: how the stand-in for `circleci` asks. */
export function circleCiVariables(
  job: CircleCiJob,
  indexUrl: string,
  requestToken: string,
  organizationToken: string,
): Record<string, string> {
  const [, owner = '', repository = ''] = job.origin.split('/');
  return {
    CI: 'true',
    CIRCLECI: 'true',
    CIRCLE_BRANCH: job.ref.replace(/^refs\/(heads|tags)\//, ''),
    CIRCLE_BUILD_NUM: '1',
    CIRCLE_JOB: 'publish',
    CIRCLE_ORGANIZATION_ID: job.organizationId,
    CIRCLE_PROJECT_ID: job.projectId,
    CIRCLE_PROJECT_REPONAME: repository,
    CIRCLE_PROJECT_USERNAME: owner,
    CIRCLE_REPOSITORY_URL: `https://${job.origin}`,
    CIRCLE_SHA1: job.sha,
    SIMULATED_CIRCLECI_URL: `${indexUrl}/_ci/circleci/oidc`,
    SIMULATED_CIRCLECI_TOKEN: requestToken,
    CIRCLE_OIDC_TOKEN_V2: organizationToken,
  };
}

/**
 * Jobs of Buildkite. A token comes from the command `buildkite-agent oidc request-token`, which asks the Agent API; the
 * index answers that API's one route, so that a real agent could be used, too. PyPI does not accept these tokens.
 * @see https://buildkite.com/docs/pipelines/security/oidc
 */

import { randomUUID } from 'node:crypto';

/** A job of Buildkite, as far as its identity token shows it. */
export interface BuildkiteJob {
  readonly organization: string;
  readonly pipeline: string;
  readonly branch: string;
  readonly tag: string;
  readonly commit: string;
  readonly step: string;
  readonly jobId: string;
}

export const buildkiteIssuer = 'https://agent.buildkite.com';
const identityLifetimeSeconds = 300;

export function buildkiteJob(changes: Partial<BuildkiteJob> = {}): BuildkiteJob {
  return {
    organization: 'octo',
    pipeline: 'demo',
    branch: 'main',
    tag: '',
    commit: '0123456789abcdef0123456789abcdef01234567',
    step: 'publish',
    jobId: '00000000-3000-8000-8000-000000000001',
    ...changes,
  };
}

/** The claims of a token for `job`. */
export function buildkiteClaims(
  job: BuildkiteJob,
  audience: string | undefined,
  nowMs: number,
): Record<string, unknown> {
  const issuedAt = Math.floor(nowMs / 1000);
  const ref = job.tag === '' ? `refs/heads/${job.branch}` : `refs/tags/${job.tag}`;
  return {
    jti: randomUUID(),
    iss: buildkiteIssuer,
    aud: audience ?? `https://buildkite.com/${job.organization}`,
    sub: `organization:${job.organization}:pipeline:${job.pipeline}:ref:${ref}:commit:${job.commit}:step:${job.step}`,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + identityLifetimeSeconds,
    organization_slug: job.organization,
    pipeline_slug: job.pipeline,
    build_number: 1,
    build_branch: job.branch,
    ...(job.tag === '' ? {} : { build_tag: job.tag }),
    build_commit: job.commit,
    build_source: 'webhook',
    step_key: job.step,
    job_id: job.jobId,
    agent_id: '00000000-3000-8000-8000-000000000002',
    runner_environment: 'self-hosted',
  };
}

/** Environment variables of the job, under the names that the real agent has for them. */
export function buildkiteVariables(job: BuildkiteJob, indexUrl: string, agentToken: string): Record<string, string> {
  return {
    CI: 'true',
    BUILDKITE: 'true',
    BUILDKITE_AGENT_ACCESS_TOKEN: agentToken,
    BUILDKITE_AGENT_ENDPOINT: `${indexUrl}/_ci/buildkite/v3`,
    BUILDKITE_BRANCH: job.branch,
    BUILDKITE_BUILD_NUMBER: '1',
    BUILDKITE_COMMIT: job.commit,
    BUILDKITE_JOB_ID: job.jobId,
    BUILDKITE_ORGANIZATION_SLUG: job.organization,
    BUILDKITE_PIPELINE_SLUG: job.pipeline,
    BUILDKITE_REPO: `https://github.com/${job.organization}/${job.pipeline}.git`,
    BUILDKITE_STEP_KEY: job.step,
    BUILDKITE_TAG: job.tag,
  };
}

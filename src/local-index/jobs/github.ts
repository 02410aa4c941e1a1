/**
 * Jobs of GitHub Actions, with every claim that GitHub puts into their identity tokens.
 * @see https://docs.github.com/en/actions/reference/security/oidc
 */

import { randomUUID } from 'node:crypto';
import type { PublisherConfiguration } from '../publishers.ts';

/** A job of GitHub Actions, as far as its identity token shows it. */
export interface GitHubJob {
  /** `owner/name`. */
  readonly repository: string;
  readonly repositoryId: string;
  readonly ownerId: string;
  /** File name of the top-level workflow. */
  readonly workflowFilename: string;
  /** The job's deployment environment; empty for none. */
  readonly environment: string;
  readonly ref: string;
  readonly sha: string;
  readonly eventName: string;
  readonly actor: string;
  readonly runId: string;
  readonly visibility: 'public' | 'private' | 'internal';
  /** Reference of a called (reusable) workflow, `owner/name/.github/workflows/file.yml@ref`; default: not called. */
  readonly jobWorkflowRef?: string;
}

const identityLifetimeSeconds = 300;

/** The job that fits the first GitHub publisher, with `changes` applied. */
export function gitHubJob(publishers: readonly PublisherConfiguration[], changes: Partial<GitHubJob> = {}): GitHubJob {
  const publisher = publishers.find((item) => item.provider === 'github');
  return {
    repository: publisher === undefined ? 'octo/demo' : `${publisher.owner}/${publisher.repository}`,
    repositoryId: '77',
    ownerId: publisher?.owner_id ?? '4242',
    workflowFilename: publisher?.workflow_filename ?? 'release.yml',
    environment: publisher?.environment ?? '',
    ref: 'refs/heads/main',
    sha: '0123456789abcdef0123456789abcdef01234567',
    eventName: 'push',
    actor: 'octocat',
    runId: '1',
    visibility: 'public',
    ...changes,
  };
}

/** Reference of the workflow that was started. */
function workflowRef(job: GitHubJob): string {
  return `${job.repository}/.github/workflows/${job.workflowFilename}@${job.ref}`;
}

/** The claims of a token for `job`; `nowMs` is the time of issue. */
export function gitHubClaims(job: GitHubJob, audience: string | undefined, nowMs: number): Record<string, unknown> {
  const owner = job.repository.split('/')[0] ?? '';
  const issuedAt = Math.floor(nowMs / 1000);
  const isTag = job.ref.startsWith('refs/tags/');
  return {
    jti: randomUUID(),
    sub: `repo:${job.repository}:${subjectContext(job)}`,
    // GitHub's default is the address of the repository's owner.
    aud: audience ?? `https://github.com/${owner}`,
    iss: 'https://token.actions.githubusercontent.com',
    iat: issuedAt,
    nbf: issuedAt - 5,
    exp: issuedAt + identityLifetimeSeconds,
    ref: job.ref,
    ref_type: isTag ? 'tag' : 'branch',
    ref_protected: 'false',
    sha: job.sha,
    repository: job.repository,
    repository_id: job.repositoryId,
    repository_owner: owner,
    repository_owner_id: job.ownerId,
    repository_visibility: job.visibility,
    event_name: job.eventName,
    actor: job.actor,
    actor_id: '1001',
    run_id: job.runId,
    run_number: '1',
    run_attempt: '1',
    check_run_id: '5001',
    head_ref: '',
    base_ref: '',
    workflow: 'Release',
    workflow_ref: workflowRef(job),
    workflow_sha: job.sha,
    job_workflow_ref: job.jobWorkflowRef ?? workflowRef(job),
    job_workflow_sha: job.sha,
    runner_environment: 'github-hosted',
    ...(job.environment === '' ? {} : { environment: job.environment, environment_node_id: 'EN_local' }),
  };
}

/** Environment variables of the job; `requestToken` is what the runner would hand out for asking for identity tokens. */
export function gitHubVariables(job: GitHubJob, indexUrl: string, requestToken: string): Record<string, string> {
  const [owner = '', name = ''] = job.repository.split('/');
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: job.actor,
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_EVENT_NAME: job.eventName,
    GITHUB_REF: job.ref,
    GITHUB_REF_NAME: job.ref.replace(/^refs\/(heads|tags)\//, ''),
    GITHUB_REF_TYPE: job.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_REPOSITORY: `${owner}/${name}`,
    GITHUB_REPOSITORY_ID: job.repositoryId,
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_REPOSITORY_OWNER_ID: job.ownerId,
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: job.runId,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: job.sha,
    GITHUB_WORKFLOW: 'Release',
    GITHUB_WORKFLOW_REF: workflowRef(job),
    // The real one carries a query string already, too: clients must append with `&`.
    ACTIONS_ID_TOKEN_REQUEST_URL: `${indexUrl}/_ci/github/idtoken?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
  };
}

function subjectContext(job: GitHubJob): string {
  if (job.environment !== '') {
    return `environment:${job.environment}`;
  }
  return job.eventName === 'pull_request' ? 'pull_request' : `ref:${job.ref}`;
}

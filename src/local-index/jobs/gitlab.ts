/**
 * Jobs of GitLab CI/CD, on gitlab.com or on an instance of one's own. Their tokens are variables, made once when the job
 * starts: one for each entry of `id_tokens`, good for as long as the job may run.
 * @see https://docs.gitlab.com/ci/secrets/id_token_authentication/
 */

import { randomUUID } from 'node:crypto';
import type { PublisherConfiguration } from '../publishers.ts';

/** A job of GitLab CI/CD, as far as its identity token shows it. */
export interface GitLabJob {
  /** Address of the instance, without a slash at the end. */
  readonly issuer: string;
  /** Group and subgroups. */
  readonly namespace: string;
  readonly project: string;
  /** Path of the top-level pipeline file in the repository. */
  readonly configurationPath: string;
  /** The job's deployment environment; empty for none. */
  readonly environment: string;
  /** Branch or tag, without `refs/…`. */
  readonly ref: string;
  readonly refType: 'branch' | 'tag';
  readonly sha: string;
  readonly pipelineSource: string;
  readonly user: string;
  /** A job may run for an hour unless it is told otherwise, and its tokens live as long. */
  readonly timeoutSeconds: number;
}

/** The job that fits the first GitLab publisher, with `changes` applied. */
export function gitLabJob(publishers: readonly PublisherConfiguration[], changes: Partial<GitLabJob> = {}): GitLabJob {
  const publisher = publishers.find((item) => item.provider === 'gitlab');
  return {
    issuer: publisher?.issuer_url ?? 'https://gitlab.com',
    namespace: publisher?.namespace ?? 'octo',
    project: publisher?.project ?? 'demo',
    configurationPath: publisher?.workflow_filepath ?? '.gitlab-ci.yml',
    environment: publisher?.environment ?? '',
    ref: 'main',
    refType: 'branch',
    sha: '0123456789abcdef0123456789abcdef01234567',
    pipelineSource: 'push',
    user: 'octocat',
    timeoutSeconds: 3600,
    ...changes,
  };
}

/** The claims of a token for `job`; the identifiers of the job stay the same from token to token. */
export function gitLabClaims(job: GitLabJob, audience: string | undefined, nowMs: number): Record<string, unknown> {
  const issuedAt = Math.floor(nowMs / 1000);
  const path = `${job.namespace}/${job.project}`;
  const refPath = `refs/${job.refType === 'tag' ? 'tags' : 'heads'}/${job.ref}`;
  return {
    jti: randomUUID(),
    iss: job.issuer,
    aud: audience ?? job.issuer,
    sub: `project_path:${path}:ref_type:${job.refType}:ref:${job.ref}`,
    iat: issuedAt,
    nbf: issuedAt - 5,
    exp: issuedAt + job.timeoutSeconds,
    namespace_id: '72',
    namespace_path: job.namespace,
    project_id: '77',
    project_path: path,
    project_visibility: 'public',
    job_namespace_id: '72',
    job_namespace_path: job.namespace,
    job_project_id: '77',
    job_project_path: path,
    user_id: '1001',
    user_login: job.user,
    user_email: `${job.user}@example.org`,
    user_access_level: 'maintainer',
    pipeline_id: '574',
    pipeline_source: job.pipelineSource,
    job_id: '302',
    job_source: 'pipeline',
    ref: job.ref,
    ref_type: job.refType,
    ref_path: refPath,
    ref_protected: 'true',
    runner_id: 1,
    runner_environment: 'gitlab-hosted',
    sha: job.sha,
    ci_config_ref_uri: `${new URL(job.issuer).host}/${path}//${job.configurationPath}@${refPath}`,
    ci_config_sha: job.sha,
    ...(job.environment === ''
      ? {}
      : {
          environment: job.environment,
          environment_protected: 'false',
          environment_action: 'start',
          deployment_tier: 'production',
        }),
  };
}

/** Environment variables of the job; `token` is the one entry of its `id_tokens`, made out to `audience`. */
export function gitLabVariables(job: GitLabJob, audience: string, token: string): Record<string, string> {
  const { host } = new URL(job.issuer);
  return {
    CI: 'true',
    GITLAB_CI: 'true',
    CI_COMMIT_REF_NAME: job.ref,
    CI_COMMIT_REF_PROTECTED: 'true',
    CI_COMMIT_SHA: job.sha,
    ...(job.refType === 'tag' ? { CI_COMMIT_TAG: job.ref } : { CI_COMMIT_BRANCH: job.ref }),
    CI_CONFIG_PATH: job.configurationPath,
    ...(job.environment === '' ? {} : { CI_ENVIRONMENT_NAME: job.environment }),
    CI_JOB_ID: '302',
    CI_JOB_NAME: 'publish',
    CI_JOB_TIMEOUT: String(job.timeoutSeconds),
    CI_PIPELINE_ID: '574',
    CI_PIPELINE_SOURCE: job.pipelineSource,
    CI_PROJECT_ID: '77',
    CI_PROJECT_NAME: job.project,
    CI_PROJECT_NAMESPACE: job.namespace,
    CI_PROJECT_PATH: `${job.namespace}/${job.project}`,
    CI_PROJECT_URL: `${job.issuer}/${job.namespace}/${job.project}`,
    CI_SERVER_HOST: host,
    CI_SERVER_URL: job.issuer,
    GITLAB_USER_LOGIN: job.user,
    [tokenVariable(audience)]: token,
  };
}

/**
 * Where publishing tools look for the token of an audience: `PYPI_ID_TOKEN` for `pypi`.
 * @see https://docs.pypi.org/trusted-publishers/using-a-publisher/
 */
export function tokenVariable(audience: string): string {
  return `${audience.toUpperCase().replace(/[^A-Z0-9_]|^[0-9]/g, '_')}_ID_TOKEN`;
}

/**
 * Builds of the ActiveState platform. Only its own builder gets such tokens, so there are no variables to look like one.
 * @see https://docs.pypi.org/trusted-publishers/using-a-publisher/
 */

import { randomUUID } from 'node:crypto';
import type { PublisherConfiguration } from '../publishers.ts';

/** A build of ActiveState, as far as its identity token shows it. */
export interface ActiveStateJob {
  readonly organization: string;
  readonly project: string;
  readonly actor: string;
  readonly actorId: string;
  readonly ingredient: string;
}

const identityLifetimeSeconds = 3600;

/** The build that fits the first ActiveState publisher, with `changes` applied. */
export function activeStateJob(
  publishers: readonly PublisherConfiguration[],
  changes: Partial<ActiveStateJob> = {},
): ActiveStateJob {
  const publisher = publishers.find((item) => item.provider === 'activestate');
  return {
    organization: publisher?.organization ?? 'octo',
    project: publisher?.project ?? 'demo',
    actor: publisher?.actor || 'octocat',
    actorId: publisher?.actor_id ?? '00000000-1000-8000-8000-000000000003',
    ingredient: 'demo',
    ...changes,
  };
}

/** The claims of a token for the build. */
export function activeStateClaims(
  job: ActiveStateJob,
  audience: string | undefined,
  nowMs: number,
): Record<string, unknown> {
  const issuedAt = Math.floor(nowMs / 1000);
  return {
    jti: randomUUID(),
    iss: 'https://platform.activestate.com/api/v1/oauth/oidc',
    aud: audience,
    sub: `org:${job.organization}:project:${job.project}`,
    iat: issuedAt,
    nbf: issuedAt - 5,
    exp: issuedAt + identityLifetimeSeconds,
    actor: job.actor,
    actor_id: job.actorId,
    artifact_id: '00000000-1000-8000-8000-000000000004',
    builder: 'pypi-publisher',
    ingredient: job.ingredient,
    organization: job.organization,
    organization_id: '00000000-1000-8000-8000-000000000001',
    project: job.project,
    project_id: '00000000-1000-8000-8000-000000000002',
    project_path: `${job.organization}/${job.project}`,
    project_visibility: 'public',
  };
}

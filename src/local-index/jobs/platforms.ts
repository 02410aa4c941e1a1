/** The platforms that the index can play: for each, the job that fits the configured publishers, and what its tokens say. */

import type { PublisherConfiguration } from '../publishers.ts';
import { type ActiveStateJob, activeStateClaims, activeStateJob } from './activestate.ts';
import { type BuildkiteJob, buildkiteClaims, buildkiteJob } from './buildkite.ts';
import { type CircleCiJob, circleCiClaims, circleCiJob } from './circleci.ts';
import { type GitHubJob, gitHubClaims, gitHubJob } from './github.ts';
import { type GitLabJob, gitLabClaims, gitLabJob } from './gitlab.ts';
import { type GoogleJob, googleClaims, googleJob } from './google.ts';

/** What describes a job, by platform. */
export interface Jobs {
  readonly github: GitHubJob;
  readonly gitlab: GitLabJob;
  readonly google: GoogleJob;
  readonly activestate: ActiveStateJob;
  readonly circleci: CircleCiJob;
  readonly buildkite: BuildkiteJob;
}

export type PlatformName = keyof Jobs;

/** Platforms whose jobs can be played for other programs: all but ActiveState, where only its own builder has tokens. */
export const ciNames = ['github', 'gitlab', 'google', 'circleci', 'buildkite'] as const;
export type CiName = (typeof ciNames)[number];

interface Platform<Job> {
  readonly job: (publishers: readonly PublisherConfiguration[], changes?: Partial<Job>) => Job;
  readonly claims: (job: Job, audience: string | undefined, nowMs: number) => Record<string, unknown>;
}

export const platforms: { readonly [Name in PlatformName]: Platform<Jobs[Name]> } = {
  github: { job: gitHubJob, claims: gitHubClaims },
  gitlab: { job: gitLabJob, claims: gitLabClaims },
  google: { job: googleJob, claims: googleClaims },
  activestate: { job: activeStateJob, claims: activeStateClaims },
  circleci: { job: (_, changes) => circleCiJob(changes), claims: circleCiClaims },
  buildkite: { job: (_, changes) => buildkiteJob(changes), claims: buildkiteClaims },
};

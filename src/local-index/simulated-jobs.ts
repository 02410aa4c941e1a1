/**
 * The jobs that run at the moment on the simulated CI platforms: the variables by which a program believes to be one of
 * them, and the identity tokens it gets.
 */

import { randomBytes } from 'node:crypto';
import type { Fault, FaultQueue } from './fault.ts';
import type { Issuer } from './issuer.ts';
import { buildkiteVariables } from './jobs/buildkite.ts';
import { circleCiVariables } from './jobs/circleci.ts';
import { gitHubVariables } from './jobs/github.ts';
import { gitLabVariables } from './jobs/gitlab.ts';
import { googleClaims, googleVariables } from './jobs/google.ts';
import { type CiName, type Jobs, type PlatformName, platforms } from './jobs/platforms.ts';
import type { PublisherConfiguration } from './publishers.ts';

export interface SimulationContext {
  readonly issuer: Issuer;
  readonly now: () => number;
  /** The default job of a platform fits the first of them that is of its kind. */
  readonly publishers: readonly PublisherConfiguration[];
  /** What the index wants tokens to be made out to. */
  readonly audience: string;
  /** Address of the index without a slash at the end. */
  readonly url: string;
  /** Host and port where the index answers without TLS: metadata servers have none. */
  readonly plainHost: string;
}

/** A new job; a fault that waits for the next identity token spoils those that the job has from its start. */
export async function startJob<Name extends CiName>(
  { jobs, faults }: { readonly jobs: SimulatedJobs; readonly faults: FaultQueue },
  ci: Name,
  changes?: Partial<Jobs[Name]>,
): Promise<Record<string, string>> {
  return await jobs.environment(ci, changes, ci === 'gitlab' ? faults.take('identity').fault : undefined);
}

type RunningJob = { readonly [Name in PlatformName]: { readonly ci: Name; readonly job: Jobs[Name] } }[PlatformName];

export class SimulatedJobs {
  readonly #context: SimulationContext;
  /** By the secret with which the job may ask for identity tokens. */
  readonly #jobs = new Map<string, RunningJob>();
  #machine: Jobs['google'] | undefined;

  constructor(context: SimulationContext) {
    this.#context = context;
  }

  /** Environment variables of a GitHub job; the same job has the same variables every time. */
  gitHubEnvironment(changes?: Partial<Jobs['github']>): Record<string, string> {
    const job = this.#job('github', changes);
    return gitHubVariables(job, this.#context.url, this.#requestToken({ ci: 'github', job }));
  }

  /**
   * Environment variables of a new job on a platform.
   * @param fault spoils the token that is a variable itself
   */
  async environment<Name extends CiName>(
    ci: Name,
    changes?: Partial<Jobs[Name]>,
    fault?: Fault,
  ): Promise<Record<string, string>> {
    const { url, audience, plainHost } = this.#context;
    // Which member of the union it is follows from the name, which the compiler cannot see for a type parameter.
    const started = { ci, job: this.#job(ci, changes) } as RunningJob;
    switch (started.ci) {
      case 'github':
        return gitHubVariables(started.job, url, this.#requestToken(started));
      case 'gitlab':
        return gitLabVariables(started.job, audience, await this.token('gitlab', audience, started.job, fault));
      case 'google':
        this.#machine = started.job;
        return googleVariables(started.job, plainHost);
      case 'circleci': {
        const forOrganization = await this.token('circleci', undefined, started.job);
        return circleCiVariables(started.job, url, this.#requestToken(started), forOrganization);
      }
      case 'buildkite':
        return buildkiteVariables(started.job, url, this.#requestToken(started));
      case 'activestate':
        return {};
      default:
        return started satisfies never;
    }
  }

  /** An identity token for a job. */
  async token<Name extends PlatformName>(
    name: Name,
    audience: string | undefined,
    changes?: Partial<Jobs[Name]>,
    fault?: Fault,
  ): Promise<string> {
    const claims = platforms[name].claims(this.#job(name, changes), audience, this.#context.now());
    return await this.sign(claims, fault);
  }

  async sign(claims: Record<string, unknown>, fault: Fault | undefined): Promise<string> {
    return await this.#context.issuer.sign(spoiled(claims, fault));
  }

  /** The job that may ask with this secret, if it runs on this platform. */
  find<Name extends PlatformName>(ci: Name, requestToken: string | undefined): Jobs[Name] | undefined {
    const found = requestToken === undefined ? undefined : this.#jobs.get(requestToken);
    return found?.ci === ci ? (found.job as Jobs[Name]) : undefined;
  }

  /** The machine behind the metadata server: the last one that was started. */
  machine(): Jobs['google'] {
    return this.#machine ?? this.#job('google');
  }

  /** An identity token for that machine. */
  async machineToken(audience: string, format: 'standard' | 'full', fault: Fault | undefined): Promise<string> {
    return await this.sign(googleClaims(this.machine(), audience, this.#context.now(), format), fault);
  }

  #job<Name extends PlatformName>(name: Name, changes?: Partial<Jobs[Name]>): Jobs[Name] {
    return platforms[name].job(this.#context.publishers, changes);
  }

  #requestToken(running: RunningJob): string {
    const description = JSON.stringify(running);
    const known = [...this.#jobs].find(([, other]) => JSON.stringify(other) === description)?.[0];
    const requestToken = known ?? randomBytes(32).toString('base64url');
    this.#jobs.set(requestToken, running);
    return requestToken;
  }
}

const expiredForSeconds = 600;

function spoiled(claims: Record<string, unknown>, fault: Fault | undefined): Record<string, unknown> {
  const { iat, exp } = claims as { iat: number; exp: number };
  switch (fault?.kind) {
    case 'wrong-audience':
      return { ...claims, aud: 'another-audience' };
    case 'expired-identity': {
      const lateSeconds = exp - iat + expiredForSeconds;
      return { ...claims, iat: iat - lateSeconds, nbf: iat - lateSeconds, exp: exp - lateSeconds };
    }
    default:
      return claims;
  }
}

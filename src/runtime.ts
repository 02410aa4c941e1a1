/**
 * The outside world as values. The only file that reads `process.env` and the clock; everything else takes what it
 * needs from a `Runtime`, as narrowly as it uses it (`Pick<Runtime, 'now'>`), so that tests run side by side.
 */

import { setTimeout as delay } from 'node:timers/promises';

/** Environment variables as the process (or a test) has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Runtime {
  readonly env: Environment;
  /** Working directory that relative paths are resolved against. */
  readonly cwd: string;
  /** Current time in milliseconds since the Unix epoch. */
  now(): number;
  /** Wait; rejects with the signal's reason when it is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** A number in [0, 1), for jitter. */
  random(): number;
}

/** The real world. */
export function systemRuntime(): Runtime {
  return {
    env: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    sleep: async (milliseconds, signal) => {
      await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
    },
    random: () => Math.random(),
  };
}

/** The value of a variable, with the empty string counted as unset. */
export function environmentValue(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

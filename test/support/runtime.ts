/** A runtime whose environment, clock and dice are plain values. */

import type { Environment, Runtime } from '../../src/runtime.ts';

/** Time at which test clocks begin: 1 January 2026, 00:00 UTC. */
export const startMs = Date.UTC(2026, 0, 1);

export interface TestRuntime extends Runtime {
  /** How long each `sleep` was asked to last, in milliseconds. */
  readonly sleeps: readonly number[];
  /** Let time pass. */
  pass(milliseconds: number): void;
}

/** `sleep` returns at once and moves the clock on; a signal that is aborted by then makes it reject. */
export function testRuntime(options: { readonly env?: Environment; readonly random?: number } = {}): TestRuntime {
  let nowMs = startMs;
  const sleeps: number[] = [];
  return {
    env: options.env ?? {},
    cwd: '/work',
    now: () => nowMs,
    sleep: async (milliseconds, signal) => {
      sleeps.push(milliseconds);
      nowMs += milliseconds;
      signal?.throwIfAborted();
    },
    random: () => options.random ?? 0.5,
    sleeps,
    pass: (milliseconds) => {
      nowMs += milliseconds;
    },
  };
}

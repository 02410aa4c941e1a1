/**
 * When and how long to wait before a request is sent again. Pure: the loop that waits is `retrying`, the decision is a
 * function of the attempt, the failure and what the server asked for.
 */

import { PypiOidcError } from './errors.ts';
import type { Runtime } from './runtime.ts';

export interface RetryPolicy {
  /** Attempts after the first one. */
  readonly retries: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

/** For small requests: three more tries within some seconds. */
export const briefRetries: RetryPolicy = { retries: 3, firstDelayMs: 500, maxDelayMs: 8_000 };

/** What is told before each wait. */
export interface RetryNotice {
  readonly attempt: number;
  readonly of: number;
  readonly waitMs: number;
  readonly reason: string;
}

/** Statuses after which the same request may succeed. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status === 499 || (status >= 500 && status <= 599);
}

/** Failures after which the same request may succeed; a bad certificate or a stopped run stays as it is. */
export function isTransientFailure(error: unknown): boolean {
  return error instanceof PypiOidcError && error.transient;
}

/**
 * Exponential back-off with full jitter; what the server asked for wins when it is longer.
 *
 * @param attempt 1 for the wait after the first attempt
 * @param random in [0, 1)
 * @param retryAfterMs what `Retry-After` asked for
 */
export function backOffMs(
  policy: RetryPolicy,
  attempt: number,
  random: number,
  retryAfterMs: number | undefined,
): number {
  const ceiling = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempt - 1));
  return Math.max(Math.round(ceiling * random), retryAfterMs ?? 0);
}

/** Longest wait that is granted to a server; a longer one is cut to this. */
const maxRetryAfterMs = 10 * 60_000;

/** `Retry-After` as seconds or as an HTTP date (RFC 9110 §10.2.3), in milliseconds from `now`. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  // `Date.parse` reads years into almost anything with a digit; every form of an HTTP date has a time of day.
  const date = /\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : date - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), maxRetryAfterMs);
}

/** What one attempt came to: done, or worth another try. */
export type Attempt<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'again'; readonly value: T; readonly reason: string; readonly retryAfterMs?: number | undefined };

/**
 * Run `attempt` until it is done or the policy's retries are used up; then its last value counts.
 * Transient transport failures are retried too; the last one is thrown.
 */
export async function retrying<T>(
  attempt: (number: number) => Promise<Attempt<T>>,
  policy: RetryPolicy,
  runtime: Pick<Runtime, 'sleep' | 'random'>,
  notify: (notice: RetryNotice) => void,
  signal?: AbortSignal,
): Promise<T> {
  for (let number = 1; ; number++) {
    const last = number > policy.retries;
    const result = await attempt(number).catch((error: unknown): Attempt<T> | { kind: 'broken'; reason: string } => {
      if (last || !isTransientFailure(error)) throw error;
      return { kind: 'broken', reason: error instanceof Error ? error.message : String(error) };
    });
    if (result.kind === 'done' || (last && result.kind === 'again')) return result.value;
    const asked = result.kind === 'again' ? result.retryAfterMs : undefined;
    const waitMs = backOffMs(policy, number, runtime.random(), asked);
    notify({ attempt: number, of: policy.retries + 1, waitMs, reason: result.reason });
    await runtime.sleep(waitMs, signal);
  }
}

import { describe, expect, test } from 'vitest';
import { InterruptedError, UsageError } from '../src/errors.ts';
import { TransportError, type TransportProblem } from '../src/http/http-error.ts';
import {
  type Attempt,
  backOffMs,
  isTransientFailure,
  isTransientStatus,
  type RetryNotice,
  type RetryPolicy,
  retryAfterMs,
  retrying,
} from '../src/retry.ts';
import { startMs, testRuntime } from './support/runtime.ts';

const policy: RetryPolicy = { retries: 3, firstDelayMs: 1_000, maxDelayMs: 5_000 };

function broken(problem: TransportProblem = 'reset'): TransportError {
  return new TransportError({ host: 'index', problem, stage: 'sending', detail: 'it broke' });
}

describe('which failures may pass', () => {
  test.each([408, 425, 429, 499, 500, 502, 503, 504, 599])('status %i', (status) => {
    expect(isTransientStatus(status)).toBe(true);
  });

  test.each([200, 301, 400, 401, 403, 404, 409, 413, 422, 498, 600])('not status %i', (status) => {
    expect(isTransientStatus(status)).toBe(false);
  });

  test.each<[TransportProblem, boolean]>([
    ['refused', true],
    ['host-not-found', true],
    ['unreachable', true],
    ['timeout', true],
    ['reset', true],
    ['proxy', true],
    ['malformed-answer', true],
    ['other', true],
    ['certificate', false],
    ['aborted', false],
  ])('a transport failure, %s: %s', (problem, transient) => {
    expect(isTransientFailure(broken(problem))).toBe(transient);
  });

  test.each([
    new Error('a bug'),
    new InterruptedError(),
    new UsageError('USAGE_INVALID', { message: 'x', hint: 'y' }),
    'text',
    undefined,
  ])('nothing else: %s', (error) => {
    expect(isTransientFailure(error)).toBe(false);
  });
});

describe('the pause', () => {
  test.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [4, 5_000],
    [50, 5_000],
  ])('after attempt %i is anything up to %i ms', (attempt, most) => {
    expect(backOffMs(policy, attempt, 0, undefined)).toBe(0);
    expect(backOffMs(policy, attempt, 0.5, undefined)).toBe(most / 2);
    expect(backOffMs(policy, attempt, 0.999_999, undefined)).toBe(most);
  });

  test.each([
    [undefined, 500],
    [0, 500],
    [499, 500],
    [3_000, 3_000],
    [60_000, 60_000],
  ])('is what the server asked for when that is longer: %s ms', (asked, wait) => {
    expect(backOffMs(policy, 1, 0.5, asked)).toBe(wait);
  });
});

describe('Retry-After', () => {
  test.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ['0', 0],
    ['7', 7_000],
    [' 120 ', 120_000],
    ['601', 600_000],
    ['999999999', 600_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Thursday, 01-Jan-26 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['Fri, 01 Jan 2027 00:00:00 GMT', 600_000],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['10s', undefined],
    ['in 2030', undefined],
    ['later, 5', undefined],
    ['Thu, 99 Jan 2026 00:00:30 GMT', undefined],
  ])('%j asks for %s ms', (header, wait) => {
    expect(retryAfterMs(header, startMs)).toBe(wait);
  });
});

describe('retrying', () => {
  /** The script of a number of attempts: an error is thrown. */
  async function run(attempts: readonly (Attempt<string> | Error)[], options: { signal?: AbortSignal } = {}) {
    const runtime = testRuntime();
    const notices: RetryNotice[] = [];
    const numbers: number[] = [];
    const attempt = async (number: number): Promise<Attempt<string>> => {
      numbers.push(number);
      const step = attempts[number - 1] ?? new Error('one attempt too many');
      if (step instanceof Error) throw step;
      return step;
    };
    const notify = (notice: RetryNotice): void => {
      notices.push(notice);
    };
    const result = await retrying(attempt, policy, runtime, notify, options.signal).catch((error: unknown) => error);
    return { result, numbers, notices, sleeps: runtime.sleeps };
  }

  const done: Attempt<string> = { kind: 'done', value: 'fine' };
  const again: Attempt<string> = { kind: 'again', value: '503', reason: 'it answered 503' };

  test('is over at once when the first attempt is done', async () => {
    expect(await run([done])).toEqual({ result: 'fine', numbers: [1], notices: [], sleeps: [] });
  });

  test('waits longer each time, and says so before each wait', async () => {
    expect(await run([again, broken(), again, done])).toEqual({
      result: 'fine',
      numbers: [1, 2, 3, 4],
      sleeps: [500, 1_000, 2_000],
      notices: [
        { attempt: 1, of: 4, waitMs: 500, reason: 'it answered 503' },
        { attempt: 2, of: 4, waitMs: 1_000, reason: 'No answer from index: it broke.' },
        { attempt: 3, of: 4, waitMs: 2_000, reason: 'it answered 503' },
      ],
    });
  });

  test('waits as long as the server asks', async () => {
    const { sleeps } = await run([{ ...again, retryAfterMs: 42_000 }, done]);
    expect(sleeps).toEqual([42_000]);
  });

  test('gives the last value when the retries are used up', async () => {
    const { result, numbers } = await run([again, again, again, { ...again, value: 'the last' }, done]);
    expect([result, numbers]).toEqual(['the last', [1, 2, 3, 4]]);
  });

  test('throws the last failure when the retries are used up', async () => {
    const last = broken('timeout');
    const { result, sleeps } = await run([broken(), broken(), broken(), last, done]);
    expect(result).toBe(last);
    expect(sleeps).toHaveLength(3);
  });

  test.each([new Error('a bug'), broken('certificate'), broken('aborted')])('does not repeat %s', async (error) => {
    expect(await run([error, done])).toEqual({ result: error, numbers: [1], notices: [], sleeps: [] });
  });

  test('ends within a wait when the signal says so', async () => {
    const controller = new AbortController();
    controller.abort(new InterruptedError());
    const { result, numbers } = await run([again, done], { signal: controller.signal });
    expect(result).toBeInstanceOf(InterruptedError);
    expect(numbers).toEqual([1]);
  });
});

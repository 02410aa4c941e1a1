import { describe, expect, test } from 'vitest';
import { PypiOidcError } from '../../src/errors.ts';
import { TransportError } from '../../src/http/http-error.ts';
import { FileChangedError } from '../../src/http/multipart.ts';
import { IdentityError } from '../../src/identity/provider.ts';
import type { CredentialSource, UploadAnswer, UploadRequest } from '../../src/package-index/legacy-upload.ts';
import type { UploadPlan } from '../../src/upload/plan.ts';
import { uploadAll } from '../../src/upload/upload.ts';
import { testReporter } from '../support/reporter.ts';
import { testRuntime } from '../support/runtime.ts';
import { accepted, planOf, refused, testCredentials } from '../support/uploads.ts';

const wheel = 'demo-1.0-py3-none-any.whl';
const sdist = 'demo-1.0.tar.gz';
const other = 'other-1.0.tar.gz';

function broken(problem: 'reset' | 'certificate' = 'reset'): TransportError {
  return new TransportError({ host: 'index', problem, stage: 'sending', detail: 'it broke' });
}

interface Options {
  readonly failFast?: boolean;
  readonly retries?: number;
  readonly credentials?: CredentialSource;
  readonly signal?: AbortSignal;
  readonly whileSending?: (upload: UploadRequest) => void;
}

/** Carry out a plan against an index that answers by a script; an error is thrown. */
async function run(plan: UploadPlan, answers: readonly (UploadAnswer | Error)[], options: Options = {}) {
  const runtime = testRuntime();
  const reporter = testReporter();
  const sent: string[] = [];
  const outcomes = await uploadAll(
    {
      target: {
        send: async ({ password }, upload) => {
          const answer = answers[sent.length] ?? new Error('one request too many');
          sent.push(`${upload.filename} ${password.reveal()}`);
          options.whileSending?.(upload);
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
      runtime,
      reporter,
      credentials: options.credentials ?? testCredentials(),
      retryPolicy: { retries: options.retries ?? 5, firstDelayMs: 1_000, maxDelayMs: 60_000 },
      failFast: options.failFast ?? false,
      signal: options.signal,
    },
    plan,
  );
  return { outcomes, kinds: outcomes.map(({ kind }) => kind), sent, reporter, sleeps: runtime.sleeps };
}

test('each file is sent once, in the order of the plan', async () => {
  const { outcomes, sent } = await run(planOf(wheel, sdist), [accepted, accepted]);
  expect(sent).toEqual([`${wheel} token-1`, `${sdist} token-1`]);
  expect(outcomes).toMatchObject([
    { kind: 'uploaded', file: { filename: wheel }, durationMs: 0, attempts: 1 },
    { kind: 'uploaded', file: { filename: sdist }, durationMs: 0, attempts: 1 },
  ]);
});

test('the whole request comes from the plan; what happens is reported', async () => {
  const uploads: UploadRequest[] = [];
  const { reporter, outcomes } = await run(planOf(wheel), [accepted], {
    whileSending: (upload) => {
      uploads.push(upload);
      upload.onSent?.(400);
    },
  });
  expect(uploads).toMatchObject([
    { fields: [['name', wheel]], path: `dist/${wheel}`, filename: wheel, sizeBytes: 1_000 },
  ]);
  expect(reporter.events).toEqual([
    { kind: 'upload-started', filename: wheel, sizeBytes: 1_000 },
    { kind: 'upload-progress', filename: wheel, sentBytes: 400, sizeBytes: 1_000 },
    { kind: 'upload-ended', outcome: outcomes[0] },
  ]);
});

test('a token is asked for that outlasts the file, larger files needing more', async () => {
  const credentials = testCredentials();
  const plan = planOf(wheel);
  const large = plan.uploads.map((upload) => ({ ...upload, file: { ...upload.file, sizeBytes: 100_000_000 } }));
  await run({ ...plan, uploads: large }, [accepted], { credentials });
  expect(credentials.needed).toEqual([130_000]);
});

describe('a refusal', () => {
  test('of one file does not stop the others', async () => {
    const { outcomes } = await run(planOf(wheel, sdist), [refused(400, 'File already exists (x)'), accepted]);
    expect(outcomes).toMatchObject([
      {
        kind: 'refused',
        status: 400,
        explanation: 'File already exists (x)',
        hint: expect.stringContaining('raise the version'),
      },
      { kind: 'uploaded' },
    ]);
  });

  test.each([
    [403, "Invalid API Token: project-scoped token is not valid for project: 'demo'"],
    [400, 'Non-user identities cannot create new projects.'],
    [403, 'no reason given'],
  ])('that concerns the project stops its other files, not those of others: %i %s', async (status, explanation) => {
    const { outcomes, sent } = await run(planOf(wheel, sdist, other), [refused(status, explanation), accepted]);
    expect(outcomes).toMatchObject([
      { kind: 'refused', status },
      { kind: 'not-attempted', file: { filename: sdist }, reason: `${wheel} was not accepted (${status})` },
      { kind: 'uploaded', file: { filename: other } },
    ]);
    expect(sent).toHaveLength(2);
  });

  test.each([
    [403, 'Read-only mode: Uploads are temporarily disabled.'],
    [403, 'Invalid or non-existent authentication information.'],
    [404, ''],
    [401, ''],
  ])('that concerns the index stops everything: %i %s', async (status, explanation) => {
    const { outcomes, sent } = await run(planOf(wheel, other), [refused(status, explanation), accepted]);
    expect(outcomes).toMatchObject([
      { kind: 'refused', status },
      { kind: 'not-attempted', file: { filename: other }, reason: `${wheel} was not accepted (${status})` },
    ]);
    expect(sent).toHaveLength(1);
  });

  test.each([400, 403, 404, 409, 413, 302, 600])('is not repeated: %i', async (status) => {
    const { sent, sleeps } = await run(planOf(wheel), [refused(status), accepted]);
    expect([sent.length, sleeps]).toEqual([1, []]);
  });
});

describe('a failure that may pass', () => {
  test('is tried again, and the number of attempts is told', async () => {
    const { outcomes, sleeps, reporter } = await run(planOf(wheel), [refused(503), broken(), accepted]);
    expect(outcomes).toMatchObject([{ kind: 'uploaded', attempts: 3, durationMs: 1_500 }]);
    expect(sleeps).toEqual([500, 1_000]);
    expect(reporter.of('retry')).toEqual([
      { kind: 'retry', what: wheel, notice: { attempt: 1, of: 6, waitMs: 500, reason: 'the index answered 503' } },
      {
        kind: 'retry',
        what: wheel,
        notice: { attempt: 2, of: 6, waitMs: 1_000, reason: 'No answer from index: it broke.' },
      },
    ]);
  });

  test('is waited for as long as the index asks', async () => {
    const { sleeps } = await run(planOf(wheel), [refused(429, '', { 'retry-after': '77' }), accepted]);
    expect(sleeps).toEqual([77_000]);
  });

  test('that does not pass is a refusal with the last answer, and stops the project', async () => {
    const { outcomes, sent } = await run(planOf(wheel, sdist), [refused(500), refused(502), refused(503)], {
      retries: 2,
    });
    expect(outcomes).toMatchObject([{ kind: 'refused', status: 503 }, { kind: 'not-attempted' }]);
    expect(sent).toHaveLength(3);
  });

  test('of the transport that does not pass stops everything: no other file would arrive', async () => {
    const { outcomes, sent } = await run(planOf(wheel, other), [broken(), broken()], { retries: 1 });
    expect(outcomes).toMatchObject([
      {
        kind: 'failed',
        message: 'No answer from index: it broke.',
        hint: expect.stringContaining('run the same command again'),
      },
      { kind: 'not-attempted', reason: 'the index could not be reached, or gave no token' },
    ]);
    expect(sent).toHaveLength(2);
  });
});

test('a failure that cannot pass is not repeated', async () => {
  const { kinds, sent } = await run(planOf(wheel, other), [broken('certificate')]);
  expect(kinds).toEqual(['failed', 'not-attempted']);
  expect(sent).toHaveLength(1);
});

test('a file that changed on disk says nothing of the others', async () => {
  const { outcomes } = await run(planOf(wheel, sdist), [new FileChangedError('dist/x', 'it grew'), accepted]);
  expect(outcomes).toMatchObject([
    { kind: 'failed', message: 'dist/x changed while it was being sent: it grew.' },
    { kind: 'uploaded' },
  ]);
});

describe('an expired token', () => {
  const expired = refused(403, 'Invalid API Token: token is expired');

  test('is renewed once, without a pause', async () => {
    const { outcomes, sent, sleeps } = await run(planOf(wheel, sdist), [expired, accepted, accepted]);
    expect(sent).toEqual([`${wheel} token-1`, `${wheel} token-2`, `${sdist} token-2`]);
    expect(outcomes).toMatchObject([
      { kind: 'uploaded', attempts: 2 },
      { kind: 'uploaded', attempts: 1 },
    ]);
    expect(sleeps).toEqual([]);
  });

  test('is renewed once only for each file', async () => {
    const { kinds, sent } = await run(planOf(wheel, sdist), [expired, expired, accepted]);
    expect(kinds).toEqual(['refused', 'not-attempted']);
    expect(sent).toEqual([`${wheel} token-1`, `${wheel} token-2`]);
  });

  test('may be followed by a failure that passes', async () => {
    const { outcomes, sent, sleeps } = await run(planOf(wheel), [expired, refused(503), accepted]);
    expect(outcomes).toMatchObject([{ kind: 'uploaded', attempts: 3 }]);
    expect([sent.at(-1), sleeps]).toEqual([`${wheel} token-2`, [500]]);
  });

  test('that cannot be renewed is a refusal', async () => {
    const { outcomes, sent } = await run(planOf(wheel), [expired], { credentials: testCredentials({ renewals: 0 }) });
    expect(outcomes).toMatchObject([{ kind: 'refused', explanation: 'Invalid API Token: token is expired' }]);
    expect(sent).toHaveLength(1);
  });

  test('for which no identity can be had stops everything', async () => {
    const error = new IdentityError('IDENTITY_REQUEST_FAILED', { message: 'no token', hint: 'run it again' });
    const credentials = { ...testCredentials(), renew: () => Promise.reject(error) };
    const { outcomes } = await run(planOf(wheel, other), [expired], { credentials });
    expect(outcomes).toMatchObject([
      { kind: 'failed', message: 'no token', hint: 'run it again' },
      { kind: 'not-attempted', reason: 'the index could not be reached, or gave no token' },
    ]);
  });
});

describe('--fail-fast', () => {
  test('stops at the first file that is not accepted', async () => {
    const { outcomes, sent } = await run(planOf(wheel, sdist, other), [accepted, refused(400, 'bad')], {
      failFast: true,
    });
    expect(outcomes).toMatchObject([
      { kind: 'uploaded' },
      { kind: 'refused' },
      { kind: 'not-attempted', reason: 'stopped at the first failure (`--fail-fast`)' },
    ]);
    expect(sent).toHaveLength(2);
  });
});

describe('an interruption', () => {
  test('while a file is being sent leaves it open and the rest untouched', async () => {
    const controller = new AbortController();
    const { outcomes } = await run(planOf(wheel, sdist), [broken()], {
      signal: controller.signal,
      whileSending: ({ signal }) => {
        expect(signal).toBe(controller.signal);
        controller.abort();
      },
    });
    expect(outcomes).toMatchObject([
      { kind: 'failed', message: 'interrupted while it was being sent; the index may have it' },
      { kind: 'not-attempted', reason: 'interrupted' },
    ]);
  });

  test('in the pause before another attempt ends the pause', async () => {
    const controller = new AbortController();
    const { kinds, sent } = await run(planOf(wheel, sdist), [refused(503), accepted], {
      signal: controller.signal,
      whileSending: () => controller.abort(),
    });
    expect(kinds).toEqual(['failed', 'not-attempted']);
    expect(sent).toHaveLength(1);
  });

  test('between two files keeps what is up', async () => {
    const controller = new AbortController();
    const { kinds } = await run(planOf(wheel, sdist), [accepted], {
      signal: controller.signal,
      whileSending: () => controller.abort(),
    });
    expect(kinds).toEqual(['uploaded', 'not-attempted']);
  });
});

test('a bug is thrown, not told as a failed file', async () => {
  await expect(run(planOf(wheel), [new TypeError('a bug')])).rejects.toThrow(TypeError);
  expect(new TypeError('a bug')).not.toBeInstanceOf(PypiOidcError);
});

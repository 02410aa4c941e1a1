import { describe, expect, test } from 'vitest';
import type { UploadAnswer } from '../../src/package-index/legacy-upload.ts';
import { explainRefusal, type RefusalKind } from '../../src/package-index/refusal.ts';
import { type Outcome, runResult } from '../../src/upload/outcome.ts';
import { nextStep, type StopScope, stopScope } from '../../src/upload/retry.ts';
import { accepted, refused, uploadedFile } from '../support/uploads.ts';

function step(answer: UploadAnswer, renewals = 0): string {
  const refusal = answer.kind === 'refused' ? explainRefusal(answer) : undefined;
  const next = nextStep(answer, refusal, renewals);
  return next.kind === 'send-again' ? `${next.kind}: ${next.reason}` : next.kind;
}

describe('the next step', () => {
  test.each<[string, UploadAnswer, number, string]>([
    ['accepted', accepted, 0, 'finish'],
    ['a fault', refused(503), 0, 'send-again: the index answered 503'],
    ['too many requests', refused(429), 0, 'send-again: the index answered 429'],
    ['a timeout of the index', refused(408), 0, 'send-again: the index answered 408'],
    ['a refusal', refused(400, 'File already exists'), 0, 'finish'],
    ['no right', refused(403, 'not valid for project'), 0, 'finish'],
    ['an expired token', refused(403, 'Invalid API Token: token is expired'), 0, 'renew-credentials'],
    ['an expired token, once more', refused(403, 'Invalid API Token: token is expired'), 1, 'finish'],
    ['a redirect', refused(302), 0, 'finish'],
    ['6xx', refused(600), 0, 'finish'],
  ])('after %s', (_, answer, renewals, wanted) => {
    expect(step(answer, renewals)).toBe(wanted);
  });
});

test.each<[RefusalKind, StopScope]>([
  ['token-expired', 'index'],
  ['token-invalid', 'index'],
  ['read-only', 'index'],
  ['not-the-upload-api', 'index'],
  ['rate-limited', 'index'],
  ['server-fault', 'index'],
  ['token-for-other-project', 'project'],
  ['project-missing', 'project'],
  ['permission-denied', 'project'],
  ['file-exists', 'file'],
  ['name-used-before', 'file'],
  ['release-too-old', 'file'],
  ['second-sdist', 'file'],
  ['too-large', 'file'],
  ['other', 'file'],
])('%s stops what belongs to the same %s', (kind, wanted) => {
  expect(stopScope({ kind, hint: '' })).toBe(wanted);
});

describe('the result of a run', () => {
  const file = uploadedFile('demo-1.0.tar.gz');
  const up: Outcome = { kind: 'uploaded', file, durationMs: 1, attempts: 1 };
  const no: Outcome = { kind: 'refused', file, status: 400, explanation: '', hint: '' };
  const open: Outcome = { kind: 'failed', file, message: '', hint: '' };
  const not: Outcome = { kind: 'not-attempted', file, reason: '' };
  test.each([
    [[], 'all-uploaded'],
    [[up, up], 'all-uploaded'],
    [[up, no], 'some-uploaded'],
    [[not, up], 'some-uploaded'],
    [[no, not], 'none-uploaded'],
    [[open], 'none-uploaded'],
  ])('case %#: %s', (outcomes, wanted) => {
    expect(runResult(outcomes)).toBe(wanted);
  });
});

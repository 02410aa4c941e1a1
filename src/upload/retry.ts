/**
 * What to do after one attempt to send a file. Pure. The upload of identical bytes is idempotent on PyPI (it answers 200
 * again), so an open outcome is settled by sending again.
 */

import type { UploadAnswer } from '../package-index/legacy-upload.ts';
import type { Refusal } from '../package-index/refusal.ts';
import { isTransientStatus } from '../retry.ts';

export type NextStep =
  | { readonly kind: 'finish' }
  /** Send again after a pause. */
  | { readonly kind: 'send-again'; readonly reason: string }
  /** Send again at once, with other credentials. */
  | { readonly kind: 'renew-credentials' };

/** @param renewals how often the credentials were renewed for this file already */
export function nextStep(answer: UploadAnswer, refusal: Refusal | undefined, renewals: number): NextStep {
  if (answer.kind === 'accepted') return { kind: 'finish' };
  if (refusal?.kind === 'token-expired' && renewals === 0) return { kind: 'renew-credentials' };
  if (isTransientStatus(answer.status)) return { kind: 'send-again', reason: `the index answered ${answer.status}` };
  return { kind: 'finish' };
}

/** What else will be stopped by what stopped a file, and is therefore not sent. */
export type StopScope = 'file' | 'project' | 'index';

export function stopScope(refusal: Refusal): StopScope {
  switch (refusal.kind) {
    case 'token-expired':
    case 'token-invalid':
    case 'read-only':
    case 'not-the-upload-api':
    case 'rate-limited':
    case 'server-fault':
      return 'index';
    case 'token-for-other-project':
    case 'project-missing':
    case 'permission-denied':
      return 'project';
    case 'file-exists':
    case 'name-used-before':
    case 'release-too-old':
    case 'second-sdist':
    case 'too-large':
    case 'other':
      return 'file';
    default:
      return refusal.kind satisfies never;
  }
}

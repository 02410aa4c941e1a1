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

/** Whether what stopped this file will stop the following ones of the same project, too: then they are not sent. */
export function concernsWholeProject(refusal: Refusal): boolean {
  switch (refusal.kind) {
    case 'token-expired':
    case 'token-invalid':
    case 'token-for-other-project':
    case 'project-missing':
    case 'read-only':
    case 'not-the-upload-api':
    case 'permission-denied':
    case 'rate-limited':
    case 'server-fault':
      return true;
    case 'file-exists':
    case 'name-used-before':
    case 'release-too-old':
    case 'second-sdist':
    case 'too-large':
    case 'other':
      return false;
    default:
      return refusal.kind satisfies never;
  }
}

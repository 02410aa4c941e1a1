/**
 * What happens during a run, as events that the domains emit and `terminal/` renders. Types only: nothing here prints.
 */

import type { Finding } from './checks/finding.ts';
import type { RetryNotice } from './retry.ts';
import type { Secret } from './secret.ts';
import type { Outcome } from './upload/outcome.ts';

export type Event =
  /** Which identity was found, and by what. */
  | { readonly kind: 'identity'; readonly title: string; readonly detectedBy: string }
  /** How this run authenticates and why: one line. */
  | { readonly kind: 'credentials'; readonly text: string }
  | { readonly kind: 'audience'; readonly audience: string; readonly index: string }
  | { readonly kind: 'identity-token'; readonly subject: string; readonly lifeSeconds: number }
  | { readonly kind: 'minted'; readonly index: string; readonly lifeSeconds: number; readonly renewal: boolean }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'checked'; readonly files: number; readonly warnings: number }
  | { readonly kind: 'retry'; readonly what: string; readonly notice: RetryNotice }
  | { readonly kind: 'upload-started'; readonly filename: string; readonly sizeBytes: number }
  | {
      readonly kind: 'upload-progress';
      readonly filename: string;
      readonly sentBytes: number;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'upload-ended'; readonly outcome: Outcome }
  /** Something else worth a line; `warning` when the user may want to act. */
  | { readonly kind: 'note'; readonly severity: 'info' | 'warning'; readonly message: string; readonly hint?: string }
  /** One line of a server's own log. */
  | { readonly kind: 'request'; readonly text: string }
  /** Only shown with `--verbose`. */
  | { readonly kind: 'detail'; readonly message: string };

export interface Reporter {
  report(event: Event): void;
  /** Make sure that a secret is never printed, here and (where the CI can) in the whole log. Call it before its first use. */
  mask(secret: Secret): void;
}

/** What a command comes to, as data: `human.ts` prints it for people, `json.ts` as one document. */

import type { Finding } from '../checks/finding.ts';
import type { IgnoredReason } from '../distributions/discover.ts';
import type { Secret } from '../secret.ts';
import type { Outcome, UploadedFile } from '../upload/outcome.ts';

export interface IndexSummary {
  readonly title: string;
  readonly uploadUrl: string;
}

export interface IgnoredFile {
  readonly path: string;
  readonly reason: IgnoredReason;
}

export interface UploadResult {
  readonly kind: 'upload';
  readonly index: IndexSummary;
  readonly outcomes: readonly Outcome[];
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFile[];
  /** Pages of the releases, where the index has any. */
  readonly releases: readonly string[];
}

export interface PlanResult {
  readonly kind: 'plan';
  readonly index: IndexSummary;
  readonly files: readonly UploadedFile[];
  readonly totalBytes: number;
  /** How the run would authenticate; `undefined` when it could not. */
  readonly credentials: string | undefined;
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFile[];
}

export interface CheckResult {
  readonly kind: 'check';
  readonly files: readonly { readonly path: string; readonly findings: readonly Finding[] }[];
  readonly ignored: readonly IgnoredFile[];
  /** Warnings count as errors. */
  readonly strict: boolean;
}

export interface WhoamiResult {
  readonly kind: 'whoami';
  readonly provider: { readonly title: string; readonly detectedBy: string };
  readonly index: IndexSummary;
  readonly audience: { readonly value: string; readonly source: 'index' | 'flag' | 'assumed' };
  readonly issuer: string;
  readonly lifeSeconds: number;
  /** Claims that the index matches on, in the order to check them; then, if asked for, the rest. */
  readonly claims: readonly {
    readonly name: string;
    /** `undefined`: the token has no such claim. */
    readonly value: string | undefined;
    readonly matched: boolean;
  }[];
  readonly publisher:
    | {
        readonly title: string;
        readonly fields: readonly {
          readonly label: string;
          readonly value: string;
          readonly from: readonly string[];
        }[];
        readonly existingProjectPage: string | undefined;
        readonly newProjectPage: string | undefined;
      }
    | undefined;
  readonly problems: readonly {
    readonly severity: 'refused' | 'advice';
    readonly message: string;
    readonly hint: string;
  }[];
}

export interface MintedTokenResult {
  readonly kind: 'minted-token';
  /** The one secret that is printed on purpose, on stdout. */
  readonly token: Secret;
  readonly index: IndexSummary;
  readonly expiresAtMs: number;
}

export interface RehearsalResult {
  readonly kind: 'rehearsal';
  readonly index: IndexSummary;
  readonly outcomes: readonly Outcome[];
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFile[];
  /** Files that were read back through the simple API, with the digest that was sent. */
  readonly installable: readonly { readonly filename: string; readonly sha256: string }[];
  /** Projects on the embedded index that another tool could install now. */
  readonly projects: readonly string[];
}

export interface ServingResult {
  readonly kind: 'serving';
  readonly url: string;
  readonly uploadUrl: string;
  readonly simpleUrl: string;
  /** The platform that is simulated. */
  readonly ci: 'github' | 'gitlab' | 'google' | 'circleci' | 'buildkite';
  /** Variables of the simulated job. Its secrets are printed on purpose: they open nothing but this index. */
  readonly environment: Readonly<Record<string, string | Secret>>;
  /** Directory of stand-ins for the platform's programs, to be put first in `PATH`. */
  readonly pathDirectory: string | undefined;
  /** File with the certificate authority to trust; only with TLS. */
  readonly certificateAuthority: string | undefined;
  /** File that holds the variables and the path. */
  readonly environmentFile: string | undefined;
  /** Projects that the simulated job may publish; `undefined`: any. */
  readonly projects: readonly string[] | undefined;
  readonly directory: string | undefined;
}

export interface FailureResult {
  readonly kind: 'failure';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export type Result =
  | UploadResult
  | PlanResult
  | CheckResult
  | WhoamiResult
  | MintedTokenResult
  | RehearsalResult
  | ServingResult
  | FailureResult;

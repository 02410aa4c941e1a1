/** What became of each file, as values; the exit code of a run follows from them. */

/** The distribution an outcome is about. */
export interface UploadedFile {
  readonly path: string;
  readonly filename: string;
  readonly kind: 'wheel' | 'sdist';
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Normalised project name, and the version as in the metadata. */
  readonly project: string;
  readonly version: string;
}

export type Outcome =
  | { readonly kind: 'uploaded'; readonly file: UploadedFile; readonly durationMs: number; readonly attempts: number }
  /** The index said no to this file: its words, and what to do. Sending it again as it is will not help. */
  | {
      readonly kind: 'refused';
      readonly file: UploadedFile;
      readonly status: number;
      readonly explanation: string;
      readonly hint: string;
    }
  /** No usable answer: whether the index has the file is open. Sending it again is safe. */
  | { readonly kind: 'failed'; readonly file: UploadedFile; readonly message: string; readonly hint: string }
  | { readonly kind: 'not-attempted'; readonly file: UploadedFile; readonly reason: string };

export type RunResult = 'all-uploaded' | 'some-uploaded' | 'none-uploaded';

/** Over all files of a run; a run without files counts as complete. */
export function runResult(outcomes: readonly Outcome[]): RunResult {
  const uploaded = outcomes.filter(({ kind }) => kind === 'uploaded').length;
  if (uploaded === outcomes.length) return 'all-uploaded';
  return uploaded === 0 ? 'none-uploaded' : 'some-uploaded';
}

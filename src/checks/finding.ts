/** What a check says about a file: data. Wording beyond `message` and `hint`, and printing, are for `terminal/`. */

/** Stable names of findings. */
export type FindingCode =
  | 'archive-unreadable'
  | 'filename-invalid'
  | 'filename-project-mismatch'
  | 'filename-version-mismatch'
  | 'filename-not-normalized'
  | 'dist-info-mismatch'
  | 'metadata-incomplete'
  | 'metadata-version-unknown'
  | 'metadata-field-too-new'
  | 'metadata-field-unknown'
  | 'metadata-not-utf8'
  | 'file-large';

export interface Finding {
  readonly code: FindingCode;
  /** `error`: PyPI refuses the file, or it would break PyPI. `warning`: worth a look; the upload goes on. */
  readonly severity: 'error' | 'warning';
  /** Path as given. */
  readonly file: string;
  /** Place within the file: a member of the archive, a metadata field. */
  readonly location?: string;
  readonly message: string;
  /** The next step. */
  readonly hint: string;
  /** The specification or rule behind it. */
  readonly spec: string;
}

/** What a check returns; the file is added by the one who runs the checks. */
export type FindingDetails = Omit<Finding, 'file'>;

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

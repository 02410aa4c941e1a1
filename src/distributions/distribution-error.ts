import { type ErrorDetails, PypiOidcError } from '../errors.ts';
import { METADATA_LIMIT_BYTES } from './core-metadata.ts';

/** A file that is meant to be a distribution and cannot be read as one. */
export class DistributionError extends PypiOidcError<'DISTRIBUTION_INVALID'> {
  /** Path of the file, as it was given. */
  readonly file: string;

  constructor(details: ErrorDetails & { readonly file: string }) {
    super('DISTRIBUTION_INVALID', details);
    this.file = details.file;
  }
}

/** The error for metadata beyond the limit, from either kind of archive. */
export function tooLarge(path: string, member: string, sizeBytes: number): DistributionError {
  const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  return new DistributionError({
    file: path,
    message: `\`${member}\` in \`${path}\` is ${mebibytes(sizeBytes)} long, more than the ${mebibytes(METADATA_LIMIT_BYTES)} that are read.`,
    hint: 'Shorten the description (usually the README) that goes into the metadata.',
  });
}

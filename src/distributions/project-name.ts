/**
 * Project names: what is a valid one, and the one spelling that indexes compare.
 *
 * @see PEP 508 (valid names), PEP 503 (normalized names).
 */

/** A project name in the form of PEP 503: lower case, runs of `-`, `_` and `.` as a single `-`. */
export type NormalizedName = string & { readonly __brand: 'NormalizedName' };

/** The spelling under which indexes know a project. Accepts any text; validity is {@link isValidProjectName}'s question. */
export function normalizeProjectName(name: string): NormalizedName {
  return name.replace(/[-_.]+/g, '-').toLowerCase() as NormalizedName;
}

/** ASCII letters, digits, `.`, `_` and `-`, with a letter or digit at both ends. */
export function isValidProjectName(name: string): boolean {
  return /^(?:[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$/i.test(name);
}

/**
 * The form fields of an upload as PyPI looks at them: sanitised first, then the transport fields judged, one error at a
 * time, `name` before all others and the rest in alphabetical order.
 */

import { helpText, quoted, Refusal } from './answers.ts';

/**
 * Sanitised fields. PyPI goes by the last occurrence of a field: when that is `UNKNOWN`, none is left, and when it holds
 * a NUL, only that one is left, with the NUL written out.
 */
export class FormFields {
  readonly #values = new Map<string, string[]>();

  constructor(fields: ReadonlyArray<readonly [string, string]>) {
    for (const [name, value] of fields) {
      const values = this.#values.get(name) ?? [];
      values.push(value);
      this.#values.set(name, values);
    }
    for (const [name, values] of this.#values) {
      const last = values.at(-1) ?? '';
      if (last.trim() === 'UNKNOWN') {
        this.#values.delete(name);
      } else if (last.includes('\0')) {
        this.#values.set(name, [last.replaceAll('\0', '\\x00')]);
      }
    }
  }

  /** The value that counts for the fields of the form proper: the first. */
  first(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  /** The value that counts for `protocol_version` and `attestations`, which PyPI looks up on their own. */
  last(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

export type Filetype = 'sdist' | 'bdist_wheel';

/**
 * Judge the transport fields.
 * @returns the kind of file that is announced.
 * @throws {Refusal} 400 with the first failure.
 */
export function checkTransportFields(form: FormFields): Filetype {
  checkName(form.first('name') ?? '');
  checkDigest(form, 'blake2_256_digest', 'BLAKE2');
  const filetype = form.first('filetype') ?? '';
  if (filetype === '') {
    throw fieldRefusal('filetype', 'This field is required.');
  }
  if (filetype !== 'sdist' && filetype !== 'bdist_wheel') {
    throw fieldRefusal('filetype', 'Use a known file type.');
  }
  checkDigest(form, 'sha256_digest', 'SHA256');
  const pythonVersion = form.first('pyversion') ?? '';
  if (filetype === 'bdist_wheel' && pythonVersion === '') {
    throw fieldRefusal('pyversion', 'Python version is required for binary distribution uploads.');
  }
  if (filetype === 'sdist' && pythonVersion !== '' && pythonVersion !== 'source') {
    throw fieldRefusal('pyversion', "Use 'source' as Python version for an sdist.");
  }
  if (!['md5_digest', 'sha256_digest', 'blake2_256_digest'].some((name) => (form.first(name) ?? '') !== '')) {
    throw new Refusal(400, 'Error: Include at least one message digest.');
  }
  return filetype;
}

function checkName(name: string): void {
  const shown = name.length > 60 ? `${name.slice(0, 30)}...${name.slice(-30)}` : name;
  const intro = `${quoted(shown)} is an invalid value for Name. Error:`;
  const help = 'See https://packaging.python.org/specifications/core-metadata for more information.';
  if (name === '') {
    throw new Refusal(400, `${intro} This field is required. ${help}`);
  }
  if (!isProjectName(name)) {
    const rule = "Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'.";
    throw new Refusal(400, `${intro} ${rule} ${help}`);
  }
}

export function isProjectName(name: string): boolean {
  return /^(?:[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$/i.test(name);
}

function checkDigest(form: FormFields, field: string, algorithm: string): void {
  const value = form.first(field) ?? '';
  // White space alone counts as absent here, and a line break at the end is overlooked.
  if (value.trim() !== '' && !/^[A-F0-9]{64}\n?$/i.test(value)) {
    throw fieldRefusal(field, `Use a valid, hex-encoded, ${algorithm} message digest.`);
  }
}

function fieldRefusal(field: string, problem: string): Refusal {
  return new Refusal(400, `Invalid value for ${field}. Error: ${problem}`);
}

/** How PyPI points to its page on file names. */
export const filenameHelp = helpText('file-name-reuse');

/**
 * Core metadata: the text of METADATA (wheels) and PKG-INFO (sdists), read as Python's `email` package and
 * `packaging.metadata.parse_email` read it, because indexes and installers do.
 *
 * Nothing is judged here. Repeated single fields, unknown fields and versions, empty values: all are kept in order,
 * for the form to pass on and the checks to name.
 *
 * @see Core metadata specifications, packaging.python.org.
 */

import { CORE_METADATA_FIELDS, type CoreMetadataField, coreMetadataField } from './core-metadata-fields.ts';

/** The most metadata that is read from an archive. PyPI serves METADATA whole; real ones stay far below 1 MiB. */
export const METADATA_LIMIT_BYTES = 16 * 1024 * 1024;

/** A metadata file as it lies in an archive. */
export interface MetadataFile {
  /** Member name, literally. */
  readonly path: string;
  readonly content: Buffer;
}

export interface MetadataHeader {
  /** As written in the file; compare in lower case. */
  readonly name: string;
  /** As Python sees it: line breaks and indentation of folded headers are still there. */
  readonly value: string;
  /** True for the text below the headers, which is the description and was never folded. */
  readonly isBody?: true;
}

export class CoreMetadata {
  /** All headers in file order; the body, when there is one, is the last, named `Description`. */
  readonly headers: readonly MetadataHeader[];
  /** False when the text is not UTF-8; offending bytes are then U+FFFD. */
  readonly isUtf8: boolean;

  constructor(headers: readonly MetadataHeader[], isUtf8: boolean) {
    this.headers = headers;
    this.isUtf8 = isUtf8;
  }

  /** All values of a field, in file order, with line breaks resolved as the field asks for. */
  all(field: CoreMetadataField): readonly string[] {
    const wanted = field.toLowerCase();
    return this.headers
      .filter(({ name }) => name.toLowerCase() === wanted)
      .map(({ value, isBody }) => (isBody === true ? value : unfold(value, field)));
  }

  /** The first value of a field. */
  first(field: CoreMetadataField): string | undefined {
    return this.all(field)[0];
  }

  get metadataVersion(): string | undefined {
    return this.first('Metadata-Version');
  }

  get name(): string | undefined {
    return this.first('Name');
  }

  get version(): string | undefined {
    return this.first('Version');
  }

  /** Names of headers that the specification does not know, as written, each once. */
  get unknownFields(): readonly string[] {
    return [...new Set(this.headers.map(({ name }) => name).filter((name) => coreMetadataField(name) === undefined))];
  }
}

/** Read the bytes of METADATA or PKG-INFO. Never throws. */
export function parseCoreMetadata(content: Uint8Array): CoreMetadata {
  const { text, isUtf8 } = decode(content);
  const { headers, body } = splitMessage(text);
  if (body !== '') headers.push({ name: 'Description', value: body, isBody: true });
  return new CoreMetadata(headers, isUtf8);
}

function decode(content: Uint8Array): { text: string; isUtf8: boolean } {
  // A byte order mark stays: to Python it is part of the first header's name.
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content), isUtf8: true };
  } catch {
    return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(content), isUtf8: false };
  }
}

/** Python's `email.feedparser`: headers up to the first line that cannot be one; a blank line there is dropped. */
function splitMessage(text: string): { headers: MetadataHeader[]; body: string } {
  const headers: MetadataHeader[] = [];
  let open: { name: string; value: string } | undefined;
  const line = /[^\r\n]*(?:\r\n|\r|\n|$)/y;
  let position = 0;
  let lastLine = { text: '', isFirst: true };
  while (position < text.length) {
    line.lastIndex = position;
    const current = line.exec(text)?.[0] ?? '';
    const isContinuation = /^[ \t]/.test(current);
    const colon = /^[!-9;-~]*:/.exec(current)?.[0].length;
    if (!isContinuation && colon === undefined && !current.startsWith('From ')) break;
    lastLine = { text: current, isFirst: position === 0 };
    position += current.length;
    if (isContinuation) {
      // Before the first header there is nothing to continue: Python drops the line.
      if (open !== undefined) open.value += current;
    } else if (colon === undefined || colon === 1) {
      // A mailbox's `From ` line, or a colon with no name: Python skips both.
      open = undefined;
    } else {
      open = { name: current.slice(0, colon - 1), value: current.slice(colon).replace(/^[ \t]+/, '') };
      headers.push(open);
    }
  }
  for (const header of headers as { value: string }[]) header.value = header.value.replace(/[\r\n]+$/, '');
  const body = text.slice(position).replace(/^(?:\r\n|\r|\n)/, '');
  // A mailbox's `From ` line at the end of the headers is the body's first line after all.
  const pushedBack = lastLine.text.startsWith('From ') && !lastLine.isFirst ? lastLine.text : '';
  return { headers, body: pushedBack + body };
}

function unfold(value: string, field: CoreMetadataField): string {
  const { lineBreaks } = CORE_METADATA_FIELDS[field];
  switch (lineBreaks) {
    case 'kept':
      return value;
    case 'layout':
      return value.replace(/(?:\r\n|\r|\n)[ \t]+/g, ' ');
    case 'text':
      return withoutIndentation(value, field);
    default:
      return lineBreaks satisfies never;
  }
}

/**
 * Undo the folding of a text in a header. Lines are continued by seven spaces and a pipe (the specification's form),
 * by the width of the header's name, colon and space (what `packaging` writes), or by eight spaces (setuptools and
 * distutils). Other indentation is taken off as far as all lines share it.
 */
function withoutIndentation(value: string, field: CoreMetadataField): string {
  const [first = '', ...rest] = value.split(/(?<=\r\n|\r(?!\n)|\n)/);
  if (rest.length === 0) return value;
  if (rest.every((line) => line.startsWith('       |'))) return first + rest.map((line) => line.slice(8)).join('');
  const indentations = rest.map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const hanging = field.length + 2;
  let width = Math.min(8, ...indentations.filter((_, index) => rest[index]?.trim() !== ''));
  // Both writers indent blank lines too, which tells a hanging indent from eight spaces before indented text.
  if (indentations.every((indentation) => indentation >= hanging)) width = hanging;
  return first + rest.map((line) => line.replace(new RegExp(`^[ \\t]{0,${width}}`), '')).join('');
}

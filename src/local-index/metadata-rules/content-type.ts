/**
 * `Description-Content-Type` as `packaging` 26.2 checks it for PyPI: a type, then parameters after RFC 2045, read as
 * tolerantly as Python's `email` package does.
 */

import { quoted } from '../answers.ts';

const types = ['text/plain', 'text/markdown', 'text/x-rst'];
const variants = ['GFM', 'CommonMark'];

/** What is wrong with the value, `undefined` when nothing is. */
export function contentTypeProblem(value: string): string | undefined {
  const field = "'description-content-type'";
  // A value that cannot be read counts as plain text, which then has to occur in it.
  const type = /^\s*([^\s()<>@,;:\\"/[\]?=]+\/[^\s()<>@,;:\\"/[\]?=]+)/.exec(value)?.[1]?.toLowerCase() ?? 'text/plain';
  if (!types.includes(type) || !value.toLowerCase().includes(type)) {
    return `${field} must be one of [${types.map(quoted).join(', ')}], not ${quoted(value)}`;
  }
  const parameters = parametersOf(value.slice(value.toLowerCase().indexOf(type) + type.length));
  if (parameters === undefined) {
    return `${field} cannot be read; PyPI answers 500 to it`;
  }
  const charset = parameters.get('charset') ?? 'UTF-8';
  if (charset !== 'UTF-8') {
    return `${field} can only specify the UTF-8 charset, not ${quoted(charset)}`;
  }
  const variant = parameters.get('variant') ?? 'GFM';
  if (type === 'text/markdown' && !variants.includes(variant)) {
    return `valid Markdown variants for ${field} are [${variants.map(quoted).join(', ')}], not ${quoted(variant)}`;
  }
  return undefined;
}

/** Parameters by name; `undefined` for what crashes Python's reader: an extended parameter (RFC 2231) without value. */
function parametersOf(text: string): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  const start = text.indexOf(';');
  for (const part of start < 0 ? [] : splitParameters(text.slice(start + 1))) {
    const match = /^\s*([^\s()<>@,;:\\"/[\]?='%*]+)(\*\d*\*?)?\s*(=)?\s*(.*?)\s*$/s.exec(part);
    const [, name = '', star = '', equals, raw = ''] = match ?? [];
    if (star.endsWith('*') && (equals === undefined || raw === '')) {
      return undefined;
    }
    // A parameter whose value is missing behind the sign is dropped; one without the sign has an empty value.
    if (match !== null && (equals === undefined || raw !== '') && !parameters.has(name.toLowerCase())) {
      parameters.set(name.toLowerCase(), star.endsWith('*') ? (raw.split("'").at(-1) ?? '') : unquoted(raw));
    }
  }
  return parameters;
}

function splitParameters(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"|[^;"]|")+/gs) ?? [];
}

function unquoted(text: string): string {
  const match = /^"((?:[^"\\]|\\.)*)"/s.exec(text);
  return match === null ? text : (match[1] ?? '').replaceAll(/\\(.)/gs, '$1');
}

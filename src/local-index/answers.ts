/**
 * Answers as plain values. Handlers return them, `server.ts` writes them; nothing here knows about sockets.
 *
 * The refusals of the PyPI upload API put their message into the status line and again into a body whose format
 * depends on `Accept`; in JSON the member `code` holds the status, one space and the whole message.
 */

import { preferredType } from './negotiation.ts';

/** A file on disk that is streamed as the body. */
export interface FileBody {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface Answer {
  readonly status: number;
  /** Reason phrase; already safe for a status line. Default: the usual one of the status. */
  readonly reason?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FileBody;
}

/** A check that failed: thrown by any step of a request and turned into an answer at its edge. */
export class Refusal extends Error {
  readonly status: number;
  /** False where PyPI keeps the message out of the explanation (password authentication). */
  readonly explained: boolean;

  constructor(status: number, message: string, explained = true) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.explained = explained;
  }
}

/** An input on which the real server fails with an unhandled error; answered 500, as there. */
export class ServerCrash extends Error {
  override readonly name = 'ServerCrash';
}

const titles: Readonly<Record<number, string>> = {
  200: 'OK',
  301: 'Moved Permanently',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

const explanations: Readonly<Record<number, string>> = {
  200: '',
  400: 'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  403: 'Access was denied to this resource.',
  308: 'The resource has been moved to /legacy/; you should be redirected automatically.',
  405: 'The method is not allowed for this resource.',
  409: 'There was a conflict when trying to complete your request.',
  410: 'This resource is no longer available.  No forwarding address is given.',
  429: 'Too many requests were sent in a given amount of time.',
};

const html = 'text/html; charset=UTF-8';
const plain = 'text/plain; charset=UTF-8';

/** The answer of the upload API to success (`detail` absent) and to every refusal, in the format `accept` prefers. */
export function negotiatedAnswer(
  status: number,
  accept: string | undefined,
  detail?: string,
  options: { readonly explained?: boolean; readonly headers?: Readonly<Record<string, string>> } = {},
): Answer {
  const title = titles[status] ?? 'Error';
  // The status of the server's own response object: what ISO-8859-1 does not have is a question mark in it.
  const code = `${status} ${latinText(detail ?? title)}`;
  const explanation = explanations[status] ?? '';
  const said = options.explained === false ? '' : (detail ?? '');
  const base = { status, reason: statusLineText(detail ?? title) };
  const headers = options.headers ?? {};
  switch (preferredType(accept, ['text/html', 'application/json'])) {
    case 'application/json': {
      const members = { message: `${explanation}\n\n\n${said}\n\n`, code, title };
      return { ...base, headers: { ...headers, 'content-type': 'application/json' }, body: asciiJson(members) };
    }
    case 'text/html': {
      const text =
        `<html>\n <head>\n  <title>${escapeHtml(code)}</title>\n </head>\n <body>\n  <h1>${escapeHtml(code)}</h1>\n` +
        `  ${explanation}<br/><br/>\n${escapeHtml(said)}\n\n\n </body>\n</html>`;
      return { ...base, headers: { ...headers, 'content-type': html }, body: text };
    }
    case undefined:
      return {
        ...base,
        headers: { ...headers, 'content-type': plain },
        body: `${code}\n\n${explanation}\n\n\n${said}`,
      };
  }
}

/** A JSON document with any status; `application/json`. */
export function jsonAnswer(status: number, document: unknown, contentType = 'application/json'): Answer {
  return { status, headers: { 'content-type': contentType }, body: asciiJson(document) };
}

export function htmlAnswer(status: number, body: string, contentType = html): Answer {
  return { status, headers: { 'content-type': contentType }, body };
}

export function textAnswer(status: number, body: string): Answer {
  return { status, headers: { 'content-type': plain }, body };
}

/** A page as the site's own error pages: HTML whatever was asked for. */
export function pageAnswer(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  const title = `${status} ${titles[status] ?? 'Error'}`;
  const body = `<!DOCTYPE html>\n<html lang="en" dir="ltr">\n  <head>\n    <meta charset="utf-8">\n    <title>${title}</title>\n  </head>\n  <body><h1>${title}</h1></body>\n</html>\n`;
  return { status, headers: { ...headers, 'content-type': html }, body };
}

/** 301 to a path of this index; JSON for clients that ask for it, else plain text (or HTML when preferred). */
export function redirectAnswer(location: string, accept: string | undefined): Answer {
  const code = '301 Moved Permanently';
  const sentence = `The resource has been moved to ${location}; you should be redirected automatically.`;
  switch (preferredType(accept, ['text/html', 'application/json'])) {
    case 'application/json': {
      const answer = jsonAnswer(301, { message: `${sentence}\n\n`, code, title: 'Moved Permanently' });
      return { ...answer, headers: { ...answer.headers, location } };
    }
    case 'text/html': {
      const answer = htmlAnswer(
        301,
        `<html><head><title>${code}</title></head><body>${escapeHtml(sentence)}</body></html>`,
      );
      return { ...answer, headers: { ...answer.headers, location } };
    }
    case undefined: {
      const answer = textAnswer(301, `${code}\n\n${sentence}\n\n`);
      return { ...answer, headers: { ...answer.headers, location } };
    }
  }
}

/** Text as it may stand in a status line: one line of ISO-8859-1. */
export function statusLineText(text: string): string {
  return [...latinText(text)].map((character) => (character < ' ' || character === '\x7f' ? ' ' : character)).join('');
}

/** Every character that ISO-8859-1 does not have becomes a question mark. */
function latinText(text: string): string {
  return [...text].map((character) => (character > '\xff' ? '?' : character)).join('');
}

/** JSON in ASCII with escapes and a space after separators, the way the real server writes it. */
function asciiJson(value: unknown): string {
  const text = spacedJson(value);
  let ascii = '';
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    ascii += code > 0x7e ? `\\u${code.toString(16).padStart(4, '0')}` : text.charAt(index);
  }
  return ascii;
}

function spacedJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(spacedJson).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}: ${spacedJson(member)}`).join(', ')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;');
}

/** A string as Python's `repr` shows it: the quoting that the messages of the PyPI server use. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let inner = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\\' || character === quote) {
      inner += `\\${character}`;
    } else if (character === '\n') {
      inner += '\\n';
    } else if (character === '\r') {
      inner += '\\r';
    } else if (character === '\t') {
      inner += '\\t';
    } else if (code < 0x20 || code === 0x7f) {
      inner += `\\x${code.toString(16).padStart(2, '0')}`;
    } else {
      inner += character;
    }
  }
  return `${quote}${inner}${quote}`;
}

/** A list of strings as Python's `repr` shows it. */
export function quotedList(items: readonly string[]): string {
  return `[${items.map(quoted).join(', ')}]`;
}

/** "See … for more information", the ending of most refusals. */
export function helpText(anchor: string): string {
  return `See https://pypi.org/help/#${anchor} for more information.`;
}

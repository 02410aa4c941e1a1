/** Uploads of replayed cases: the form as described, the token of the kind that is named, the recorded answer. */

import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserializeMacaroon, narrowMacaroon, serializeMacaroon } from '../../src/local-index/macaroon.ts';
import type { LocalIndex } from '../../src/local-index/server.ts';
import type { Differences, Json } from './replay-differences.ts';
import { basic, type HttpAnswer, type Part, sendForm, uploadParts } from './replay-http.ts';

export interface RecordedFile {
  readonly filename: string;
  readonly file: string;
  readonly fields: ReadonlyArray<readonly [string, string]>;
}

const plainFields = [
  ['metadata_version', '2.1'],
  ['name', 'alpha'],
  ['version', '1.0'],
] as const;
const knownMembers =
  'file token as set unset add md5 upper_digests action path method accept content_type content_is_text ' +
  'authorization show_body';

export async function sendRecordedUpload(
  index: LocalIndex,
  described: Json,
  files: Readonly<Record<string, RecordedFile>>,
  folder: string,
  token: string,
  differences: Differences,
): Promise<HttpAnswer> {
  differences.nothingLeft('upload', described, knownMembers.split(' '));
  const file = files[String(described['file'])];
  const bytes = file === undefined ? Buffer.alloc(0) : readFileSync(join(folder, file.file));
  const filename = String(described['as'] ?? file?.filename ?? 'alpha-1.0.tar.gz');
  let parts = await uploadParts({ filename, bytes }, file?.fields ?? plainFields);
  if (described['md5'] === true) {
    parts.push({ name: 'md5_digest', value: createHash('md5').update(bytes).digest('hex') });
  }
  if (described['upper_digests'] === true) {
    parts = parts.map((part) =>
      part.name.endsWith('_digest') ? { ...part, value: String(part.value).toUpperCase() } : part,
    );
  }
  for (const [name, value] of Object.entries((described['set'] ?? {}) as Record<string, string>)) {
    const existing = parts.find((part) => part.name === name);
    parts =
      existing === undefined
        ? [...parts, { name, value }]
        : parts.map((part) => (part === existing ? { ...part, value } : part));
  }
  parts = parts.filter((part) => !((described['unset'] ?? []) as string[]).includes(part.name));
  for (const [name = '', value = '', asFile] of (described['add'] ?? []) as string[][]) {
    parts.push(asFile === undefined ? { name, value } : { name, value, filename: asFile });
  }
  const action = 'action' in described ? described['action'] : 'file_upload';
  if (action !== null) {
    parts.unshift({ name: ':action', value: String(action) });
  }
  if (file === undefined) {
    parts = parts.filter((part) => part.name !== 'content');
  }
  parts = parts.map((part) => (part.name === 'content' ? contentPart(part, described) : part));
  const url = index.url + String(described['path'] ?? '/legacy/');
  return await sendForm(url, String(described['method'] ?? 'POST'), headersOf(described, token), parts);
}

function contentPart(part: Part, described: Json): Part {
  if (described['content_is_text'] === true) {
    return { name: 'content', value: part.value };
  }
  return 'content_type' in described ? { ...part, contentType: described['content_type'] as string | null } : part;
}

function headersOf(described: Json, token: string): Record<string, string> {
  const headers: Record<string, string> = {};
  const recorded = described['authorization'];
  if (typeof recorded === 'string' && recorded.startsWith('Basic:')) {
    const credentials = recorded.slice('Basic:'.length).replaceAll('$token', token);
    headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
  } else if (typeof recorded === 'string') {
    headers['authorization'] = recorded.replaceAll('$token', token);
  } else if (recorded !== null) {
    headers['authorization'] = basic(token);
  }
  const accept = 'accept' in described ? described['accept'] : 'application/json';
  return typeof accept === 'string' ? { ...headers, accept } : headers;
}

/** @throws {Error} for a kind that is not understood. */
export async function tokenOfKind(
  kind: string,
  index: LocalIndex,
  nowSeconds: number,
  mint: () => Promise<string>,
  minted: () => Promise<string>,
): Promise<string> {
  const user = () => index.control.createApiToken().reveal();
  const past = JSON.stringify([0, nowSeconds - 10, nowSeconds - 60]);
  const limited = /^user, limited to project (.+)$/.exec(kind)?.[1];
  if (limited !== undefined) {
    return index.control.createApiToken([limited]).reveal();
  }
  switch (kind) {
    case 'user':
      return user();
    case 'user, expired':
      return narrowed(user(), past);
    case 'user, not yet valid':
      return narrowed(user(), JSON.stringify([0, nowSeconds + 600, nowSeconds + 300]));
    case 'user, signature altered':
      return tampered(user());
    case 'unknown identifier': {
      const macaroon = deserializeMacaroon(user());
      return macaroon === undefined ? '' : serializeMacaroon({ ...macaroon, identifier: randomUUID() });
    }
    case 'garbage':
      return 'pypi-garbage';
    case 'no prefix':
      return user().slice('pypi-'.length);
    case 'empty':
      return '';
    case 'minted':
      return await minted();
    case 'minted, expired':
      return narrowed(await mint(), past);
    default:
      throw new Error(`token kind ${kind} is not understood`);
  }
}

export function narrowed(token: string, caveat: string): string {
  const macaroon = deserializeMacaroon(token);
  return macaroon === undefined ? '' : serializeMacaroon(narrowMacaroon(macaroon, caveat));
}

export function tampered(token: string): string {
  const macaroon = deserializeMacaroon(token);
  return macaroon === undefined ? '' : serializeMacaroon({ ...macaroon, signature: Buffer.alloc(32, 1) });
}

/** Compare the answer to an upload, or to anything else that was sent to the upload address. */
export function compareUpload(place: string, answer: HttpAnswer, expected: Json, differences: Differences): void {
  const known = 'status code reason body content_type allow location';
  differences.nothingLeft(place, expected, known.split(' '));
  const status = expected['status'];
  if (status === 500 || status === 'dropped') {
    // The recorded server crashed, or closed the connection; the index refuses.
    differences.equal(`${place}, status`, answer.status, 400);
    return;
  }
  differences.equal(`${place}, status`, answer.status, status);
  for (const [name, actual] of [
    ['code', codeOf(answer)],
    ['reason', answer.reason],
    ['body', answer.text],
  ] as const) {
    const wanted = expected[name];
    if (typeof wanted === 'string') {
      differences.text(`${place}, ${name}`, actual, wanted);
    }
  }
  for (const name of ['content_type', 'allow', 'location']) {
    if (expected[name] !== undefined) {
      differences.equal(`${place}, ${name}`, answer.headers[name.replace('_', '-')], expected[name]);
    }
  }
}

/** The member `code` of a JSON answer. */
export function codeOf(answer: HttpAnswer): string | undefined {
  try {
    return (JSON.parse(answer.text) as { code?: string }).code;
  } catch {
    return undefined;
  }
}

/** An index for one test, and requests to it as a client without any of our own code would make them. */

import { createHash, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { createBLAKE2b } from 'hash-wasm';
import { onTestFinished } from 'vitest';
import type { Publisher } from '../../src/local-index/publishers.ts';
import { type LocalIndex, type LocalIndexOptions, startLocalIndex } from '../../src/local-index/server.ts';

/** A clock that tests move by hand. */
export class Clock {
  timeMs = Date.UTC(2026, 8, 1, 12, 0, 0);
  readonly now = () => this.timeMs;

  advance(seconds: number): void {
    this.timeMs += seconds * 1000;
  }
}

export const releasePublisher = {
  provider: 'github',
  owner: 'octo',
  owner_id: '4242',
  repository: 'demo',
  workflow_filename: 'release.yml',
  projects: ['alpha'],
} satisfies Publisher;

/** Start an index that is closed when the test ends. */
export async function testIndex(
  options: Partial<LocalIndexOptions> = {},
): Promise<{ readonly index: LocalIndex; readonly clock: Clock }> {
  const clock = new Clock();
  const index = await startLocalIndex({ now: clock.now, publishers: [releasePublisher], ...options });
  onTestFinished(async () => {
    await index.close();
  });
  return { index, clock };
}

/** An identity token, as the job with these variables gets it. */
export async function identityToken(environment: Record<string, string>, audience = 'pypi'): Promise<string> {
  const response = await fetch(`${environment['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience=${audience}`, {
    headers: { authorization: `Bearer ${environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}` },
  });
  const { value } = (await response.json()) as { value: string };
  return value;
}

export interface MintAnswer {
  readonly status: number;
  readonly body: {
    readonly success?: boolean;
    readonly token?: string;
    readonly expires?: number;
    readonly message?: string;
    readonly errors?: readonly { readonly code: string; readonly description: string }[];
  };
}

export async function mint(index: LocalIndex, identity: string): Promise<MintAnswer> {
  const response = await fetch(`${index.url}/_/oidc/mint-token`, {
    method: 'POST',
    body: JSON.stringify({ token: identity }),
  });
  return { status: response.status, body: (await response.json()) as MintAnswer['body'] };
}

/** An API token for the default job. */
export async function mintedToken(index: LocalIndex): Promise<string> {
  const { body } = await mint(index, await identityToken(index.gitHubEnvironment()));
  if (body.token === undefined) {
    throw new Error(`Not minted: ${JSON.stringify(body.errors)}`);
  }
  return body.token;
}

export interface Distribution {
  readonly filename: string;
  readonly bytes: Buffer;
  readonly name: string;
  readonly version: string;
}

/** A source distribution with a PKG-INFO; `remark` changes the bytes and nothing else. */
export function sdist(name: string, version: string, remark = ''): Distribution {
  const folder = `${name.replaceAll('-', '_')}-${version}`;
  const content = Buffer.from(`Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\n${remark}`);
  const blocks = Math.ceil(content.length / 512) * 512;
  const archive = Buffer.concat([tarHeader(`${folder}/PKG-INFO`, content.length), content], 512 + blocks + 1024);
  return { filename: `${folder}.tar.gz`, bytes: gzipSync(archive), name, version };
}

/** A pure wheel with one module; its members are stored, not compressed. */
export function wheel(name: string, version: string, tag = 'py3-none-any'): Distribution {
  const part = name.replaceAll('-', '_');
  const folder = `${part}-${version}.dist-info`;
  const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nRequires-Python: >=3.8\n`;
  const [python = '', abi = '', platform = ''] = tag.split('-');
  const members: [string, string][] = [
    [`${part}.py`, `tag = ${JSON.stringify(tag)}\n`],
    [`${folder}/METADATA`, metadata],
    [
      `${folder}/WHEEL`,
      `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${python}-${abi}-${platform}\n`,
    ],
  ];
  const record = [...members.map(([path]) => path), `${folder}/RECORD`].map((path) => `${path},,\n`).join('');
  const bytes = zip([...members, [`${folder}/RECORD`, record]]);
  return { filename: `${part}-${version}-${tag}.whl`, bytes, name, version };
}

export interface UploadOptions {
  readonly authorization?: string;
  readonly accept?: string | null;
  readonly filename?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly unset?: readonly string[];
  readonly add?: ReadonlyArray<readonly [string, string]>;
  readonly path?: string;
}

export interface UploadAnswer {
  readonly status: number;
  readonly reason: string;
  readonly contentType: string | null;
  readonly text: string;
  /** The member `code` of a JSON answer. */
  readonly code: string | undefined;
}

/** Upload a distribution the way twine does. */
export async function upload(
  index: LocalIndex,
  token: string,
  distribution: Distribution,
  options: UploadOptions = {},
): Promise<UploadAnswer> {
  const form = new FormData();
  for (const [name, value] of uploadFields(distribution)) {
    if (!options.unset?.includes(name)) {
      form.append(name, options.set?.[name] ?? value);
    }
  }
  const known = uploadFields(distribution).map(([name]) => name);
  for (const [name, value] of Object.entries(options.set ?? {})) {
    if (!known.includes(name)) {
      form.append(name, value);
    }
  }
  for (const [name, value] of options.add ?? []) {
    form.append(name, value);
  }
  form.append('content', new Blob([new Uint8Array(distribution.bytes)]), options.filename ?? distribution.filename);
  const accept = options.accept === undefined ? 'application/json' : options.accept;
  const response = await fetch(options.path === undefined ? index.uploadUrl : index.url + options.path, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      authorization: options.authorization ?? basic(token),
      ...(accept === null ? {} : { accept }),
    },
    body: form,
  });
  const text = await response.text();
  const contentType = response.headers.get('content-type');
  const code = contentType === 'application/json' ? (JSON.parse(text) as { code?: string }).code : undefined;
  return { status: response.status, reason: response.statusText, contentType, text, code };
}

export function basic(token: string): string {
  return `Basic ${Buffer.from(`__token__:${token}`).toString('base64')}`;
}

function uploadFields({ filename, bytes, name, version }: Distribution): [string, string][] {
  const isWheel = filename.endsWith('.whl');
  return [
    [':action', 'file_upload'],
    ['protocol_version', '1'],
    ['filetype', isWheel ? 'bdist_wheel' : 'sdist'],
    ['pyversion', isWheel ? 'py3' : 'source'],
    ['sha256_digest', sha256(bytes)],
    ['metadata_version', '2.1'],
    ['name', name],
    ['version', version],
  ];
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function blake2b256(bytes: Uint8Array): Promise<string> {
  const hash = await createBLAKE2b(256);
  return hash.update(bytes).digest('hex');
}

/** File names in the simple API's answer for a project. */
export async function listedFiles(index: LocalIndex, project: string): Promise<string[]> {
  const response = await fetch(`${index.simpleUrl}${project}/`, {
    headers: { accept: 'application/vnd.pypi.simple.v1+json' },
  });
  const { files } = (await response.json()) as { files: { filename: string }[] };
  return files.map((file) => file.filename);
}

/** A text that no other test uses. */
export function uniqueText(): string {
  return randomUUID();
}

function tarHeader(path: string, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write('0000644\0', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function zip(members: readonly (readonly [string, string])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of members) {
    const name = Buffer.from(path);
    const content = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, content]);
    const trailer = Buffer.alloc(14);
    trailer.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, trailer, name]));
    parts.push(local);
    offset += local.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}

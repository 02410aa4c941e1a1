/** An index for one test, and requests to it as a client without any of our own code would make them. */

import { createHash, randomUUID } from 'node:crypto';
import { createBLAKE2b } from 'hash-wasm';
import { onTestFinished } from 'vitest';
import type { Publisher } from '../../src/local-index/publishers.ts';
import { type LocalIndex, type LocalIndexOptions, startLocalIndex } from '../../src/local-index/server.ts';
import type { Distribution } from './sample-distributions.ts';

export { type Distribution, sdist, wheel } from './sample-distributions.ts';

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

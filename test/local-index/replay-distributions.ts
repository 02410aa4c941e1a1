/** Uploads of single distributions as recorded: a project without releases, a valid token, one file, one verdict. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { type LocalIndex, startLocalIndex } from '../../src/local-index/server.ts';
import { Differences, type Json } from './replay-differences.ts';
import { basic, sendForm, uploadParts } from './replay-http.ts';
import { codeOf } from './replay-upload.ts';

export interface RecordedDistribution {
  readonly id: string;
  readonly rule: string;
  readonly filename: string;
  readonly filetype: string;
  readonly pyversion: string;
  readonly file: string | null;
  readonly recipe?: string;
  readonly fields: ReadonlyArray<readonly [string, string]>;
  readonly expected: { readonly status: number | string; readonly code?: string };
}

export interface DistributionResult {
  readonly differences: Differences;
  /** Whether a refusal was worded as recorded, too. */
  readonly hasSameMessage: boolean;
}

/** Upload one recorded file to an index of its own. Accepting and refusing has to agree; the wording is reported apart. */
export async function replayDistribution(recorded: RecordedDistribution, folder: string): Promise<DistributionResult> {
  const differences = new Differences();
  const bytes = recorded.file === null ? madeFrom(recorded.recipe ?? '') : readFileSync(join(folder, recorded.file));
  if (bytes === undefined) {
    differences.found.push(`the recipe is not understood: ${recorded.recipe}`);
    return { differences, hasSameMessage: false };
  }
  const index = await startLocalIndex({ now: () => Date.UTC(2026, 8, 1, 12) });
  try {
    const { code, status } = await upload(index, recorded, bytes);
    const { expected } = recorded;
    const crashed = expected.status === 500 || expected.status === 'dropped';
    const wanted = crashed ? 400 : expected.status;
    if (status !== wanted) {
      differences.found.push(`expected ${expected.code ?? String(expected.status)}, got ${code ?? String(status)}`);
    }
    const wording = new Differences();
    wording.text('code', code, expected.code ?? '<help>');
    return { differences, hasSameMessage: wording.found.length === 0 };
  } finally {
    await index.close();
  }
}

async function upload(index: LocalIndex, recorded: RecordedDistribution, bytes: Buffer) {
  const name = recorded.fields.find(([field]) => field === 'name')?.[1] ?? '';
  for (const project of ['demo', ...(/^[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?$/i.test(name) ? [name] : [])]) {
    index.control.createProject(project);
  }
  const { filename, filetype, pyversion } = recorded;
  const parts = await uploadParts({ filename, bytes, filetype, pythonVersion: pyversion }, recorded.fields);
  const authorization = basic(index.control.createApiToken().reveal());
  const headers = { authorization, accept: 'application/json' };
  const answer = await sendForm(index.uploadUrl, 'POST', headers, [
    { name: ':action', value: 'file_upload' },
    ...parts,
  ]);
  return { code: codeOf(answer), status: answer.status };
}

/**
 * A file that is too big to be kept, from its description: so many zero bytes, or a good wheel with members of so many
 * zero or random bytes. `undefined` when the description is of another kind.
 */
function madeFrom(recipe: string): Buffer | undefined {
  const zeros = /^(\d+) zero bytes/.exec(recipe)?.[1];
  if (zeros !== undefined) {
    return Buffer.alloc(Number(zeros));
  }
  if (!recipe.startsWith('good wheel')) {
    return undefined;
  }
  const isStored = recipe.includes('without compression');
  const members: [string, Buffer][] = [];
  for (const [, path = '', size, kind] of recipe.matchAll(/(\S+) of (\d+) (zero|incompressible) bytes/g)) {
    members.push([path, kind === 'zero' ? Buffer.alloc(Number(size)) : randomBytes(Number(size))]);
  }
  const total = /the archive is (\d+) bytes long/.exec(recipe)?.[1];
  const archive = goodWheel(members, isStored);
  const missing = total === undefined ? 0 : Number(total) - archive.length;
  const [last] = members.splice(-1);
  return missing === 0 || last === undefined
    ? archive
    : goodWheel([...members, [last[0], Buffer.alloc(last[1].length + missing)]], isStored);
}

function goodWheel(extra: readonly (readonly [string, Buffer])[], isStored: boolean): Buffer {
  const folder = 'demo-1.0.dist-info';
  const texts: Json = {
    'demo/__init__.py': '',
    [`${folder}/METADATA`]: 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n',
    [`${folder}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${folder}/RECORD`]: '',
  };
  const members = [
    ...Object.entries(texts).map(([name, text]) => [name, Buffer.from(String(text))] as const),
    ...extra,
  ];
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of members) {
    const data = isStored ? content : deflateRawSync(content);
    const name = Buffer.from(path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(isStored ? 0 : 8, 4);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = [Buffer.from('PK\x03\x04', 'latin1'), common, name, data];
    const trailer = Buffer.alloc(14);
    trailer.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, trailer, name]));
    parts.push(...local);
    offset += local.reduce((sum, part) => sum + part.length, 0);
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

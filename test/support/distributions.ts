/** Small distributions from inline members, so that a test shows all that matters about its files. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterAll } from 'vitest';
import { ZipFile } from 'yazl';

/** A member's content, by its path in the archive. */
export type Members = Readonly<Record<string, string | Uint8Array>>;

export interface BuildOptions {
  /** File name; the archive's top or dist-info directory follows from it. */
  readonly filename: string;
  /** METADATA or PKG-INFO; by default minimal metadata that fits the file name. `null`: none. */
  readonly metadata?: string | Uint8Array | null;
  /** Further members, by full path. They replace ready-made ones of the same path. */
  readonly members?: Members;
  /** Directory to write to; by default a new temporary one. */
  readonly directory?: string;
}

/** Minimal metadata for the project and version in a file name. */
export function minimalMetadata(filename: string): string {
  const { name, version } = nameAndVersion(filename);
  return `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
}

const created: string[] = [];

afterAll(async () => {
  await Promise.all(created.splice(0).map((directory) => rm(directory, { recursive: true, force: true })));
});

/** A new temporary directory, removed when the tests of the file are done. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pypi-oidc-distributions-'));
  created.push(directory);
  return directory;
}

/** Write a wheel with METADATA, WHEEL and an empty RECORD; returns its path. Entries carry no data descriptors. */
export async function buildWheel(options: BuildOptions): Promise<string> {
  const { name, version } = nameAndVersion(options.filename);
  const distInfo = `${name}-${version}.dist-info`;
  return writeTo(
    options,
    await zipBytes({
      ...metadataMember(options, `${distInfo}/METADATA`),
      [`${distInfo}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
      [`${distInfo}/RECORD`]: '',
      ...options.members,
    }),
  );
}

/** Write a gzipped tar with PKG-INFO and a module; returns its path. */
export async function buildSdist(options: BuildOptions): Promise<string> {
  const top = options.filename.replace(/\.tar\.gz$/, '');
  const members = {
    ...metadataMember(options, `${top}/PKG-INFO`),
    [`${top}/module.py`]: '',
    ...options.members,
  };
  return writeTo(
    options,
    gzipSync(await tarBytes(Object.entries(members).map(([name, content]) => [{ name }, content]))),
  );
}

/** The bytes of a ZIP archive. */
export function zipBytes(members: Members, options: { readonly compress?: boolean } = {}): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [path, content] of Object.entries(members)) {
    archive.addBuffer(Buffer.from(content as string), path, { compress: options.compress ?? true });
  }
  archive.end();
  return collect(archive.outputStream);
}

export type TarHeader = Partial<Header> & Pick<Header, 'name'>;

/** The bytes of a plain tar archive. */
export function tarBytes(
  entries: readonly (readonly [TarHeader, (string | Uint8Array | undefined)?])[],
): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) {
    if (content === undefined) archive.entry(header);
    else archive.entry(header, Buffer.from(content as string));
  }
  archive.finalize();
  return collect(archive);
}

/** Write a file of any content; returns its path. */
export async function writeTo(
  target: Pick<BuildOptions, 'filename' | 'directory'>,
  content: string | Uint8Array,
): Promise<string> {
  const path = join(target.directory ?? (await temporaryDirectory()), target.filename);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

function nameAndVersion(filename: string): { name: string; version: string } {
  const [name = '', version = ''] = filename.replace(/\.whl$|\.tar\.gz$/, '').split('-');
  return { name, version };
}

function metadataMember({ filename, metadata }: BuildOptions, path: string): Members {
  return metadata === null ? {} : { [path]: metadata ?? minimalMetadata(filename) };
}

async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

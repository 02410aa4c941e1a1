/**
 * A small wheel and sdist of one pure-Python module, for rehearsing a release without having one. Installers can
 * install both (the sdist brings its own build backend, so nothing is fetched), and indexes accept both.
 *
 * The bytes depend on name and version only: nothing is compressed and all times are fixed. ZIP entries carry their
 * sizes in the local header; PyPI refuses archives with data descriptors.
 */

import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { UsageError } from '../errors.ts';
import { isValidProjectName, normalizeProjectName } from './project-name.ts';
import { storedZip } from './stored-zip.ts';
import { canonicalVersion } from './version.ts';

export interface SampleOptions {
  readonly name: string;
  readonly version: string;
}

export interface SampleDistributions {
  /** Path of the wheel. */
  readonly wheel: string;
  /** Path of the sdist. */
  readonly sdist: string;
}

type Member = readonly [path: string, text: string];

/**
 * Write `<name>-<version>-py3-none-any.whl` and `<name>-<version>.tar.gz` into a directory, which is made if need be.
 * @throws {UsageError} `USAGE_INVALID` when name or version are not valid.
 */
export async function writeSampleDistributions(
  directory: string,
  options: SampleOptions,
): Promise<SampleDistributions> {
  const version = canonicalVersion(options.version);
  if (version === undefined || !isValidProjectName(options.name)) {
    throw new UsageError('USAGE_INVALID', {
      message: `\`${options.name}\` \`${options.version}\` is not a project name and a version.`,
      hint: 'Use letters, digits, `-`, `_` and `.` for the name, and a version such as `1.0`.',
    });
  }
  const name = normalizeProjectName(options.name);
  const stem = `${name.replaceAll('-', '_')}-${version}`;
  await mkdir(directory, { recursive: true });
  const wheel = join(directory, `${stem}-py3-none-any.whl`);
  const sdist = join(directory, `${stem}.tar.gz`);
  await writeFile(wheel, storedZip(wheelMembers(stem, name, version)));
  await writeFile(sdist, gzip(await tar(sdistMembers(stem, name, version))));
  return { wheel, sdist };
}

function moduleName(stem: string): string {
  // A name may begin with a digit or be a keyword; a module of this name can always be imported.
  return `sample_${stem.slice(0, stem.lastIndexOf('-')).replace(/\W/g, '_')}`;
}

function moduleMember(stem: string, version: string): Member {
  return [`${moduleName(stem)}.py`, `"""A sample module."""\n\n__version__ = "${version}"\n`];
}

function metadataText(name: string, version: string): string {
  return [
    'Metadata-Version: 2.4',
    `Name: ${name}`,
    `Version: ${version}`,
    'Summary: A sample distribution for rehearsing a release.',
    'Requires-Python: >=3.8',
    'Description-Content-Type: text/plain',
    '',
    'Written to rehearse publishing with pypi-oidc. It does nothing.',
    '',
  ].join('\n');
}

const WHEEL_TEXT = 'Wheel-Version: 1.0\nGenerator: pypi-oidc\nRoot-Is-Purelib: true\nTag: py3-none-any\n';

function wheelMembers(stem: string, name: string, version: string): readonly Member[] {
  const members: readonly Member[] = [
    moduleMember(stem, version),
    [`${stem}.dist-info/METADATA`, metadataText(name, version)],
    [`${stem}.dist-info/WHEEL`, WHEEL_TEXT],
  ];
  const rows = members.map(([path, text]) => {
    const hash = createHash('sha256').update(text).digest('base64url');
    return `${path},sha256=${hash},${Buffer.byteLength(text)}\n`;
  });
  const record = `${stem}.dist-info/RECORD`;
  return [...members, [record, `${rows.join('')}${record},,\n`]];
}

function sdistMembers(stem: string, name: string, version: string): readonly Member[] {
  const members: readonly Member[] = [
    ['PKG-INFO', metadataText(name, version)],
    [
      'pyproject.toml',
      '[build-system]\nrequires = []\nbuild-backend = "sample_build_backend"\nbackend-path = ["."]\n\n' +
        `[project]\nname = "${name}"\nversion = "${version}"\n`,
    ],
    ['sample_build_backend.py', buildBackend(stem)],
    moduleMember(stem, version),
  ];
  return members.map(([path, text]) => [`${stem}/${path}`, text]);
}

/** A PEP 517 backend that packs the module of this sample, without any dependency. */
function buildBackend(stem: string): string {
  return `"""Builds the sample wheel (PEP 517)."""

import base64
import hashlib
import os
import zipfile

STEM = "${stem}"
MODULE = "${moduleName(stem)}.py"
WHEEL = ${JSON.stringify(WHEEL_TEXT)}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    with open(MODULE, "rb") as file:
        module = file.read()
    with open("PKG-INFO", "rb") as file:
        metadata = file.read()
    members = [
        (MODULE, module),
        (STEM + ".dist-info/METADATA", metadata),
        (STEM + ".dist-info/WHEEL", WHEEL.encode()),
    ]
    record = STEM + ".dist-info/RECORD"
    rows = ""
    for path, content in members:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows += "%s,sha256=%s,%d\\n" % (path, digest, len(content))
    members.append((record, (rows + record + ",,\\n").encode()))
    filename = STEM + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, filename), "w") as archive:
        for path, content in members:
            archive.writestr(path, content)
    return filename


def build_sdist(sdist_directory, config_settings=None):
    raise NotImplementedError("this sample is built as an sdist already")
`;
}

async function tar(members: readonly Member[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, text] of members) {
    archive.entry({ name, mode: 0o644, mtime: new Date(315_532_800_000), uname: 'root', gname: 'root' }, text);
  }
  archive.finalize();
  return collect(archive);
}

async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function gzip(content: Buffer): Buffer {
  // Stored, not compressed, and with the operating system (byte 9) left open: the same bytes from every zlib.
  const result = gzipSync(content, { level: 0 });
  result[9] = 0xff;
  return result;
}

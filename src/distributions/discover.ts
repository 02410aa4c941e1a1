/**
 * Which files a command line means. Shells expand `dist/*` before this program sees it, or not at all (Windows, quoted
 * patterns), so patterns are expanded here, and what a shell may have swept along is told from what a user asked for.
 */

import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { UsageError } from '../errors.ts';
import { type OtherFile, parseFilename } from './filename.ts';

export interface DiscoveredFiles {
  /**
   * Distributions, each once, in the order of the arguments; files of one pattern in alphabetical order. Paths are as
   * named, so relative ones stay short in messages; absolute when `cwd` is not the working directory of the process.
   */
  readonly files: readonly string[];
  /** Files that are no distributions and were not asked for by name. */
  readonly ignored: readonly IgnoredFile[];
}

export interface IgnoredFile {
  readonly path: string;
  readonly reason: IgnoredReason;
}

export type IgnoredReason = OtherFile | 'directory';

/** What a shell's `dist/*` brings along; naming these beside distributions is no mistake. */
const COMPANIONS: ReadonlySet<IgnoredReason> = new Set<IgnoredReason>([
  'hidden-file',
  'attestation',
  'sigstore-bundle',
  'signature',
  'checksum',
  'directory',
]);

const BUILD_FIRST = 'Build first: `python -m build` writes a wheel and an sdist to `dist/`.';

/**
 * Find the distributions that arguments name. An argument that names an existing file is that file, whatever
 * characters it has; otherwise it may be a pattern (`*`, `?`, `[…]`, `{…}`, `**`).
 * @param cwd directory that relative arguments start from.
 * @throws {UsageError} `FILES_NOT_FOUND` when an argument matches nothing or nothing is left,
 *   `FILE_NOT_A_DISTRIBUTION` when something else was named.
 */
export async function discoverDistributions(patterns: readonly string[], cwd: string): Promise<DiscoveredFiles> {
  const found = (await Promise.all(patterns.map((pattern) => expand(pattern, cwd)))).flat();
  const files = new Map<string, string>();
  const ignored = new Map<string, IgnoredFile>();
  const mistaken: { file: IgnoredFile; realPath: string }[] = [];
  for (const { path, named, reason } of found) {
    const realPath = await realpath(path);
    if (reason === undefined) {
      if (!files.has(realPath)) files.set(realPath, path);
    } else if (named) {
      mistaken.push({ file: { path, reason }, realPath });
    } else if (!ignored.has(realPath)) {
      ignored.set(realPath, { path, reason });
    }
  }
  for (const { file, realPath } of mistaken) {
    const sweptAlong = files.size > 0 && COMPANIONS.has(file.reason);
    if (!sweptAlong || (file.reason === 'directory' && (await holdsDistributions(realPath)))) throw mistake(file);
    if (!ignored.has(realPath)) ignored.set(realPath, file);
  }
  if (files.size === 0) throw nothingLeft(patterns, [...ignored.values()]);
  return { files: [...files.values()], ignored: [...ignored.values()] };
}

interface Candidate {
  readonly path: string;
  /** Named on the command line, rather than found by a pattern. */
  readonly named: boolean;
  /** Why it is no distribution; `undefined` when it is one. */
  readonly reason?: IgnoredReason;
}

async function expand(argument: string, cwd: string): Promise<readonly Candidate[]> {
  const path = fromWorkingDirectory(argument, cwd);
  const stats = await statOrUndefined(path);
  if (stats !== undefined) {
    return [stats.isDirectory() ? { path, named: true, reason: 'directory' } : withReason(path, true)];
  }
  const pattern = globPattern(argument, sep);
  if (pattern === undefined) {
    throw new UsageError('FILES_NOT_FOUND', {
      message: `There is no file \`${argument}\`.`,
      hint: BUILD_FIRST,
    });
  }
  const { default: fastGlob } = await import('fast-glob');
  const matches = await fastGlob(pattern, { cwd, onlyFiles: true, followSymbolicLinks: true });
  if (matches.length === 0) {
    throw new UsageError('FILES_NOT_FOUND', {
      message: `No file matches \`${argument}\`.`,
      hint: `${BUILD_FIRST} Relative patterns start from \`${cwd}\`.`,
    });
  }
  return matches.sort().map((match) => withReason(fromWorkingDirectory(match, cwd), false));
}

/** The path as it is, when it means the same file to the process; otherwise the absolute one. */
function fromWorkingDirectory(path: string, cwd: string): string {
  const absolute = resolve(cwd, path);
  return resolve(path) === absolute ? path : absolute;
}

/**
 * The pattern in an argument, with forward slashes; `undefined` when it has no magic characters. On Windows a
 * back-slash separates directories; elsewhere it escapes the next character.
 */
export function globPattern(argument: string, separator: string): string | undefined {
  if (!/[*?[\]{}]|[!+@]\(/.test(argument)) return undefined;
  return separator === '\\' ? argument.replaceAll('\\', '/') : argument;
}

function withReason(path: string, named: boolean): Candidate {
  const parsed = parseFilename(basename(path));
  return parsed.kind === 'other' ? { path, named, reason: parsed.looksLike } : { path, named };
}

async function holdsDistributions(directory: string): Promise<boolean> {
  const entries: readonly Dirent[] = await readdir(directory, { withFileTypes: true });
  return entries.some((entry) => entry.isFile() && parseFilename(entry.name).kind !== 'other');
}

async function statOrUndefined(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}

function mistake({ path, reason }: IgnoredFile): UsageError {
  if (reason === 'directory') {
    return new UsageError('FILE_NOT_A_DISTRIBUTION', {
      message: `\`${path}\` is a directory.`,
      hint: `Name the files in it: \`${join(path, '*').replaceAll('\\', '/')}\`.`,
    });
  }
  const notUploaded: Partial<Record<IgnoredReason, string>> = {
    egg: 'Eggs are no longer accepted: build a wheel, `python -m build`.',
    'old-sdist': 'Source distributions must be `.tar.gz` (PEP 625): `python -m build --sdist`.',
    installer: 'Installers and system packages are no longer accepted: build a wheel, `python -m build`.',
    attestation: 'Attestations are uploaded with their distribution: name that.',
  };
  return new UsageError('FILE_NOT_A_DISTRIBUTION', {
    message: `\`${path}\` is no distribution: its name ends neither in \`.whl\` nor in \`.tar.gz\`.`,
    hint: notUploaded[reason] ?? 'Name wheels and sdists, such as `dist/*.whl dist/*.tar.gz`.',
  });
}

function nothingLeft(patterns: readonly string[], ignored: readonly IgnoredFile[]): UsageError {
  const asked = patterns.map((pattern) => `\`${pattern}\``).join(', ');
  const examples = ignored.slice(0, 3).map(({ path }) => `\`${path}\``);
  return new UsageError('FILES_NOT_FOUND', {
    message:
      examples.length === 0
        ? 'No files were named.'
        : `Nothing that matches ${asked} is a distribution (${examples.join(', ')}${ignored.length > 3 ? ', …' : ''}).`,
    hint: BUILD_FIRST,
  });
}

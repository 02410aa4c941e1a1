/**
 * Reading distributions: from a path to everything that an upload says about the file.
 *
 * This folder turns files into facts: names (`filename.ts`, `project-name.ts`, `version.ts`), core metadata
 * (`wheel.ts`, `sdist.ts`, `core-metadata.ts`), digests (`digests.ts`), and from these the upload form
 * (`form-fields.ts`). It needs no network and knows no index. Whether an index will take the file is for `checks/`;
 * only what cannot be read at all is refused here.
 *
 * @see Packaging specifications, packaging.python.org: "Binary distribution format" (PEP 427), "Source distribution
 *   format" (PEP 625), "Core metadata specifications".
 */

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UsageError } from '../errors.ts';
import { type CoreMetadata, type MetadataFile, parseCoreMetadata } from './core-metadata.ts';
import { type DigestOptions, digestFile, type FileDigests } from './digests.ts';
import { DistributionError } from './distribution-error.ts';
import { type InvalidFilename, parseFilename, type SdistFilename, type WheelFilename } from './filename.ts';
import { type NormalizedName, normalizeProjectName } from './project-name.ts';

/** One file to upload. */
export interface Distribution {
  readonly kind: 'wheel' | 'sdist';
  /** As it was given to {@link readDistribution}. */
  readonly path: string;
  /** The path's last part. */
  readonly filename: string;
  /** The file name taken apart; it may break a rule (`invalid`), which the checks report. */
  readonly parsedFilename: WheelFilename | SdistFilename | InvalidFilename;
  /** Project that the metadata names, else the file name, in the spelling that indexes compare. */
  readonly project: NormalizedName;
  /** The same as it is written there. */
  readonly projectName: string;
  /** Version from the metadata, else from the file name, as written there. */
  readonly version: string;
  /** The form's `pyversion`: a wheel's python tag (`py3`), `source` for sdists. */
  readonly pythonTag: string;
  readonly metadata: CoreMetadata;
  readonly digests: FileDigests;
  readonly sizeBytes: number;
  /** Time of the last change in milliseconds since the Unix epoch. */
  readonly modifiedMs: number;
  readonly facts: DistributionFacts;
}

/** Seen while reading and left for the checks to judge. */
export interface DistributionFacts {
  /** Member that the metadata was read from, literally. */
  readonly metadataPath: string;
  /** Wheels: the dist-info directory that was read, when the file name asks for another. */
  readonly distInfoDirectory?: string;
  /** Headers that core metadata does not know; they have no form field and are not sent. */
  readonly unknownFields: readonly string[];
  readonly metadataIsUtf8: boolean;
}

/**
 * Read one distribution: metadata and digests side by side, in memory that does not depend on the file's size.
 * @throws {DistributionError} when the file cannot be read as the wheel or sdist that its name says it is.
 * @throws {UsageError} `FILE_NOT_A_DISTRIBUTION` or `FILE_UNREADABLE`.
 */
export async function readDistribution(path: string, options: DigestOptions = {}): Promise<Distribution> {
  const filename = basename(path);
  const parsedFilename = parseFilename(filename);
  if (parsedFilename.kind === 'other') throw notADistribution(path);
  const kind = parsedFilename.kind === 'invalid' ? parsedFilename.format : parsedFilename.kind;
  try {
    const { mtimeMs } = await stat(path);
    const [metadataFile, digests] = await Promise.all([readMetadataFile(path, kind), digestFile(path, options)]);
    const metadata = parseCoreMetadata(metadataFile.content);
    const distInfoDirectory = kind === 'wheel' ? await unexpectedDirectory(filename, metadataFile) : undefined;
    return {
      kind,
      path,
      filename,
      parsedFilename,
      ...identity(path, parsedFilename, metadata),
      pythonTag: pythonTag(parsedFilename, kind),
      metadata,
      digests,
      sizeBytes: digests.sizeBytes,
      modifiedMs: mtimeMs,
      facts: {
        metadataPath: metadataFile.path,
        ...(distInfoDirectory === undefined ? {} : { distInfoDirectory }),
        unknownFields: metadata.unknownFields,
        metadataIsUtf8: metadata.isUtf8,
      },
    };
  } catch (error) {
    throw error instanceof DistributionError ? error : unreadable(path, error);
  }
}

async function readMetadataFile(path: string, kind: 'wheel' | 'sdist'): Promise<MetadataFile> {
  if (kind === 'wheel') {
    const { readWheelMetadata } = await import('./wheel.ts');
    return readWheelMetadata(path);
  }
  const { readSdistMetadata, zipSdistError } = await import('./sdist.ts');
  if (/\.zip$/i.test(path)) throw zipSdistError(path);
  return readSdistMetadata(path);
}

async function unexpectedDirectory(filename: string, { path }: MetadataFile): Promise<string | undefined> {
  const { expectedDistInfoDirectory } = await import('./wheel.ts');
  const [directory] = path.split('/');
  return directory === expectedDistInfoDirectory(filename) ? undefined : directory;
}

function identity(
  path: string,
  parsed: WheelFilename | SdistFilename | InvalidFilename,
  metadata: CoreMetadata,
): Pick<Distribution, 'project' | 'projectName' | 'version'> {
  const fromFilename = parsed.kind === 'invalid' ? undefined : parsed;
  const projectName = metadata.name || fromFilename?.projectName;
  const version = metadata.version || fromFilename?.version;
  if (projectName !== undefined && version !== undefined) {
    return { project: normalizeProjectName(projectName), projectName, version };
  }
  const missing = projectName === undefined ? 'Name' : 'Version';
  throw new DistributionError({
    file: path,
    message: `\`${path}\` does not say what it is: its metadata has no \`${missing}\`, and its file name breaks the rules.`,
    hint: 'Build it again: `python -m build`, and keep the name it is built with.',
  });
}

function pythonTag(parsed: WheelFilename | SdistFilename | InvalidFilename, kind: 'wheel' | 'sdist'): string {
  if (kind === 'sdist') return 'source';
  if (parsed.kind === 'wheel') return parsed.pythonTag;
  return parsed.filename.split('-').at(-3) || 'any';
}

function notADistribution(path: string): UsageError {
  return new UsageError('FILE_NOT_A_DISTRIBUTION', {
    message: `\`${path}\` is no distribution: its name ends neither in \`.whl\` nor in \`.tar.gz\`.`,
    hint: 'Name wheels and sdists, such as `dist/*.whl dist/*.tar.gz`.',
  });
}

function unreadable(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined || (error as NodeJS.ErrnoException).syscall === undefined) return error;
  return new UsageError('FILE_UNREADABLE', {
    message: `\`${path}\` cannot be read (${code}).`,
    hint:
      code === 'ENOENT' ? 'Build first: `python -m build`.' : 'Check the permissions of the file and its directory.',
    cause: error,
  });
}

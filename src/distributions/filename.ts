/**
 * File names of distributions, as the specifications define them and indexes read them.
 *
 * @see PEP 427 and PEP 491 (wheels), PEP 625 (source distributions), PEP 425 (tags).
 */

import { isIdentifier } from './python-text.ts';
import { canonicalVersion } from './version.ts';

/** `<project>-<version>[-<build>]-<python>-<abi>-<platform>.whl`, parts as they are written. */
export interface WheelFilename {
  readonly kind: 'wheel';
  readonly filename: string;
  readonly projectName: string;
  readonly version: string;
  readonly build?: string;
  /** The python tag as written, `py2.py3`: the form's `pyversion`. */
  readonly pythonTag: string;
  readonly pythonTags: readonly string[];
  readonly abiTags: readonly string[];
  readonly platformTags: readonly string[];
}

/** `<project>-<version>.tar.gz`, split at the last hyphen. */
export interface SdistFilename {
  readonly kind: 'sdist';
  readonly filename: string;
  readonly projectName: string;
  readonly version: string;
  readonly extension: '.tar.gz' | '.zip';
}

/** A wheel or sdist by its ending, whose name breaks a rule. */
export interface InvalidFilename {
  readonly kind: 'invalid';
  readonly filename: string;
  readonly format: 'wheel' | 'sdist';
  readonly problem: FilenameProblem;
  /** The problem as a sentence. */
  readonly explanation: string;
}

/** A file that is no distribution. */
export interface OtherFilename {
  readonly kind: 'other';
  readonly filename: string;
  readonly looksLike: OtherFile;
}

export type ParsedFilename = WheelFilename | SdistFilename | InvalidFilename | OtherFilename;

export type FilenameProblem =
  | 'extension-not-lower-case'
  | 'wrong-number-of-parts'
  | 'project-name-invalid'
  | 'version-missing'
  | 'version-invalid'
  | 'build-tag-invalid'
  | 'tag-invalid';

/** What lies beside distributions in a `dist` directory. */
export type OtherFile =
  | 'hidden-file'
  | 'attestation'
  | 'sigstore-bundle'
  | 'signature'
  | 'checksum'
  | 'metadata'
  | 'egg'
  | 'old-sdist'
  | 'installer'
  | 'unknown';

/** Endings of files that are no distributions; the first that fits decides. */
const OTHER_FILES: readonly (readonly [pattern: RegExp, looksLike: OtherFile])[] = [
  [/^\./, 'hidden-file'],
  [/\.(?:attestation|provenance)$/i, 'attestation'],
  [/\.(?:sigstore|sigstore\.json)$/i, 'sigstore-bundle'],
  [/\.(?:asc|sig|minisig)$/i, 'signature'],
  [
    /\.(?:md5|sha1|sha256|sha384|sha512|blake2b?)(?:sums?)?$|^(?:md5|sha\d*|blake2)?(?:check)?sums?(?:\.txt)?$/i,
    'checksum',
  ],
  [/\.metadata$/i, 'metadata'],
  [/\.egg$/i, 'egg'],
  [/\.(?:tar|tgz|tbz|txz|tar\.(?:bz2|xz|z|zst|lzma))$/i, 'old-sdist'],
  [/\.(?:exe|msi|rpm|deb|dmg)$/i, 'installer'],
];

/**
 * Read a file name (without its directory). Never throws: a name that breaks a rule is `invalid`, a file that is no
 * distribution is `other`.
 */
export function parseFilename(filename: string): ParsedFilename {
  if (!filename.startsWith('.')) {
    const extension = /\.whl$|\.tar\.gz$|\.zip$/i.exec(filename)?.[0];
    if (extension !== undefined) {
      const stem = filename.slice(0, -extension.length);
      switch (extension) {
        case '.whl':
          return parseWheel(filename, stem);
        case '.tar.gz':
        case '.zip':
          return parseSdist(filename, stem, extension);
        default: {
          const format = extension.toLowerCase() === '.whl' ? 'wheel' : 'sdist';
          const explanation = `The ending must be written \`${extension.toLowerCase()}\`.`;
          return { kind: 'invalid', filename, format, problem: 'extension-not-lower-case', explanation };
        }
      }
    }
  }
  const looksLike = OTHER_FILES.find(([pattern]) => pattern.test(filename))?.[1] ?? 'unknown';
  return { kind: 'other', filename, looksLike };
}

function parseWheel(filename: string, stem: string): WheelFilename | InvalidFilename {
  const invalid = (problem: FilenameProblem, explanation: string): InvalidFilename => {
    return { kind: 'invalid', filename, format: 'wheel', problem, explanation };
  };
  const parts = stem.split('-');
  if (parts.length !== 5 && parts.length !== 6) {
    return invalid(
      'wrong-number-of-parts',
      `A wheel's name has five parts joined by hyphens (six with a build tag), this one has ${parts.length}: ` +
        '`<project>-<version>-<python tag>-<abi tag>-<platform tag>.whl`.',
    );
  }
  const [projectName = '', version = ''] = parts;
  const [pythonTag = '', abiTag = '', platformTag = ''] = parts.slice(-3);
  const build = parts.length === 6 ? (parts[2] ?? '') : undefined;

  if (!/^[\p{L}\p{N}_.]+$/u.test(projectName) || projectName.includes('__')) {
    return invalid(
      'project-name-invalid',
      `\`${projectName}\` is no project name of a wheel: letters, digits, \`.\` and single \`_\` only.`,
    );
  }
  if (canonicalVersion(version) === undefined) {
    return invalid('version-invalid', `\`${version}\` is not a version (PEP 440).`);
  }
  if (build !== undefined && !/^[0-9]/.test(build)) {
    return invalid('build-tag-invalid', `The build tag \`${build}\` does not begin with a digit.`);
  }
  const pythonTags = pythonTag.split('.');
  const abiTags = abiTag.split('.');
  const platformTags = platformTag.split('.');
  if ([...pythonTags, ...abiTags, ...platformTags].includes('')) {
    return invalid('tag-invalid', `A tag in \`${pythonTag}-${abiTag}-${platformTag}\` is empty.`);
  }
  const badInterpreter = pythonTags.find((tag) => !isIdentifier(tag));
  if (badInterpreter !== undefined) {
    return invalid('tag-invalid', `The python tag \`${badInterpreter}\` is not an identifier.`);
  }
  return {
    kind: 'wheel',
    filename,
    projectName,
    version,
    ...(build === undefined ? {} : { build }),
    pythonTag,
    pythonTags,
    abiTags,
    platformTags,
  };
}

function parseSdist(
  filename: string,
  stem: string,
  extension: SdistFilename['extension'],
): SdistFilename | InvalidFilename {
  const invalid = (problem: FilenameProblem, explanation: string): InvalidFilename => {
    return { kind: 'invalid', filename, format: 'sdist', problem, explanation };
  };
  const hyphen = stem.lastIndexOf('-');
  if (hyphen === -1) {
    return invalid(
      'version-missing',
      `The name must be \`<project>-<version>${extension}\`; there is no hyphen in it.`,
    );
  }
  const projectName = stem.slice(0, hyphen);
  const version = stem.slice(hyphen + 1);
  if (projectName === '') {
    return invalid('project-name-invalid', 'There is no project name before the hyphen.');
  }
  if (canonicalVersion(version) === undefined) {
    return invalid('version-invalid', `\`${version}\`, the part after the last hyphen, is not a version (PEP 440).`);
  }
  return { kind: 'sdist', filename, projectName, version, extension };
}

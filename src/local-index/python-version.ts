/** Versions of Python distributions as PEP 440 defines them: parsing, the canonical spelling, equality and order. */

export interface PythonVersion {
  /** Canonical spelling with trailing zeros kept: `1.0.post1`. */
  readonly text: string;
  /** Equal for equal versions (`1.0` and `1.0.0`), trailing zeros dropped. */
  readonly key: string;
  readonly hasLocal: boolean;
  readonly isPreRelease: boolean;
  readonly isPostRelease: boolean;
  readonly order: readonly (bigint | number | string)[];
}

const pattern =
  /^\s*v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\d+)?)?(?:-(?<implicitPost>\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>\d+)?)?(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d+)?)?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$/i;

const preNames: Readonly<Record<string, string>> = { alpha: 'a', beta: 'b', c: 'rc', pre: 'rc', preview: 'rc' };

/** The version in `text`, `undefined` when it is none. */
export function parsePythonVersion(text: string): PythonVersion | undefined {
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined) {
    return undefined;
  }
  const epoch = BigInt(groups['epoch'] ?? 0);
  const release = (groups['release'] ?? '').split('.').map(BigInt);
  const preName = groups['pre']?.toLowerCase();
  const pre = preName === undefined ? undefined : (preNames[preName] ?? preName);
  const preNumber = BigInt(groups['preNumber'] ?? 0);
  const hasPost = groups['post'] !== undefined || groups['implicitPost'] !== undefined;
  const postNumber = BigInt(groups['implicitPost'] ?? groups['postNumber'] ?? 0);
  const hasDev = groups['dev'] !== undefined;
  const devNumber = BigInt(groups['devNumber'] ?? 0);
  const local = groups['local']
    ?.toLowerCase()
    .split(/[-_.]/)
    .map((part) => (/^\d+$/.test(part) ? String(BigInt(part)) : part))
    .join('.');

  const tail = [
    pre === undefined ? '' : `${pre}${preNumber}`,
    hasPost ? `.post${postNumber}` : '',
    hasDev ? `.dev${devNumber}` : '',
    local === undefined ? '' : `+${local}`,
  ].join('');
  const prefix = epoch === 0n ? '' : `${epoch}!`;
  const significant = withoutTrailingZeros(release);
  return {
    text: `${prefix}${release.join('.')}${tail}`,
    key: `${prefix}${significant.join('.')}${tail}`,
    hasLocal: local !== undefined,
    isPreRelease: pre !== undefined || hasDev,
    isPostRelease: hasPost,
    order: [
      epoch,
      significant.map((part) => String(part).padStart(20, '0')).join('.'),
      // A development release of no pre-release comes before the pre-releases, the release itself after them.
      pre === undefined ? (hasDev && !hasPost ? '' : 'z') : pre,
      preNumber,
      hasPost ? 1 : 0,
      postNumber,
      hasDev ? 0 : 1,
      devNumber,
    ],
  };
}

/** Negative when `left` is the older version. Local parts are not compared. */
export function compareVersions(left: PythonVersion, right: PythonVersion): number {
  for (const [index, item] of left.order.entries()) {
    const other = right.order[index];
    if (other !== undefined && item !== other) {
      return item < other ? -1 : 1;
    }
  }
  return 0;
}

/** PEP 503: lower-case, every run of `-`, `_` and `.` one hyphen. */
export function normalizeName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase();
}

function withoutTrailingZeros(release: readonly bigint[]): readonly bigint[] {
  let length = release.length;
  while (length > 1 && release[length - 1] === 0n) {
    length -= 1;
  }
  return release.slice(0, length);
}

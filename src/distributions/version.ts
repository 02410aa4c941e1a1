/**
 * Versions of PEP 440 as text: the one canonical spelling, and equality.
 *
 * Digits stay digits throughout. Calendar and time-stamp versions go beyond 2^53, and local segments such as `1e5`
 * (the beginning of a commit hash) are words, so nothing here may pass through a JavaScript number. That, and local
 * segments in general, is why this is not a call to a library.
 */

import { stripWhitespace } from './python-text.ts';

const VERSION = new RegExp(
  [
    '^v?',
    '(?:(?<epoch>[0-9]+)!)?',
    '(?<release>[0-9]+(?:\\.[0-9]+)*)',
    '(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>[0-9]+)?)?',
    '(?:-(?<implicitPost>[0-9]+)|(?<post>[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>[0-9]+)?))?',
    '(?<dev>[-_.]?dev[-_.]?(?<devNumber>[0-9]+)?)?',
    '(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$',
  ].join(''),
  'i',
);

const PRE_RELEASE: Readonly<Record<string, string>> = {
  alpha: 'a',
  beta: 'b',
  c: 'rc',
  pre: 'rc',
  preview: 'rc',
};

/**
 * The canonical spelling, equal to Python's `str(packaging.version.Version(text))`: epoch and trailing zeros are
 * kept, `1.0-1` is `1.0.post1`. `undefined` when the text is not a version.
 *
 * @see PEP 440, "Normalization".
 */
export function canonicalVersion(text: string): string | undefined {
  const groups = VERSION.exec(stripWhitespace(text))?.groups;
  if (groups === undefined) return undefined;
  const { epoch, release = '', pre, preNumber, implicitPost, post, postNumber, dev, devNumber, local } = groups;

  let version = release.split('.').map(withoutLeadingZeros).join('.');
  if (epoch !== undefined && !/^0+$/.test(epoch)) version = `${withoutLeadingZeros(epoch)}!${version}`;
  if (pre !== undefined) {
    const letters = pre.toLowerCase();
    version += `${PRE_RELEASE[letters] ?? letters}${withoutLeadingZeros(preNumber ?? '0')}`;
  }
  if (implicitPost !== undefined) version += `.post${withoutLeadingZeros(implicitPost)}`;
  else if (post !== undefined) version += `.post${withoutLeadingZeros(postNumber ?? '0')}`;
  if (dev !== undefined) version += `.dev${withoutLeadingZeros(devNumber ?? '0')}`;
  if (local !== undefined) version += `+${local.toLowerCase().split(/[-_.]/).map(withoutLeadingZeros).join('.')}`;
  return version;
}

/**
 * Whether two texts name the same version: `1.0`, `1.0.0` and `v1` do. Texts that are no versions equal nothing,
 * not even themselves.
 */
export function versionsEqual(left: string, right: string): boolean {
  const leftKey = comparisonKey(left);
  return leftKey !== undefined && leftKey === comparisonKey(right);
}

/**
 * The spelling that groups files into releases: canonical, without trailing zeros in the release segment.
 * `undefined` when the text is not a version.
 */
export function comparisonKey(text: string): string | undefined {
  return canonicalVersion(text)?.replace(
    /^((?:\d+!)?)(\d+(?:\.\d+)*)/,
    (_, epoch: string, release: string) => epoch + release.replace(/(?:\.0)+$/, ''),
  );
}

function withoutLeadingZeros(part: string): string {
  return /^[0-9]+$/.test(part) ? part.replace(/^0+(?=[0-9])/, '') : part;
}

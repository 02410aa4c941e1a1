/** Figures and codes as people read them. */

import type { IgnoredReason } from '../distributions/discover.ts';
import type { ServingResult } from './result.ts';

/** `1.2 kB`, `104.9 MB`: decimal units, as in most file managers. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `35 ms`, `2.4 s`, `42 s`, `15 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}

/** `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Every line with the same indentation; empty lines stay empty. */
export function indent(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}

/** Why a file is not uploaded. */
export const ignoredReasons = {
  'hidden-file': 'a hidden file',
  attestation: 'an attestation, not a distribution',
  'sigstore-bundle': 'a Sigstore bundle, not a distribution',
  signature: 'a signature; PyPI takes none any more',
  checksum: 'a checksum, not a distribution',
  metadata: 'a metadata file, not a distribution',
  egg: 'an egg; PyPI takes wheels and sdists only',
  'old-sdist': 'an old kind of sdist; PyPI takes `.tar.gz` only',
  installer: 'an installer; PyPI takes wheels and sdists only',
  directory: 'a directory',
  unknown: 'not a wheel or sdist',
} as const satisfies Record<IgnoredReason, string>;

const refusedPlatform =
  'PyPI accepts no identity of this platform, and neither does this index: exchanges are refused as there.';

/** What `serve` simulates, and what to know about it. */
export const simulatedPlatforms = {
  github: { title: 'GitHub Actions job', remark: undefined },
  gitlab: {
    title: 'GitLab CI/CD job',
    remark: 'Its identity token can be exchanged once, as on PyPI. `POST /_admin/jobs` starts another job.',
  },
  google: {
    title: 'Google Cloud machine',
    remark: 'Only tools that read `GCE_METADATA_HOST` ask this index; docs/rehearsing.md says which do not.',
  },
  circleci: { title: 'CircleCI job', remark: refusedPlatform },
  buildkite: { title: 'Buildkite job', remark: refusedPlatform },
} as const satisfies Record<ServingResult['ci'], { title: string; remark: string | undefined }>;

/** Variables with their secrets, which are as good as public. */
export function printable(environment: ServingResult['environment']): Readonly<Record<string, string>> {
  const entries = Object.entries(environment);
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === 'string' ? value : value.reveal()]));
}

/** A text of at most `width` characters, with its middle left out if need be. */
export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const half = Math.max(1, Math.floor((width - 1) / 2));
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}

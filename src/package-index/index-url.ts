/**
 * An index as the set of its addresses. PyPI spreads its services over two hosts (uploads on one, everything else on
 * the other); other indexes are taken to serve the trusted-publishing endpoints on the host of their upload URL.
 */

import { UsageError } from '../errors.ts';
import { isProtected, printableUrl } from '../http/client.ts';
import { InsecureAddressError } from '../http/http-error.ts';

export interface PackageIndex {
  /** `pypi` and `testpypi` follow PyPI's own rules; so does the embedded index (`local`). */
  readonly kind: 'pypi' | 'testpypi' | 'local' | 'other';
  /** For people: `PyPI`, or the host. */
  readonly title: string;
  readonly uploadUrl: URL;
  /** Origin of the audience, mint and burn endpoints. */
  readonly oidcOrigin: URL;
  /** Root of the simple API (PEP 503), ending in `/`; unknown for other indexes unless given. */
  readonly simpleUrl: URL | undefined;
  /** Origin of the pages for people, where there are any. */
  readonly pagesOrigin: URL | undefined;
}

const pypi: PackageIndex = {
  kind: 'pypi',
  title: 'PyPI',
  uploadUrl: new URL('https://upload.pypi.org/legacy/'),
  oidcOrigin: new URL('https://pypi.org'),
  simpleUrl: new URL('https://pypi.org/simple/'),
  pagesOrigin: new URL('https://pypi.org'),
};

const testPypi: PackageIndex = {
  kind: 'testpypi',
  title: 'TestPyPI',
  uploadUrl: new URL('https://test.pypi.org/legacy/'),
  oidcOrigin: new URL('https://test.pypi.org'),
  simpleUrl: new URL('https://test.pypi.org/simple/'),
  pagesOrigin: new URL('https://test.pypi.org'),
};

const knownIndexes: ReadonlyMap<string, PackageIndex> = new Map([
  ['pypi', pypi],
  ['testpypi', testPypi],
]);

/**
 * The index of a repository name.
 * @throws {UsageError} `REPOSITORY_UNKNOWN`, with the nearest name
 */
export function namedIndex(name: string): PackageIndex {
  const index = knownIndexes.get(name.toLowerCase());
  if (index !== undefined) return index;
  const names = [...knownIndexes.keys()];
  const near = nearestName(name.toLowerCase());
  throw new UsageError('REPOSITORY_UNKNOWN', {
    message: `There is no repository named \`${name}\`.`,
    hint:
      `${near === undefined ? '' : `Did you mean \`${near}\`? `}Known names: ${names.map((known) => `\`${known}\``).join(', ')}. ` +
      'For any other index give its upload address: `--repository-url <url>`.',
  });
}

/** TestPyPI first: who mistypes its name must not be pointed at the real index. */
function nearestName(name: string): string | undefined {
  if (name.includes('tes')) return 'testpypi';
  return name.includes('pypi') || 'pypi'.startsWith(name) ? 'pypi' : undefined;
}

/**
 * The index behind an upload address; PyPI's own addresses are recognised.
 *
 * @param text an absolute http(s) URL
 * @throws {UsageError} `SETTINGS_INVALID` when it is none, or a page or simple address of PyPI
 * @throws {InsecureAddressError} for plain http that is not loopback
 */
export function indexAtUrl(
  text: string,
  options: { simpleUrl?: string | undefined; local?: boolean } = {},
): PackageIndex {
  const uploadUrl = parseHttpUrl(text, 'upload address');
  const known = [pypi, testPypi].find((index) => index.uploadUrl.host === uploadUrl.host);
  if (known !== undefined && uploadUrl.pathname.replace(/\/?$/, '/') === known.uploadUrl.pathname) return known;
  if (
    known !== undefined ||
    ['pypi.org', 'www.pypi.org', 'pypi.python.org', 'files.pythonhosted.org'].includes(uploadUrl.host)
  ) {
    throw new UsageError('SETTINGS_INVALID', {
      message: `${printableUrl(uploadUrl)} is not an address that takes uploads.`,
      hint: `PyPI takes them at ${pypi.uploadUrl.href} (\`--repository pypi\`), TestPyPI at ${testPypi.uploadUrl.href} (\`--repository testpypi\`).`,
    });
  }
  const simpleUrl =
    options.simpleUrl === undefined ? undefined : parseHttpUrl(withSlash(options.simpleUrl), 'simple address');
  return {
    kind: options.local === true ? 'local' : 'other',
    title: uploadUrl.host,
    uploadUrl,
    oidcOrigin: new URL(uploadUrl.origin),
    simpleUrl,
    pagesOrigin: options.local === true ? new URL(uploadUrl.origin) : undefined,
  };
}

/** Whether the index applies PyPI's own rules (local versions, platform tags, …) and matches publishers as PyPI does. */
export function followsPypiRules(index: PackageIndex): boolean {
  return index.kind !== 'other';
}

/** The page of a release for people; `undefined` where the index has no such page. */
export function releasePage(index: PackageIndex, normalizedName: string, version: string): string | undefined {
  if (index.pagesOrigin === undefined || index.kind === 'local') return undefined;
  return new URL(`/project/${normalizedName}/${encodeURIComponent(version)}/`, index.pagesOrigin).href;
}

/** Addresses where a trusted publisher is entered. */
export interface PublisherPages {
  /** For a project that exists; pre-filled with the given values. */
  readonly existingProject: string;
  /** For a project that does not exist yet (a pending publisher). */
  readonly newProject: string;
}

/** @param project normalised name, or a placeholder for people when it is not known */
export function publisherPages(
  index: PackageIndex,
  project: string,
  form: { readonly provider: string; readonly fields: readonly { readonly field: string; readonly value: string }[] },
): PublisherPages | undefined {
  if (index.pagesOrigin === undefined) return undefined;
  const query = new URLSearchParams({ provider: form.provider });
  for (const { field, value } of form.fields) if (value !== '') query.append(field, value);
  const page = `${index.pagesOrigin.origin}/manage/project/${project}/settings/publishing/`;
  return {
    existingProject: `${page}?${query.toString()}`,
    newProject: `${index.pagesOrigin.origin}/manage/account/publishing/`,
  };
}

function parseHttpUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError('SETTINGS_INVALID', {
      message: `The ${what} is not an http(s) URL.`,
      hint: 'Give an absolute address, as in `https://packages.example.org/legacy/`.',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('SETTINGS_INVALID', {
      message: `The ${what} for ${url.host} holds a user name or password.`,
      hint: 'Addresses end up in logs. Take the credentials out of it, and set `TWINE_USERNAME` and `TWINE_PASSWORD` instead.',
    });
  }
  if (!isProtected(url)) throw new InsecureAddressError(url.host);
  return url;
}

function withSlash(text: string): string {
  return text.endsWith('/') ? text : `${text}/`;
}

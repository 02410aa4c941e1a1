import { describe, expect, test } from 'vitest';
import { expectedPublisher } from '../../src/identity/trusted-publisher.ts';
import {
  followsPypiRules,
  indexAtUrl,
  namedIndex,
  publisherPages,
  releasePage,
} from '../../src/package-index/index-url.ts';
import { gitHubClaims } from '../support/identity-tokens.ts';

/** The error of a function that throws. */
function errorOf(action: () => unknown): { code: string; message: string; hint: string } {
  try {
    action();
  } catch (error) {
    return error as { code: string; message: string; hint: string };
  }
  throw new Error('nothing was thrown');
}

/** Addresses as text. */
function addresses(index: ReturnType<typeof namedIndex>) {
  const { kind, title, uploadUrl, oidcOrigin, simpleUrl, pagesOrigin } = index;
  return [kind, title, uploadUrl.href, oidcOrigin.href, simpleUrl?.href, pagesOrigin?.href];
}

describe('a repository name', () => {
  test.each(['pypi', 'PyPI'])('%s is PyPI', (name) => {
    expect(addresses(namedIndex(name))).toEqual([
      'pypi',
      'PyPI',
      'https://upload.pypi.org/legacy/',
      'https://pypi.org/',
      'https://pypi.org/simple/',
      'https://pypi.org/',
    ]);
  });

  test.each(['testpypi', 'TestPyPI'])('%s is TestPyPI', (name) => {
    expect(addresses(namedIndex(name))).toEqual([
      'testpypi',
      'TestPyPI',
      'https://test.pypi.org/legacy/',
      'https://test.pypi.org/',
      'https://test.pypi.org/simple/',
      'https://test.pypi.org/',
    ]);
  });

  test.each([
    ['test', 'testpypi'],
    ['test-pypi', 'testpypi'],
    ['test.pypi.org', 'testpypi'],
    ['tespypi', 'testpypi'],
    ['pypitest', 'testpypi'],
    ['pyp', 'pypi'],
    ['pypi.org', 'pypi'],
    ['my-pypi', 'pypi'],
  ])('%s is unknown, but near %s', (name, near) => {
    expect(errorOf(() => namedIndex(name))).toMatchObject({
      code: 'REPOSITORY_UNKNOWN',
      message: `There is no repository named \`${name}\`.`,
      hint: expect.stringMatching(new RegExp(`^Did you mean \`${near}\`\\? Known names: \`pypi\`, \`testpypi\``)),
    });
  });

  test.each(['corporate', 'constructor', '__proto__', 'private'])('%s is unknown and near to nothing', (name) => {
    expect(errorOf(() => namedIndex(name))).toMatchObject({
      code: 'REPOSITORY_UNKNOWN',
      hint: expect.stringMatching(/^Known names: /),
    });
  });
});

describe('an upload address', () => {
  test.each([
    ['https://upload.pypi.org/legacy/', 'pypi'],
    ['https://upload.pypi.org/legacy', 'pypi'],
    ['HTTPS://UPLOAD.pypi.org:443/legacy/', 'pypi'],
    ['https://test.pypi.org/legacy/', 'testpypi'],
  ])('of PyPI is recognised: %s', (url, kind) => {
    expect(indexAtUrl(url)).toBe(namedIndex(kind));
  });

  test('of another index serves trusted publishing on its own host', () => {
    expect(addresses(indexAtUrl('https://packages.example.org:8443/team/legacy/?x=1'))).toEqual([
      'other',
      'packages.example.org:8443',
      'https://packages.example.org:8443/team/legacy/?x=1',
      'https://packages.example.org:8443/',
      undefined,
      undefined,
    ]);
  });

  test.each(['https://packages.example.org/simple', 'https://packages.example.org/simple/'])(
    'may come with a simple index, whose root ends in a slash: %s',
    (simpleUrl) => {
      const index = indexAtUrl('https://packages.example.org/legacy/', { simpleUrl });
      expect(index.simpleUrl?.href).toBe('https://packages.example.org/simple/');
    },
  );

  test.each(['http://127.0.0.1:8417/legacy/', 'http://localhost/legacy/', 'http://[::1]:1/'])(
    'may be plain http on loopback: %s',
    (url) => {
      expect(indexAtUrl(url)).toMatchObject({ kind: 'other' });
    },
  );

  test('of the embedded index follows PyPI’s rules, as PyPI does and others do not', () => {
    const url = 'http://127.0.0.1:8417/legacy/';
    const indexes = [indexAtUrl(url, { local: true }), namedIndex('pypi'), namedIndex('testpypi'), indexAtUrl(url)];
    expect(indexes.map(followsPypiRules)).toEqual([true, true, true, false]);
  });

  test.each([
    'https://pypi.org/',
    'https://pypi.org/legacy/',
    'https://pypi.org/simple/',
    'https://pypi.org/project/demo/',
    'https://www.pypi.org/legacy/',
    'https://upload.pypi.org/',
    'https://upload.pypi.org/legacy/x',
    'https://upload.pypi.org/simple/',
    'https://test.pypi.org/',
    'https://test.pypi.org/simple/',
    'https://pypi.python.org/pypi',
  ])('of PyPI that takes no uploads is refused with the right ones: %s', (url) => {
    expect(errorOf(() => indexAtUrl(url))).toMatchObject({
      code: 'SETTINGS_INVALID',
      message: `${url} is not an address that takes uploads.`,
      hint: 'PyPI takes them at https://upload.pypi.org/legacy/ (`--repository pypi`), TestPyPI at https://test.pypi.org/legacy/ (`--repository testpypi`).',
    });
  });

  test.each(['', 'pypi', 'upload.pypi.org/legacy/', 'ftp://packages.example.org/', 'file:///tmp', 'https://'])(
    'that is no http(s) URL is refused: %j',
    (url) => {
      expect(errorOf(() => indexAtUrl(url))).toMatchObject({
        code: 'SETTINGS_INVALID',
        message: 'The upload address is not an http(s) URL.',
      });
    },
  );

  test.each([
    'https://user:hunter2@packages.example.org/',
    'https://hunter2@upload.pypi.org/legacy/',
    'https://:hunter2@packages.example.org/',
  ])('with credentials is refused without printing them: %s', (url) => {
    const { code, message, hint } = errorOf(() => indexAtUrl(url));
    expect([code, message]).toEqual([
      'SETTINGS_INVALID',
      expect.stringMatching(/^The upload address for [a-z.]+ holds a user name or password\.$/),
    ]);
    expect(`${message}${hint}`).not.toContain('hunter2');
  });

  test.each(['http://packages.example.org/legacy/', 'http://upload.pypi.org/legacy/'])(
    'of plain http off loopback is refused: %s',
    (url) => {
      expect(errorOf(() => indexAtUrl(url))).toMatchObject({ code: 'ADDRESS_INSECURE' });
    },
  );

  test.each(['http://packages.example.org/simple/', 'https://user:hunter2@packages.example.org/simple/', 'simple'])(
    'comes with no simple index of that kind either: %s',
    (simpleUrl) => {
      const error = errorOf(() => indexAtUrl('https://packages.example.org/legacy/', { simpleUrl }));
      expect(error.code).toMatch(/^(SETTINGS_INVALID|ADDRESS_INSECURE)$/);
      expect(error.message).not.toContain('hunter2');
    },
  );
});

describe('pages for people', () => {
  test('of a release, with the version encoded', () => {
    expect(releasePage(namedIndex('pypi'), 'demo', '1.0+local')).toBe('https://pypi.org/project/demo/1.0%2Blocal/');
    expect(releasePage(namedIndex('testpypi'), 'demo', '1!2.0')).toBe('https://test.pypi.org/project/demo/1!2.0/');
  });

  test('are not made up for other indexes', () => {
    const other = indexAtUrl('https://packages.example.org/legacy/');
    const local = indexAtUrl('http://127.0.0.1:8417/legacy/', { local: true });
    expect([releasePage(other, 'demo', '1.0'), releasePage(local, 'demo', '1.0')]).toEqual([undefined, undefined]);
    expect(publisherPages(other, 'demo', { provider: 'github', fields: [] })).toBeUndefined();
  });

  test('where a publisher is entered are pre-filled, with empty fields left out', () => {
    const publisher = expectedPublisher(gitHubClaims({ environment: undefined }));
    expect(publisher && publisherPages(namedIndex('pypi'), 'demo', publisher)).toEqual({
      existingProject:
        'https://pypi.org/manage/project/demo/settings/publishing/?provider=github&owner=octo&repository=demo&workflow_filename=release.yml',
      newProject: 'https://pypi.org/manage/account/publishing/',
    });
  });

  test('have their values encoded', () => {
    const fields = [{ field: 'environment', value: 'a&b=c d/ü#' }];
    expect(publisherPages(namedIndex('testpypi'), 'demo', { provider: 'github', fields })?.existingProject).toBe(
      'https://test.pypi.org/manage/project/demo/settings/publishing/?provider=github&environment=a%26b%3Dc+d%2F%C3%BC%23',
    );
  });
});

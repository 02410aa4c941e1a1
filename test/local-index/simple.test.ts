import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { sdist, sha256, testIndex, upload, wheel } from './support.ts';

const json = 'application/vnd.pypi.simple.v1+json';

async function indexWithFiles() {
  const { index } = await testIndex({ apiTokens: [new Secret('local')] });
  for (const file of [wheel('alpha', '1.0'), sdist('alpha', '1.0'), sdist('alpha', '0.9'), sdist('alpha', '1.1rc1')]) {
    await upload(index, 'local', file, { set: { requires_python: '>=3.8' } });
  }
  return index;
}

describe('the page of a project', () => {
  test("is JSON 1.4 with versions in order and the project's status", async () => {
    const index = await indexWithFiles();
    const response = await fetch(`${index.simpleUrl}alpha/`, { headers: { accept: json } });
    expect(response.headers.get('content-type')).toBe(json);
    expect(response.headers.get('vary')).toBe('Accept');
    expect(await response.json()).toMatchObject({
      meta: { 'api-version': '1.4' },
      name: 'alpha',
      'project-status': { status: 'active' },
      versions: ['0.9', '1.0', '1.1rc1'],
      files: [
        { filename: 'alpha-0.9.tar.gz', 'core-metadata': false },
        { filename: 'alpha-1.0-py3-none-any.whl', 'core-metadata': { sha256: expect.any(String) } },
        { filename: 'alpha-1.0.tar.gz' },
        { filename: 'alpha-1.1rc1.tar.gz' },
      ],
    });
  });

  test('is HTML with digests and required Python for everything else, never 406', async () => {
    const index = await indexWithFiles();
    for (const accept of [
      'text/html',
      'application/xml',
      'application/vnd.pypi.simple.latest+json',
      `${json};q=0.1, */*`,
    ]) {
      const response = await fetch(`${index.simpleUrl}alpha/`, { headers: { accept } });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8');
      const page = await response.text();
      const digest = sha256(sdist('alpha', '1.0').bytes);
      expect(page).toMatch(new RegExp(`alpha-1.0.tar.gz#sha256=${digest}" data-requires-python="&gt;=3.8"`));
      expect(page).toContain('<meta name="pypi:repository-version" content="1.4">');
    }
  });

  test.each([
    ['/simple/Alpha/', '/simple/alpha/'],
    ['/simple/alpha', '/simple/alpha/'],
    ['/simple/a_l.pha', '/simple/a-l-pha/'],
    ['/simple', '/simple/'],
  ])('%s redirects to %s', async (path, location) => {
    const { index } = await testIndex();
    const response = await fetch(index.url + path, { redirect: 'manual' });
    expect(response.status).toBe(301);
    expect(response.headers.get('location')).toBe(location);
  });

  test('is 404 in plain text for an unknown project, empty for one without files', async () => {
    const { index } = await testIndex();
    const unknown = await fetch(`${index.simpleUrl}nope/`, { headers: { accept: json } });
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get('content-type')).toBe('text/plain; charset=UTF-8');
    expect(await unknown.text()).toBe('404 Not Found');
    const empty = await fetch(`${index.simpleUrl}alpha/`, { headers: { accept: json } });
    expect(await empty.json()).toMatchObject({ versions: [], files: [] });
  });

  test('hides the files of a quarantined project and shows those of an archived one', async () => {
    const index = await indexWithFiles();
    const read = async () =>
      (await (await fetch(`${index.simpleUrl}alpha/`, { headers: { accept: json } })).json()) as object;
    index.control.setLifecycle('alpha', 'quarantined');
    expect(await read()).toMatchObject({ 'project-status': { status: 'quarantined' }, files: [] });
    index.control.setLifecycle('alpha', 'archived-noindex');
    expect(await read()).toMatchObject({ 'project-status': { status: 'archived' }, files: { length: 4 } });
  });
});

test('the list of projects', async () => {
  const { index } = await testIndex();
  index.control.createProject('Zeta.One');
  const response = await fetch(index.simpleUrl, { headers: { accept: json } });
  expect(await response.json()).toMatchObject({ projects: [{ name: 'alpha' }, { name: 'zeta-one' }] });
  expect(await (await fetch(index.simpleUrl)).text()).toContain('<a href="/simple/zeta-one/">zeta-one</a>');
});

test('the JSON API shows the newest stable release, or the one asked for', async () => {
  const index = await indexWithFiles();
  const version = async (path: string) => {
    const body = (await (await fetch(`${index.url}/pypi/${path}`)).json()) as { info?: { version: string } };
    return body.info?.version;
  };
  expect(await version('alpha/json')).toBe('1.0');
  expect(await version('alpha/1.1rc1/json')).toBe('1.1rc1');
  expect(await version('alpha/1.0.0/json')).toBe('1.0');
  expect((await fetch(`${index.url}/pypi/nope/json`)).status).toBe(404);
});

test('unknown files and paths are 404', async () => {
  const index = await indexWithFiles();
  const digest = sha256(sdist('alpha', '1.0').bytes);
  const folder = `${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest.slice(4)}`;
  for (const path of ['/files/', `/files/${folder}/other.tar.gz`, '/files/../state.json', '/nope']) {
    expect((await fetch(index.url + path)).status).toBe(404);
  }
});

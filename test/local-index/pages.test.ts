/** The pages for people, as a browser gets them: what they show, what they never show, and how they are sent. */

import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { LocalIndex } from '../../src/local-index/server.ts';
import { identityToken, mint, mintedToken, releasePublisher, sdist, testIndex, upload, wheel } from './support.ts';

async function page(index: LocalIndex, path: string): Promise<string> {
  const response = await fetch(index.url + path);
  return await response.text();
}

/** GET with a path or host that `fetch` would not send. */
function rawGet(index: LocalIndex, path: string, host?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    request({ host: '127.0.0.1', port: new URL(index.url).port, path, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    })
      .on('error', reject)
      .end();
  });
}

describe('the overview', () => {
  test('shows projects, files with hashes, who uploaded, minted tokens and refusals', async () => {
    const { index, clock } = await testIndex();
    const file = wheel('alpha', '1.0');
    const token = await mintedToken(index);
    await upload(index, token, file);
    await upload(index, token, sdist('other', '1.0'));
    const stranger = index.gitHubEnvironment({ workflowFilename: 'other.yml' });
    await mint(index, await identityToken(stranger));
    const shown = await page(index, '/');
    expect(shown).toContain('embedded index for rehearsals');
    expect(shown).toContain('<a href="/project/alpha/1.0/">1.0</a>');
    expect(shown).toContain(file.filename);
    expect(shown).toMatch(/<dt>SHA-256<\/dt><dd><code>[0-9a-f]{64}<\/code>/);
    expect(shown).toContain('octo/demo/.github/workflows/release.yml@refs/heads/main');
    expect(shown).toContain('invalid-publisher: valid token, but no corresponding publisher');
    expect(shown).toContain('octo/demo/.github/workflows/other.yml@refs/heads/main');
    expect(shown).toContain('Non-user identities cannot create new projects.');
    expect(shown).toContain('<span class="state">valid</span>');
    clock.advance(901);
    expect(await page(index, '/')).toContain('<span class="state idle">expired</span>');
  });

  test('tells when a token was given back, and which files came with an API token', async () => {
    const { index } = await testIndex();
    const token = await mintedToken(index);
    await fetch(`${index.url}/_/oidc/burn-token`, { method: 'POST', body: JSON.stringify({ token }) });
    await upload(index, index.control.createApiToken().reveal(), sdist('alpha', '1.0'));
    const shown = await page(index, '/');
    expect(shown).toContain('<span class="state idle">burned</span>');
    expect(shown).toContain('API token of local');
  });

  test('leaves out requests for pages', async () => {
    const { index } = await testIndex();
    await page(index, '/');
    await page(index, '/project/alpha/');
    await fetch(`${index.url}/_/oidc/audience`);
    const shown = await page(index, '/');
    expect(shown.match(/<code>GET [^<]*/g)).toEqual(['<code>GET /_/oidc/audience']);
  });
});

describe('projects and releases', () => {
  test('have pages under the addresses of PyPI', async () => {
    const { index } = await testIndex();
    const token = await mintedToken(index);
    await upload(index, token, sdist('alpha', '1.0'), { set: { summary: 'What it is' } });
    await upload(index, token, wheel('alpha', '2.0rc1'));
    const project = await page(index, '/project/alpha/');
    expect(project).toContain('<h1>alpha 1.0</h1>');
    expect(project).toContain(`pip install --index-url ${index.url}/simple/ alpha==1.0`);
    expect(project).toContain('What it is');
    expect(project).toContain('/project/alpha/2.0rc1/');
    const release = await page(index, '/project/alpha/2.0.RC1/');
    expect(release).toContain('<h1>alpha 2.0rc1</h1>');
    const [, path = ''] = /href="(\/files\/[^"]+)"/.exec(release) ?? [];
    expect((await fetch(index.url + path)).status).toBe(200);
  });

  test('are found by any spelling of the name, and not when there is none', async () => {
    const { index } = await testIndex();
    const response = await fetch(`${index.url}/project/ALPHA?from=x`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([301, '/project/ALPHA/?from=x']);
    const second = await fetch(`${index.url}/project/ALPHA/1.0/`, { redirect: 'manual' });
    expect([second.status, second.headers.get('location')]).toEqual([301, '/project/alpha/1.0/']);
    expect((await fetch(`${index.url}/project/alpha/1.0/`)).status).toBe(404);
    expect((await fetch(`${index.url}/project/beta/`)).status).toBe(404);
    expect((await fetch(`${index.url}/manage/project/beta/settings/publishing/`)).status).toBe(404);
  });
});

describe('every page', () => {
  const paths = [
    '/',
    '/project/alpha/',
    '/project/alpha/1.0/',
    '/manage/project/alpha/settings/publishing/',
    '/manage/account/publishing/',
    '/project/unknown/',
  ];

  test.for(paths)('is sent without scripts, frames and caching: %s', async (path) => {
    const { index } = await testIndex();
    const { headers } = await fetch(index.url + path);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(headers.get('content-security-policy')).not.toContain('script-src');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toBe('text/html; charset=UTF-8');
    expect(await rawGet(index, path, 'index.example')).toBe(403);
    expect(await rawGet(index, path, 'localhost')).not.toBe(403);
    expect((await fetch(index.url + path, { method: 'HEAD' })).headers.get('x-frame-options')).toBe('DENY');
    expect((await fetch(index.url + path, { method: 'PUT', body: 'x' })).status).toBeGreaterThanOrEqual(403);
  });

  test('escapes what came from outside', async () => {
    const hostile = `<img src=x onerror=alert(1)>"'&`;
    const { index } = await testIndex({
      publishers: [releasePublisher, { ...releasePublisher, environment: hostile, projects: ['alpha'] }],
    });
    const token = await mintedToken(index);
    await upload(index, token, sdist('alpha', '1.0'), { set: { summary: hostile, author: hostile } });
    await upload(index, token, sdist('alpha', '1.1'), { filename: `<b>${hostile}.tar.gz` });
    await mint(index, await identityToken(index.gitHubEnvironment({ environment: hostile, ref: hostile })));
    await rawGet(index, `/simple/${hostile.replaceAll(' ', '/')}/`);
    await rawGet(index, '/project/<script>/');
    const query = new URLSearchParams({ provider: 'github', owner: hostile, environment: hostile });
    const manage = '/manage/project/alpha/settings/publishing/';
    for (const path of [...paths, `${manage}?${query}`, `/project/${encodeURIComponent(hostile)}/`]) {
      const shown = await page(index, path);
      expect(shown, path).not.toMatch(/<img|<script|<b>[^p]/);
    }
    expect(await page(index, `${manage}?${query}`)).toContain(
      'value="&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;&amp;"',
    );
    expect(await page(index, '/')).toContain('&lt;b&gt;&lt;img');
  });

  test('holds no token, no part of one and no request token', async () => {
    const { index } = await testIndex({ openProjects: true });
    const job = index.gitHubEnvironment();
    const identity = await identityToken(job);
    const token = (await mint(index, identity)).body.token ?? '';
    const apiToken = index.control.createApiToken().reveal();
    await mint(index, identity);
    await upload(index, token, sdist('alpha', '1.0'));
    await upload(index, apiToken, wheel('alpha', '1.0'));
    await upload(index, token, sdist('alpha', '1.1'), { authorization: token });
    await upload(index, `${token}x`, sdist('alpha', '1.1'));
    await fetch(`${index.simpleUrl}?token=${token}`);
    const inside = [token, apiToken].flatMap((text) => {
      const bytes = Buffer.from(text.replace('pypi-', ''), 'base64url').toString('latin1');
      return bytes.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [];
    });
    expect(inside.length).toBeGreaterThan(2);
    const jti = (JSON.parse(Buffer.from(identity.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }).jti;
    const secrets = [
      ...identity.split('.'),
      jti,
      token,
      token.slice(5, 45),
      token.slice(-40),
      apiToken.slice(-40),
      Buffer.from(`__token__:${token}`).toString('base64').slice(0, 40),
      job['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '',
      ...inside,
    ];
    for (const path of paths) {
      const shown = await page(index, path);
      for (const secret of secrets) {
        expect(secret.length).toBeGreaterThan(20);
        expect(shown, path).not.toContain(secret);
      }
    }
  });
});

test('other paths stay as they are', async () => {
  const { index } = await testIndex();
  for (const path of [
    '/manage/',
    '/manage/projects/',
    '/project/',
    '/project/alpha/1.0/x/',
    '/favicon.ico',
    '/other',
  ]) {
    const response = await fetch(index.url + path);
    expect([path, response.status]).toEqual([path, 404]);
    expect(await response.text()).toContain('<h1>404 Not Found</h1>');
  }
});

test('the audience and a refused exchange say where the pages are, in a header', async () => {
  const { index } = await testIndex();
  const audience = await fetch(`${index.url}/_/oidc/audience`);
  expect(audience.headers.get('link')).toBe('</>; rel="trusted-publisher-pages"');
  expect(await audience.json()).toEqual({ audience: 'pypi' });
  const refused = await fetch(`${index.url}/_/oidc/mint-token`, { method: 'POST', body: '{"token": "x"}' });
  expect(refused.headers.get('link')).toBe('</>; rel="trusted-publisher-pages"');
});

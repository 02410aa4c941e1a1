import { describe, expect, test } from 'vitest';
import { fetchProjectFiles } from '../../src/package-index/simple-api.ts';
import { html, type ScriptedAnswer, startServer, testClient } from '../support/http-server.ts';

const sha256 = 'ab'.repeat(32);

async function fetchWith(name: string, ...answers: readonly ScriptedAnswer[]) {
  const server = await startServer(...answers);
  const result = await fetchProjectFiles(testClient(), new URL('/simple/', server.url), name).catch((error) => error);
  const files = Array.isArray(result) ? result.map((file) => ({ ...file, url: file.url.href })) : result;
  return { files, requests: server.requests, origin: server.url.origin, host: server.url.host };
}

function pep691(body: unknown): ScriptedAnswer {
  return { headers: { 'content-type': 'application/vnd.pypi.simple.v1+json' }, body: JSON.stringify(body) };
}

test('the files are asked for in JSON first, past any cache, without credentials', async () => {
  const { requests } = await fetchWith('demo', pep691({ files: [] }));
  expect(requests).toMatchObject([
    {
      method: 'GET',
      target: '/simple/demo/',
      headers: {
        accept: 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1',
        'cache-control': 'no-cache',
      },
    },
  ]);
  expect(requests[0]?.headers).not.toHaveProperty('authorization');
});

test('a name cannot lead elsewhere', async () => {
  const { requests } = await fetchWith('../admin?x#y', pep691({ files: [] }));
  expect(requests[0]?.target).toBe('/simple/..%2Fadmin%3Fx%23y/');
});

describe('JSON', () => {
  test('has names, absolute addresses and digests', async () => {
    const { files, origin } = await fetchWith(
      'demo',
      pep691({
        meta: { 'api-version': '1.4' },
        name: 'demo',
        files: [
          {
            filename: 'demo-1.0.tar.gz',
            url: 'https://files.example/demo-1.0.tar.gz',
            hashes: { sha256: sha256.toUpperCase() },
          },
          { filename: 'demo-2.0.tar.gz', url: '../../files/demo-2.0.tar.gz', hashes: { md5: 'x' }, yanked: 'bad' },
        ],
      }),
    );
    expect(files).toEqual([
      { filename: 'demo-1.0.tar.gz', url: 'https://files.example/demo-1.0.tar.gz', sha256 },
      { filename: 'demo-2.0.tar.gz', url: `${origin}/files/demo-2.0.tar.gz`, sha256: undefined },
    ]);
  });

  test('leaves out a file whose address is none', async () => {
    const { files } = await fetchWith('demo', pep691({ files: [{ filename: 'x', url: 'http://[', hashes: {} }] }));
    expect(files).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['the list of projects', { meta: {}, projects: [] }],
    ['files without digests', { files: [{ filename: 'x', url: 'x' }] }],
    ['a list', []],
    ['null', null],
  ])('that is something else is an error: %s', async (_, body) => {
    const { files, host } = await fetchWith('demo', pep691(body));
    expect(files).toMatchObject({
      code: 'BODY_UNEXPECTED',
      message: `${host} answered with JSON that is no list of files.`,
    });
  });

  test('that is cut off is an error', async () => {
    const { files } = await fetchWith('demo', { headers: { 'content-type': 'application/json' }, body: '{"files":[' });
    expect(files).toMatchObject({ code: 'BODY_UNEXPECTED' });
  });
});

test('a page is read where the index has no JSON', async () => {
  const { files, origin } = await fetchWith(
    'demo',
    html(`<!DOCTYPE html><html><body>
      <a href="https://files.example/a?x=1&amp;y=2#sha256=${sha256.toUpperCase()}" data-requires-python="&gt;=3">demo-1.0.tar.gz</a>
      <A class='x' HREF='../../files/demo-2.0.tar.gz'> demo-2.0.tar.gz </A>
      <a href="/files/demo-3.0.tar.gz#md5=abc">demo-3.0.tar.gz</a>
      <a href="/files/demo-4.0.tar.gz#sha256=abc">demo-4.0.tar.gz</a>
      <a name="x">no link</a> <a href="http://[">no address</a>
    </body></html>`),
  );
  expect(files).toEqual([
    { filename: 'demo-1.0.tar.gz', url: 'https://files.example/a?x=1&y=2', sha256 },
    { filename: 'demo-2.0.tar.gz', url: `${origin}/files/demo-2.0.tar.gz`, sha256: undefined },
    { filename: 'demo-3.0.tar.gz', url: `${origin}/files/demo-3.0.tar.gz`, sha256: undefined },
    { filename: 'demo-4.0.tar.gz', url: `${origin}/files/demo-4.0.tar.gz`, sha256: undefined },
  ]);
});

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])('are followed, as no credentials are sent: %i', async (status) => {
    const { files, requests, origin } = await fetchWith(
      'demo',
      { status, headers: { location: '../other/demo/' } },
      pep691({ files: [{ filename: 'a', url: 'a', hashes: {} }] }),
    );
    expect(requests.map(({ target }) => target)).toEqual(['/simple/demo/', '/simple/other/demo/']);
    expect(files).toEqual([{ filename: 'a', url: `${origin}/simple/other/demo/a`, sha256: undefined }]);
  });

  test('in a circle end', async () => {
    const { files, requests } = await fetchWith('demo', { status: 301, headers: { location: '/simple/demo/' } });
    expect(files).toMatchObject({ code: 'STATUS_REFUSED', status: 301 });
    expect(requests).toHaveLength(6);
  });

  test.each([
    ['no address', {}],
    ['an address that is none', { location: 'http://[' }],
  ])('with %s are refused', async (_, headers) => {
    const { files, requests } = await fetchWith('demo', { status: 302, headers });
    expect(files).toMatchObject({ code: 'STATUS_REFUSED', status: 302 });
    expect(requests).toHaveLength(1);
  });

  test('do not lead to plain http off loopback', async () => {
    const { files } = await fetchWith('demo', { status: 302, headers: { location: 'http://192.0.2.1/simple/demo/' } });
    expect(files).toMatchObject({ code: 'ADDRESS_INSECURE' });
  });
});

test('a project that the index does not know is undefined', async () => {
  const { files } = await fetchWith('demo', html('<title>404</title>', 404));
  expect(files).toBeUndefined();
});

test.each([401, 403, 410, 500])('a refusal with %i shows the words of the index', async (status) => {
  const { files, host } = await fetchWith('demo', html(`<title>${status} Not for you</title>`, status));
  expect(files).toMatchObject({
    code: 'STATUS_REFUSED',
    status,
    message: `${host} does not list the files of demo: ${status} Not for you`,
  });
});

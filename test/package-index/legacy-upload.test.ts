import { describe, expect, test } from 'vitest';
import { indexAtUrl } from '../../src/package-index/index-url.ts';
import { legacyUploadTarget, type UploadRequest } from '../../src/package-index/legacy-upload.ts';
import { Secret } from '../../src/secret.ts';
import { writeTo } from '../support/distributions.ts';
import { html, json, type ScriptedAnswer, startServer, testClient } from '../support/http-server.ts';

async function send(answer: ScriptedAnswer, options: { username?: string; more?: Partial<UploadRequest> } = {}) {
  const server = await startServer(answer);
  const path = await writeTo({ filename: 'demo-1.0.tar.gz' }, 'BYTES');
  const target = legacyUploadTarget(testClient(), indexAtUrl(`${server.url.origin}/legacy/`));
  const credentials = { username: options.username ?? '__token__', password: new Secret('api-token') };
  const result = await target.send(credentials, {
    fields: [
      ['name', 'demo'],
      ['version', '1.0'],
      ['classifiers', 'A'],
      ['classifiers', 'B'],
    ],
    path,
    filename: 'demo-1.0.tar.gz',
    sizeBytes: 5,
    ...options.more,
  });
  return { result, request: server.requests[0], count: server.requests.length };
}

describe('the request', () => {
  test('has the action first, the given fields in their order, and the file last', async () => {
    const { request, count } = await send({});
    expect(count).toBe(1);
    expect(
      [...(request?.body ?? '').matchAll(/form-data; (.*)\r\n(?:Content-Type.*\r\n)?\r\n(.*)\r\n/g)].map(
        ([, ...part]) => part,
      ),
    ).toEqual([
      ['name=":action"', 'file_upload'],
      ['name="protocol_version"', '1'],
      ['name="name"', 'demo'],
      ['name="version"', '1.0'],
      ['name="classifiers"', 'A'],
      ['name="classifiers"', 'B'],
      ['name="content"; filename="demo-1.0.tar.gz"', 'BYTES'],
    ]);
  });

  test('goes to the upload address as an authorised form of known length', async () => {
    const { request } = await send({});
    expect(request).toMatchObject({
      method: 'POST',
      target: '/legacy/',
      headers: {
        // Exactly this: with a parameter PyPI would answer with a page.
        accept: 'application/json',
        authorization: `Basic ${Buffer.from('__token__:api-token').toString('base64')}`,
        'content-type': expect.stringMatching(/^multipart\/form-data; boundary=[\w-]+$/),
        'content-length': String(request?.body.length),
      },
    });
  });

  test('may carry user and password of another index, also beyond ASCII', async () => {
    const { request } = await send({}, { username: 'jürgen' });
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('jürgen:api-token').toString('base64')}`);
  });

  test('tells its progress', async () => {
    const sent: number[] = [];
    await send({}, { more: { onSent: (bytes) => sent.push(bytes) } });
    expect(sent).toEqual([5]);
  });
});

describe('accepted', () => {
  test.each<[string, ScriptedAnswer, number]>([
    ['PyPI’s answer', json({ message: '\n\n\n\n\n', code: '200 OK', title: 'OK' }), 200],
    ['empty', {}, 200],
    ['empty, called a page', html(''), 200],
    ['JSON', json({ ok: true }), 200],
    ['plain text', { headers: { 'content-type': 'text/plain' }, body: 'OK' }, 200],
    ['created', json({}, 201), 201],
    ['no content', { status: 204 }, 204],
  ])('%s', async (_, answer, status) => {
    expect((await send(answer)).result).toEqual({ kind: 'accepted', status });
  });
});

describe('refused', () => {
  test.each<[string, ScriptedAnswer, { status: number; explanation: string; foreign: string | undefined }]>([
    [
      'with PyPI’s JSON',
      json({ message: 'The server could not comply', code: '400 File already exists (x)', title: 'Bad Request' }, 400),
      { status: 400, explanation: 'File already exists (x)', foreign: undefined },
    ],
    [
      'with text',
      {
        status: 403,
        headers: { 'content-type': 'text/plain' },
        body: '403 Invalid API Token: token is expired\n\nmore',
      },
      { status: 403, explanation: 'Invalid API Token: token is expired', foreign: undefined },
    ],
    [
      'with a page',
      html('<html><head><title>400 Only one sdist may be uploaded per release.</title></head></html>', 400),
      { status: 400, explanation: 'Only one sdist may be uploaded per release.', foreign: 'html' },
    ],
    [
      'by a login page',
      html('<!DOCTYPE html><title>Sign in</title>'),
      { status: 200, explanation: 'Sign in', foreign: 'html' },
    ],
    [
      'by a page that calls itself text',
      { headers: { 'content-type': 'text/plain' }, body: '\n <html><h1>Welcome</h1>' },
      { status: 200, explanation: 'Welcome', foreign: 'html' },
    ],
    ['by 302', { status: 302, headers: { location: '/login' } }, { status: 302, explanation: '', foreign: 'redirect' }],
    ['by 304', { status: 304 }, { status: 304, explanation: '', foreign: 'redirect' }],
    [
      'by 308',
      { status: 308, headers: { location: '/legacy/' } },
      { status: 308, explanation: '', foreign: 'redirect' },
    ],
    ['by 500 and nothing', { status: 500 }, { status: 500, explanation: '', foreign: undefined }],
    [
      'by a status that HTTP does not have',
      { status: 600 },
      { status: 600, explanation: '', foreign: 'unexpected-body' },
    ],
  ])('%s', async (_, answer, wanted) => {
    const { result, count } = await send(answer);
    expect(result).toMatchObject({ kind: 'refused', ...wanted });
    expect(count).toBe(1);
  });

  test('with the headers, which may say how long to wait', async () => {
    const { result } = await send({ status: 503, headers: { 'Retry-After': '30' } });
    expect(result).toMatchObject({ headers: { 'retry-after': '30' } });
  });
});

import { createServer as createPlainServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { selfSigned } from '../support/certificate.ts';
import { deadUrl, listen, testClient } from '../support/http-server.ts';

const host = 'index.test';

/** An https server for `index.test`, and its certificate. */
async function startTlsServer(answer: RequestListener = (_, response) => response.end('hello')) {
  const { cert, key } = selfSigned(host);
  const server = createServer({ cert, key }, answer);
  const { port } = await listen(server);
  onTestFinished(() => server.closeAllConnections());
  return { cert, port: Number(port) };
}

/** A proxy that leads every tunnel to one port, or refuses it. */
async function startProxy(target: number | 'refuses') {
  const tunnels: { target: string; authorization: string | undefined }[] = [];
  const others: string[] = [];
  const server = createPlainServer((request, response) => {
    others.push(request.url ?? '');
    response.end('from the proxy');
  });
  server.on('connect', (request, socket) => {
    tunnels.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    socket.on('error', () => {});
    if (target === 'refuses') {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const onward = connect(target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    onTestFinished(() => {
      onward.destroy();
      socket.destroy();
    });
  });
  const url = await listen(server);
  return { url, tunnels, others };
}

test('an https host goes through the tunnel of the proxy, end to end encrypted', async () => {
  const seen: (string | undefined)[] = [];
  const { cert, port } = await startTlsServer((request, response) => {
    seen.push(request.headers.authorization, request.headers['proxy-authorization'] as string | undefined);
    response.end('hello');
  });
  const proxy = await startProxy(port);
  proxy.url.username = 'user';
  proxy.url.password = 'pass';
  const client = testClient({ extraCertificates: cert, proxies: { https: proxy.url.href } });
  const request = {
    method: 'GET',
    url: new URL(`https://${host}/path`),
    authorization: new Secret('Bearer x'),
  } as const;
  expect(await client.request(request)).toMatchObject({ status: 200, body: 'hello' });
  expect(seen).toEqual(['Bearer x', undefined]);
  expect(proxy.tunnels).toEqual([
    { target: `${host}:443`, authorization: `Basic ${Buffer.from('user:pass').toString('base64')}` },
  ]);
  expect(proxy.others).toEqual([]);
});

test('a proxy without a scheme is an http proxy', async () => {
  const { cert, port } = await startTlsServer();
  const proxy = await startProxy(port);
  const client = testClient({ extraCertificates: cert, proxies: { https: proxy.url.host } });
  expect(await client.request({ method: 'GET', url: new URL(`https://${host}/`) })).toMatchObject({ body: 'hello' });
  expect(proxy.tunnels).toHaveLength(1);
});

test('a certificate that nobody vouches for is not accepted, and trying again is no use', async () => {
  const { port } = await startTlsServer();
  const proxy = await startProxy(port);
  const client = testClient({ proxies: { https: proxy.url.href } });
  const body = new Secret('{}');
  await expect(client.request({ method: 'POST', url: new URL(`https://${host}/`), body })).rejects.toMatchObject({
    code: 'TRANSPORT_FAILED',
    problem: 'certificate',
    stage: 'connecting',
    transient: false,
    message: `No answer from ${host}: its certificate was not accepted (DEPTH_ZERO_SELF_SIGNED_CERT).`,
    hint: expect.stringContaining('--ca-cert'),
  });
});

test('a trusted certificate for another name is not accepted', async () => {
  const { cert, port } = await startTlsServer();
  const proxy = await startProxy(port);
  const client = testClient({ extraCertificates: cert, proxies: { https: proxy.url.href } });
  await expect(client.request({ method: 'GET', url: new URL('https://other.test/') })).rejects.toMatchObject({
    problem: 'certificate',
  });
});

test('a proxy that refuses the tunnel is named as the cause, without its password', async () => {
  const proxy = await startProxy('refuses');
  proxy.url.username = 'user';
  proxy.url.password = 'hunter2';
  const client = testClient({ proxies: { https: proxy.url.href } });
  const error = await client.request({ method: 'GET', url: new URL(`https://${host}/`) }).catch((thrown) => thrown);
  expect(error).toMatchObject({
    problem: 'proxy',
    stage: 'connecting',
    message: `No answer from ${host}: the proxy did not let the request through (407).`,
    hint: expect.stringContaining('HTTPS_PROXY'),
  });
  expect(`${error.message}${error.hint}${error.stack}${JSON.stringify(error)}`).not.toContain('hunter2');
});

test.each(['http://', 'ftp://proxy.example.org', 'http://user:hunter2@:3128'])(
  'a proxy address that is none is an error of the settings: %s',
  async (https) => {
    const client = testClient({ proxies: { https } });
    const error = await client.request({ method: 'GET', url: new URL(`https://${host}/`) }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'SETTINGS_INVALID' });
    expect(`${error.message}${error.hint}`).not.toContain('hunter2');
  },
);

describe('loopback is never proxied', () => {
  test.each(['127.0.0.1', 'localhost'])('%s', async (name) => {
    const proxy = await startProxy('refuses');
    const server = createPlainServer((_, response) => response.end('direct'));
    await new Promise<void>((resolve) => server.listen(0, name, resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const client = testClient({ proxies: { https: proxy.url.href, except: undefined } });
    expect(await client.request({ method: 'GET', url: new URL(`http://${name}:${port}/`) })).toMatchObject({
      body: 'direct',
    });
    expect([...proxy.tunnels, ...proxy.others]).toEqual([]);
  });

  test('any other address of 127.0.0.0/8, answered or not', async () => {
    const proxy = await startProxy('refuses');
    const timeouts = { connectMs: 300, noProgressMs: 300, answerMs: 300 };
    const client = testClient({ timeouts, proxies: { https: proxy.url.href } });
    const url = await deadUrl();
    url.hostname = '127.0.0.2';
    await expect(client.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'TRANSPORT_FAILED' });
    expect([...proxy.tunnels, ...proxy.others]).toEqual([]);
  });
});

describe('hosts that are excepted are reached without the proxy', () => {
  // The name does not resolve: whoever goes straight fails, and the proxy sees nothing.
  test.each(['*', 'index.invalid', '.invalid', 'other.example, index.invalid', 'other.example,*'])(
    '%s',
    async (except) => {
      const proxy = await startProxy('refuses');
      const client = testClient({ proxies: { https: proxy.url.href, except } });
      await expect(client.request({ method: 'GET', url: new URL('https://index.invalid/') })).rejects.toMatchObject({
        code: 'TRANSPORT_FAILED',
        problem: expect.not.stringMatching('proxy'),
      });
      expect(proxy.tunnels).toEqual([]);
    },
  );

  test('and others are not', async () => {
    const proxy = await startProxy('refuses');
    const client = testClient({ proxies: { https: proxy.url.href, except: 'other.invalid' } });
    await expect(client.request({ method: 'GET', url: new URL('https://index.invalid/') })).rejects.toMatchObject({
      problem: 'proxy',
    });
  });
});

test('a proxy that is not there', async () => {
  const client = testClient({ proxies: { https: (await deadUrl()).href } });
  await expect(client.request({ method: 'GET', url: new URL(`https://${host}/`) })).rejects.toMatchObject({
    problem: 'refused',
    stage: 'connecting',
  });
});

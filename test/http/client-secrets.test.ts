import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { HttpRequest } from '../../src/http/client.ts';
import { Secret } from '../../src/secret.ts';
import { deadUrl, html, listen, startServer, testClient } from '../support/http-server.ts';

const secrets = ['s3cret-authorization', 's3cret-body', 's3cret-query', 's3cret-user', 's3cret-password'];

/** A request that carries a secret wherever one fits. */
function secretRequest(base: URL): HttpRequest {
  const url = new URL('/path?token=s3cret-query', base);
  url.username = 's3cret-user';
  url.password = 's3cret-password';
  return {
    method: 'POST',
    url,
    authorization: new Secret('Bearer s3cret-authorization'),
    body: new Secret('{"token":"s3cret-body"}'),
  };
}

/** All that an error shows, by whatever way it is printed. */
function everythingShown(error: unknown): string {
  const texts: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    texts.push(String(current), current.stack ?? '', JSON.stringify(current), JSON.stringify({ ...current }));
    texts.push(inspect(current, { depth: 10, showHidden: true }));
    texts.push(...Object.values(current).map(String));
  }
  return texts.join('\n');
}

/** Answers with the request itself, as broken HTTP. */
async function startEcho(): Promise<URL> {
  return listen(
    createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => socket.end(data));
    }),
  );
}

test.each<[string, () => Promise<URL>]>([
  ['nothing listens', deadUrl],
  ['a plain http address off loopback', async () => new URL('http://192.0.2.1/')],
  ['an unknown host', async () => new URL('https://index.invalid/')],
  ['the request comes back as an answer', startEcho],
  ['the connection is closed', async () => (await startServer((response) => response.destroy())).url],
  ['a timeout', async () => (await startServer(() => {})).url],
  [
    'an answer that is too large and repeats the request',
    async () => (await startServer((response, { body }) => response.end(body.padEnd(2_000_000)))).url,
  ],
  [
    'a body in an unknown compression that repeats the request',
    async () => {
      const server = await startServer((response, { headers, body }) => {
        response.writeHead(200, { 'content-encoding': 'zstd' });
        response.end(`${headers.authorization} ${body}`);
      });
      return server.url;
    },
  ],
])('no secret is in the error when %s', async (_, address) => {
  const client = testClient({ timeouts: { connectMs: 2_000, noProgressMs: 300, answerMs: 300 } });
  const error: unknown = await client.request(secretRequest(await address())).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).toHaveProperty('code', expect.stringMatching(/^(TRANSPORT_FAILED|BODY_UNEXPECTED|ADDRESS_INSECURE)$/));
  const shown = everythingShown(error);
  expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
});

test('what is told of a request holds no secret either', async () => {
  const lines: string[] = [];
  const server = await startServer(html('hello'));
  const client = testClient({ onRequest: (line) => lines.push(line) });
  await client.request(secretRequest(server.url));
  expect(lines).toHaveLength(1);
  expect(secrets.filter((secret) => lines.join().includes(secret))).toEqual([]);
});

test('user and password of the address are not sent', async () => {
  const server = await startServer();
  const request = secretRequest(server.url);
  await testClient().request({ method: 'GET', url: request.url });
  expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
});

/** A real HTTP server on a free loopback port: it answers by a script and keeps every request. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { onTestFinished } from 'vitest';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../src/http/client.ts';

export interface RecordedRequest {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type ScriptedAnswer =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  /** Answers by itself, or does not. */
  | ((response: ServerResponse, request: RecordedRequest) => void);

export interface TestServer {
  readonly url: URL;
  readonly requests: readonly RecordedRequest[];
}

/** A JSON answer. */
export function json(body: unknown, status = 200): ScriptedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** An HTML answer. */
export function html(body: string, status = 200): ScriptedAnswer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** The first request gets the first answer, and so on; the last answer is repeated. Closed when the test ends. */
export async function startServer(...answers: readonly ScriptedAnswer[]): Promise<TestServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const recorded = { method, target: url, headers, body: Buffer.concat(chunks).toString('utf8') };
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? {};
      requests.push(recorded);
      if (typeof answer === 'function') {
        answer(response, recorded);
        return;
      }
      response.writeHead(answer.status ?? 200, answer.headers);
      response.end(answer.body);
    });
  });
  onTestFinished(() => server.closeAllConnections());
  return { url: await listen(server), requests };
}

/** Listen on a free loopback port until the test ends. */
export async function listen(server: Server): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

/** A client, closed when the test ends. */
export function testClient(options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = createHttpClient({ userAgent: 'test', ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A loopback address at which nothing listens. */
export async function deadUrl(): Promise<URL> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

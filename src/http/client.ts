/**
 * The one door to the network (undici, HTTP/1.1 only). Knows nothing of PyPI: it sends one request, enforces time
 * limits, answer sizes and the rule that secrets travel over https (or loopback), and never follows a redirect.
 *
 * HTTP/2 stays off on purpose: with its default window an upload over a 50 ms line takes forty times as long.
 */

import type { Readable } from 'node:stream';
import { PypiOidcError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { BodyError, InsecureAddressError, TransportError, type TransportStage, transportError } from './http-error.ts';
import { openRoutes, type RouteOptions, type Routes } from './routes.ts';
import { Watch } from './watch.ts';

/** A body that can be sent again from its start; `open` is called once for each attempt. */
export interface RequestBody {
  readonly contentType: string;
  readonly sizeBytes: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole value of the Authorization header. */
  readonly authorization?: Secret;
  /** A JSON document that holds a secret, or a body of known size. */
  readonly body?: Secret | RequestBody;
  /** Limit of the answer's body in bytes; default 1 MiB. */
  readonly maxAnswerBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; of a repeated header the values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer whose body is read as it arrives. */
export interface StreamedResponse extends Omit<HttpResponse, 'body'> {
  readonly body: AsyncIterable<Uint8Array>;
}

/** @throws {TransportError | BodyError | InsecureAddressError} never for a status: every status is an answer. */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
  /** As `request`, for large answers; no size limit. */
  stream(request: HttpRequest): Promise<StreamedResponse>;
  /** Close idle connections, so that the process can end. */
  close(): Promise<void>;
}

/** All in milliseconds. */
export interface HttpTimeouts {
  readonly connectMs: number;
  /** Longest silence while sending the body or reading the answer. */
  readonly noProgressMs: number;
  /** Longest wait for the answer after the whole request was sent. PyPI's own limit is 240 s. */
  readonly answerMs: number;
}

export const defaultTimeouts: HttpTimeouts = { connectMs: 15_000, noProgressMs: 60_000, answerMs: 300_000 };

export interface HttpClientOptions extends RouteOptions {
  readonly userAgent: string;
  readonly timeouts?: HttpTimeouts;
  /** Told of each request as it starts, without secrets; for `--verbose`. */
  readonly onRequest?: (line: string) => void;
}

const defaultMaxAnswerBytes = 1024 * 1024;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const timeouts = options.timeouts ?? defaultTimeouts;
  // The promise is kept, not its value: two first requests at once must share their connections.
  let routes: Promise<Routes> | undefined;

  async function stream(request: HttpRequest): Promise<StreamedResponse> {
    if (!isProtected(request.url)) throw new InsecureAddressError(request.url.host);
    routes ??= openRoutes({ ...options, connectMs: timeouts.connectMs });
    const { direct, proxied } = await routes;
    const dispatcher = proxied === undefined || isLoopback(request.url.hostname) ? direct : proxied;
    options.onRequest?.(`${request.method} ${printableUrl(request.url)}`);
    const watch = new Watch(request.signal);
    let stage: TransportStage = 'connecting';
    const failed = (cause: unknown): Error => {
      watch.stop();
      // Among them those of a body that could not be read: a file that changed on disk.
      if (cause instanceof PypiOidcError) return cause;
      if (watch.expired !== undefined) {
        const detail = `${watch.expired.what} for ${watch.expired.limitMs / 1000} s`;
        return new TransportError({ host: request.url.host, problem: 'timeout', stage, detail });
      }
      return transportError(cause, request.url.host, stage);
    };
    try {
      // The connection's own limit ends a silence before this; it matters when the connection was kept.
      watch.expect('no answer', timeouts.connectMs + timeouts.answerMs);
      const answer = await dispatcher.request({
        origin: request.url.origin,
        path: `${request.url.pathname}${request.url.search}`,
        method: request.method,
        headers: requestHeaders(request, options.userAgent),
        body: sendBody(request.body, (next) => {
          stage = next;
          if (next === 'sending') watch.expect('no progress while sending', timeouts.noProgressMs);
          else watch.expect('no answer', timeouts.answerMs);
        }),
        signal: watch.signal,
        // Our own watch covers these; undici's would end a long upload that is making progress.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      stage = 'after-sending';
      watch.expect('no progress while reading the answer', timeouts.noProgressMs);
      return {
        status: answer.statusCode,
        headers: flatHeaders(answer.headers),
        body: readBody(answer.body, watch, failed, timeouts.noProgressMs),
      };
    } catch (cause) {
      throw failed(cause);
    }
  }

  async function request(sent: HttpRequest): Promise<HttpResponse> {
    const answer = await stream(sent);
    const limit = sent.maxAnswerBytes ?? defaultMaxAnswerBytes;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size > limit) {
        throw new BodyError('BODY_UNEXPECTED', {
          message: `The answer of ${sent.url.host} is larger than ${limit} bytes.`,
          hint: 'That is not what this service answers: check the address.',
        });
      }
      chunks.push(chunk);
    }
    return {
      ...answer,
      body: await decodeBody(Buffer.concat(chunks), answer.headers['content-encoding'], limit, sent.url),
    };
  }

  return {
    request,
    stream,
    close: async () => {
      const opened = await routes?.catch(() => undefined);
      await Promise.all([opened?.direct.destroy(), opened?.proxied?.destroy()]);
    },
  };
}

/** https everywhere; plain http on loopback only. */
export function isProtected(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** The URL without user, password and query, which may hold secrets. */
export function printableUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function requestHeaders(request: HttpRequest, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = {
    'user-agent': userAgent,
    'accept-encoding': 'identity',
    ...request.headers,
  };
  if (request.authorization !== undefined) headers['authorization'] = request.authorization.reveal();
  const { body } = request;
  if (body !== undefined) headers['content-type'] = isStreamed(body) ? body.contentType : 'application/json';
  if (body !== undefined && isStreamed(body)) headers['content-length'] = String(body.sizeBytes);
  return headers;
}

function isStreamed(body: Secret | RequestBody): body is RequestBody {
  return 'open' in body;
}

function sendBody(
  body: Secret | RequestBody | undefined,
  at: (stage: TransportStage) => void,
): string | Readable | null {
  if (body === undefined) return null;
  // undici takes any async iterable, and waits for the socket before it asks for the next chunk (a Readable would read
  // ahead and break the reuse of buffers); its types name only Readable.
  if (isStreamed(body)) return watchedBody(body, at) as unknown as Readable;
  // From here on the server may have it; there is no finer knowledge for a small body.
  at('after-sending');
  return body.reveal();
}

async function* watchedBody(body: RequestBody, at: (stage: TransportStage) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body.open()) {
    at('sending');
    yield chunk;
  }
  at('after-sending');
}

async function* readBody(
  body: AsyncIterable<Uint8Array>,
  watch: Watch,
  failed: (cause: unknown) => Error,
  noProgressMs: number,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      watch.expect('no progress while reading the answer', noProgressMs);
      yield chunk;
    }
  } catch (cause) {
    throw failed(cause);
  } finally {
    watch.stop();
  }
}

async function decodeBody(bytes: Buffer, encoding: string | undefined, limit: number, url: URL): Promise<string> {
  if (encoding === undefined || encoding === 'identity' || bytes.length === 0) return bytes.toString('utf8');
  const { gunzipSync, brotliDecompressSync, inflateSync } = await import('node:zlib');
  const decoders: Readonly<Record<string, (data: Buffer, options: { maxOutputLength: number }) => Buffer>> = {
    gzip: gunzipSync,
    'x-gzip': gunzipSync,
    br: brotliDecompressSync,
    deflate: inflateSync,
  };
  try {
    const decoder = decoders[encoding.trim().toLowerCase()];
    if (decoder !== undefined) return decoder(bytes, { maxOutputLength: limit }).toString('utf8');
  } catch {
    // Falls through to the one error for bodies that cannot be read.
  }
  throw new BodyError('BODY_UNEXPECTED', {
    message: `The answer of ${url.host} is compressed in a way that cannot be read.`,
    hint: 'Check the address and any proxy on the way; no compression was asked for.',
  });
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

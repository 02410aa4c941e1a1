/** Bodies on the wire: counting and slowing down what comes in, writing what goes out, whole or not. */

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answers.ts';

/** How bodies travel; a fault may make it slow. */
export interface Line {
  readonly bytesPerSecond: number | undefined;
  /** Ends waiting. */
  readonly signal: AbortSignal;
}

/** A request's body with a count of the bytes that came through. */
export function receiveBody(
  incoming: IncomingMessage,
  line: Line,
): { readonly body: Readable; readonly bytes: () => number } {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  incoming.pipe(counted);
  const interrupted = () => {
    if (!incoming.complete) {
      counted.destroy(new Error('The connection ended inside the request body.'));
    }
  };
  incoming.on('close', interrupted);
  incoming.on('error', interrupted);
  const { bytesPerSecond, signal } = line;
  const body =
    bytesPerSecond === undefined
      ? counted
      : Readable.from(slowed(counted, bytesPerSecond, signal), { objectMode: false });
  // Whoever reads the body hears of errors; without a reader nobody has to.
  counted.on('error', () => undefined);
  body.on('error', () => undefined);
  return { body, bytes: () => bytes };
}

/** Resolves when the body has begun, or has turned out to be empty; takes nothing of it. */
export async function bodyBegins(body: Readable): Promise<void> {
  if (body.readableLength === 0 && !body.readableEnded) {
    await once(body, 'readable');
  }
}

/**
 * Write a whole answer.
 * @param isTruncated end the connection in the middle of the body
 */
export async function writeAnswer(
  answer: Answer,
  method: string,
  response: ServerResponse,
  line: Line,
  isTruncated = false,
): Promise<void> {
  const { body } = answer;
  const sizeBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.sizeBytes;
  writeHead(answer, sizeBytes, response);
  const end = isTruncated ? Math.floor(sizeBytes / 2) : sizeBytes;
  if (method === 'HEAD' || sizeBytes === 0) {
    response.end();
  } else if (typeof body === 'string' && !isTruncated && line.bytesPerSecond === undefined) {
    response.end(body);
  } else {
    const whole =
      typeof body === 'string' ? Readable.from([Buffer.from(body).subarray(0, end)]) : fileStart(body.path, end);
    const { bytesPerSecond, signal } = line;
    const source = bytesPerSecond === undefined ? whole : Readable.from(slowed(whole, bytesPerSecond, signal));
    await pipeline(source, response, { end: !isTruncated });
    if (isTruncated) {
      response.socket?.destroySoon();
    }
  }
}

/** Write an answer while the request's body is still coming; gives what ends it. */
export function writeAnswerEarly(answer: Answer & { readonly body: string }, response: ServerResponse): () => void {
  const early = { ...answer, headers: { ...answer.headers, connection: 'close' } };
  writeHead(early, Buffer.byteLength(answer.body), response);
  response.write(answer.body);
  return () => response.end();
}

/** Close a connection so that the other side sees a reset; with TLS it sees a sudden end. */
export function resetConnection(socket: Socket): void {
  if ('encrypted' in socket) {
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}

function writeHead(answer: Answer, sizeBytes: number, response: ServerResponse): void {
  const headers = { ...answer.headers, 'content-length': String(sizeBytes) };
  if (answer.reason === undefined) {
    response.writeHead(answer.status, headers);
  } else {
    response.writeHead(answer.status, answer.reason, headers);
  }
}

function fileStart(path: string, sizeBytes: number): Readable {
  return sizeBytes === 0 ? Readable.from([]) : createReadStream(path, { end: sizeBytes - 1 });
}

const slicesPerSecond = 20;

async function* slowed(
  source: AsyncIterable<Buffer>,
  bytesPerSecond: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const sliceBytes = Math.ceil(bytesPerSecond / slicesPerSecond);
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += sliceBytes) {
      const slice = chunk.subarray(start, start + sliceBytes);
      await delay((slice.length * 1000) / bytesPerSecond, undefined, { signal });
      yield slice;
    }
  }
}

/** Between Node's HTTP server and the handlers: reading requests, playing faults, writing answers, keeping records. */

import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answers.ts';
import { type Fault, FaultQueue, isProcessed } from './fault.ts';
import { faultAnswer } from './fault-answers.ts';
import { authenticationScheme, type IndexRequest, type RecordedRequest, recordedFacts } from './request.ts';
import type { Router } from './router.ts';
import { drain, readText } from './upload-form.ts';

const maximumRecords = 1000;
const maximumEchoBytes = 1024 * 1024;

export class Transport {
  readonly faults = new FaultQueue();
  readonly records: RecordedRequest[] = [];
  readonly #router: Router;
  readonly #onRequest: ((request: RecordedRequest) => void) | undefined;
  readonly #stopping = new AbortController();

  constructor(router: Router, onRequest: ((request: RecordedRequest) => void) | undefined) {
    this.#router = router;
    this.#onRequest = onRequest;
  }

  /** End waiting faults. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Answer one request; never throws. */
  handle(incoming: IncomingMessage, response: ServerResponse): void {
    const counted = countBody(incoming);
    const request = toRequest(incoming, counted.body);
    this.#respond(incoming, request, response)
      .catch((error: unknown) => {
        request.facts.failure = error instanceof Error ? error.name : 'Error';
        return this.#fail(incoming, response);
      })
      .then((status) => {
        this.#record(incoming, request, status, counted.bytes());
      })
      .catch(() => {
        // A listener that throws must not end the server.
      });
  }

  async #respond(
    incoming: IncomingMessage,
    request: IndexRequest,
    response: ServerResponse,
  ): Promise<number | 'reset'> {
    const route = this.#router.faultRoute(request.path);
    const fault = route === undefined ? undefined : this.faults.take(route);
    if (fault?.kind === 'reset') {
      return await this.#reset(incoming, request, fault);
    }
    if (fault?.kind === 'delay') {
      await delay(fault.milliseconds, undefined, { signal: this.#stopping.signal });
    }
    const answer = (await this.#injected(fault, request)) ?? (await this.#router.answer(request, fault));
    await write(answer, request, response);
    // A body that no handler wanted still has to leave the connection.
    request.body.resume();
    return answer.status;
  }

  /** The answer of a fault that replaces the real one, which may have taken effect before. */
  async #injected(fault: Fault | undefined, request: IndexRequest): Promise<Answer | undefined> {
    if (fault === undefined || faultAnswer(fault, request, '') === undefined) {
      return undefined;
    }
    if (fault.kind === 'echo-secret' && fault.route === 'mint') {
      return faultAnswer(fault, request, await readText(request.body, maximumEchoBytes));
    }
    if (isProcessed(fault)) {
      await this.#router.answer(request, fault);
    } else {
      await drain(request.body);
    }
    return faultAnswer(fault, request, '');
  }

  async #reset(incoming: IncomingMessage, request: IndexRequest, fault: Fault & { kind: 'reset' }): Promise<'reset'> {
    if (fault.when === 'body') {
      await firstBytes(request);
    } else if (fault.when === 'after') {
      await (isProcessed(fault) ? this.#router.answer(request, fault) : drain(request.body));
    }
    incoming.socket.resetAndDestroy();
    return 'reset';
  }

  #fail(incoming: IncomingMessage, response: ServerResponse): number | 'reset' {
    if (response.headersSent || incoming.destroyed) {
      incoming.socket.destroy();
      return 'reset';
    }
    response.writeHead(500, { 'content-type': 'text/plain; charset=UTF-8', connection: 'close' });
    response.end('500 Internal Server Error');
    return 500;
  }

  #record(incoming: IncomingMessage, request: IndexRequest, status: number | 'reset', receivedBytes: number): void {
    const record: RecordedRequest = {
      method: request.method,
      path: request.path,
      status,
      authentication: authenticationScheme(incoming.headers.authorization),
      accept: incoming.headers.accept,
      userAgent: incoming.headers['user-agent'],
      receivedBytes,
      ...recordedFacts(request.facts),
    };
    this.records.push(record);
    if (this.records.length > maximumRecords) {
      this.records.shift();
    }
    this.#onRequest?.(record);
  }
}

function toRequest(incoming: IncomingMessage, body: IndexRequest['body']): IndexRequest {
  const target = incoming.url ?? '/';
  const question = target.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    path: question < 0 ? target : target.slice(0, question),
    query: new URLSearchParams(question < 0 ? '' : target.slice(question + 1)),
    header: (name) => {
      const value = incoming.headers[name];
      return typeof value === 'string' ? value : value?.[0];
    },
    body,
    facts: {},
  };
}

/** The body with a count of the bytes that came through. */
function countBody(incoming: IncomingMessage): { readonly body: Readable; readonly bytes: () => number } {
  let bytes = 0;
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  incoming.pipe(body);
  const interrupted = () => {
    if (!incoming.complete) {
      body.destroy(new Error('The connection ended inside the request body.'));
    }
  };
  incoming.on('close', interrupted);
  incoming.on('error', interrupted);
  // Whoever reads the body hears of it; without a reader nobody has to.
  body.on('error', () => undefined);
  return { body, bytes: () => bytes };
}

async function firstBytes(request: IndexRequest): Promise<void> {
  for await (const _chunk of request.body) {
    return;
  }
}

async function write(answer: Answer, request: IndexRequest, response: ServerResponse): Promise<void> {
  const { body } = answer;
  const isEmpty = request.method === 'HEAD';
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.sizeBytes;
  const headers = { ...answer.headers, 'content-length': String(length) };
  if (answer.reason === undefined) {
    response.writeHead(answer.status, headers);
  } else {
    response.writeHead(answer.status, answer.reason, headers);
  }
  if (isEmpty) {
    response.end();
  } else if (typeof body === 'string') {
    response.end(body);
  } else {
    await pipeline(createReadStream(body.path), response);
  }
}

/** Between Node's HTTP server and the handlers: reading requests, playing faults, writing answers, keeping records. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answers.ts';
import { bodyBegins, type Line, receiveBody, resetConnection, writeAnswer, writeAnswerEarly } from './delivery.ts';
import { type Encounter, type Fault, type FaultQueue, isProcessed } from './fault.ts';
import { earlyAnswer, faultAnswer } from './fault-answers.ts';
import { authenticationScheme, type IndexRequest, type RecordedRequest, recordedFacts } from './request.ts';
import type { Router } from './router.ts';
import { drain, readText } from './upload-form.ts';

const maximumRecords = 1000;
const maximumEchoBytes = 1024 * 1024;

export interface TransportContext {
  readonly router: Router;
  readonly faults: FaultQueue;
  readonly now: () => number;
  readonly onRequest: ((request: RecordedRequest) => void) | undefined;
}

export class Transport {
  readonly records: RecordedRequest[] = [];
  readonly #context: TransportContext;
  readonly #stopping = new AbortController();

  constructor(context: TransportContext) {
    this.#context = context;
  }

  /** End waiting faults. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Answer one request; never throws. */
  handle(incoming: IncomingMessage, response: ServerResponse): void {
    // The index's own time: clients may compare theirs with it.
    response.setHeader('date', new Date(this.#context.now()).toUTCString());
    const unread = toRequest(incoming);
    const encounter = this.#encounter(unread);
    const line = { bytesPerSecond: encounter.bytesPerSecond, signal: this.#stopping.signal };
    const received = receiveBody(incoming, line);
    const request: IndexRequest = { ...unread, body: received.body };
    this.#respond(incoming, request, response, encounter, line)
      .catch((error: unknown) => {
        request.facts.failure = error instanceof Error ? error.name : 'Error';
        return this.#fail(incoming, response);
      })
      .then((status) => {
        this.#record(incoming, request, status, received.bytes());
      })
      .catch(() => {
        // A listener that throws must not end the server.
      });
  }

  #encounter(request: Omit<IndexRequest, 'body'>): Encounter {
    const route = this.#context.router.faultRoute(request);
    return route === undefined
      ? { delayMs: 0, bytesPerSecond: undefined, fault: undefined }
      : this.#context.faults.take(route);
  }

  async #respond(
    incoming: IncomingMessage,
    request: IndexRequest,
    response: ServerResponse,
    { delayMs, fault }: Encounter,
    line: Line,
  ): Promise<number | 'reset'> {
    if (delayMs > 0) {
      await delay(delayMs, undefined, { signal: line.signal });
    }
    if (fault?.kind === 'reset') {
      return await this.#reset(incoming, request, fault);
    }
    if (fault?.kind === 'early') {
      return await this.#answerEarly(request, response, fault);
    }
    const answer = (await this.#injected(fault, request)) ?? (await this.#context.router.answer(request, fault));
    await writeAnswer(answer, request.method, response, line, fault?.kind === 'truncated');
    // A body that no handler wanted still has to leave the connection.
    request.body.resume();
    return answer.status;
  }

  /** The answer of a fault that replaces the real one, which may have taken effect before. */
  async #injected(fault: Fault | undefined, request: IndexRequest): Promise<Answer | undefined> {
    const { now } = this.#context;
    if (fault === undefined || faultAnswer(fault, request, '', now()) === undefined) {
      return undefined;
    }
    if (fault.kind === 'echo-secret' && fault.route === 'mint') {
      return faultAnswer(fault, request, await readText(request.body, maximumEchoBytes), now());
    }
    await this.#read(request, fault);
    return faultAnswer(fault, request, '', now());
  }

  /** Read a request whose answer is lost; it may take effect all the same. */
  async #read(request: IndexRequest, fault: Fault): Promise<void> {
    await (isProcessed(fault) ? this.#context.router.answer(request, fault) : drain(request.body));
  }

  async #answerEarly(
    request: IndexRequest,
    response: ServerResponse,
    fault: Fault & { readonly kind: 'early' },
  ): Promise<number> {
    await bodyBegins(request.body);
    const end = writeAnswerEarly(earlyAnswer(fault, request), response);
    try {
      await this.#read(request, fault);
    } catch {
      // The client has its answer, and need not send the rest.
    }
    end();
    return fault.status;
  }

  async #reset(incoming: IncomingMessage, request: IndexRequest, fault: Fault & { kind: 'reset' }): Promise<'reset'> {
    if (fault.when === 'body') {
      await bodyBegins(request.body);
    } else if (fault.when === 'after') {
      await this.#read(request, fault);
    }
    resetConnection(incoming.socket);
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
      atMs: this.#context.now(),
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
    this.#context.onRequest?.(record);
  }
}

function toRequest(incoming: IncomingMessage): Omit<IndexRequest, 'body'> {
  const path = (incoming.url ?? '/').split('?', 1)[0] ?? '/';
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams((incoming.url ?? '').slice(path.length)),
    header: (name) => {
      const value = incoming.headers[name];
      return typeof value === 'string' ? value : value?.[0];
    },
    facts: {},
  };
}

/**
 * A proxy in front of an embedded index that keeps every upload form whole. The index's own records are cut: they may
 * be printed.
 */

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Busboy } from '@fastify/busboy';

export type FormField = readonly [name: string, value: string];

export interface RecordedForm {
  readonly filename: string;
  /** In the order sent; the last has the file's name, not its bytes. */
  readonly fields: readonly FormField[];
  /** What the index answered. */
  readonly status: number;
}

export interface RecordingProxy {
  /** Without a slash at the end. */
  readonly url: string;
  /** `POST /_/oidc/mint-token` and so on, in the order answered. */
  readonly requests: readonly string[];
  readonly forms: readonly RecordedForm[];
  close(): Promise<void>;
}

/** Start a proxy for `target`, an address without a path. */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const requests: string[] = [];
  const forms: RecordedForm[] = [];
  const server = createServer((incoming, response) => {
    relay(incoming, response, target).then(
      ({ status, form }) => {
        requests.push(`${incoming.method} ${incoming.url}`);
        if (form !== undefined) forms.push({ ...form, status });
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, forms, close: () => closeServer(server) };
}

interface Relayed {
  readonly status: number;
  readonly form: Omit<RecordedForm, 'status'> | undefined;
}

/** Pass a request on and its answer back. What was recorded is complete before the client gets its answer. */
async function relay(incoming: IncomingMessage, response: ServerResponse, target: string): Promise<Relayed> {
  const { method, url = '/', headers } = incoming;
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(new URL(url, target), { method, headers }, resolve);
    outgoing.on('error', reject);
    incoming.pipe(outgoing);
  });
  const isForm = headers['content-type']?.startsWith('multipart/form-data') === true;
  const [answer, form] = await Promise.all([answered, isForm ? readForm(incoming) : undefined]);
  const status = answer.statusCode ?? 0;
  await new Promise<void>((resolve, reject) => {
    response.writeHead(status, answer.headers);
    answer.pipe(response);
    response.on('finish', resolve);
    response.on('error', reject);
  });
  return { status, form };
}

function readForm(incoming: IncomingMessage): Promise<Omit<RecordedForm, 'status'>> {
  return new Promise((resolve, reject) => {
    const parser = new Busboy({
      headers: { 'content-type': incoming.headers['content-type'] ?? '' },
      limits: { fieldSize: Number.MAX_SAFE_INTEGER },
    });
    const fields: FormField[] = [];
    let filename = '';
    parser.on('field', (name, value) => {
      fields.push([name, value]);
    });
    parser.on('file', (name, stream, sentName) => {
      filename = sentName;
      fields.push([name, sentName]);
      stream.resume();
    });
    parser.on('finish', () => resolve({ filename, fields }));
    parser.on('error', reject);
    incoming.pipe(parser);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Requests as handlers see them, and as the index records them. */

import type { Readable } from 'node:stream';
import type { IdentityFacts } from './identity-facts.ts';

/** What an upload carried; never the file itself. */
export interface RecordedUpload {
  /** Text fields, names and values, in the order sent. Long values are cut in records. */
  readonly fields: ReadonlyArray<readonly [string, string]>;
  readonly filename: string | undefined;
  readonly sizeBytes: number | undefined;
}

/** Facts that handlers add to the record of a request. */
export interface RequestFacts {
  upload?: RecordedUpload;
  /** The audience that an identity token was asked for. */
  audience?: string | undefined;
  /** The verified identity that an exchange was asked for with, whatever the answer. */
  identity?: IdentityFacts;
  /** Why the request was refused, in the words of the answer. */
  verdict?: string;
  /** What went wrong inside the index; a bug. */
  failure?: string;
}

/** One request to the index. Holds no token and no `Authorization` value. */
export interface RecordedRequest extends Readonly<RequestFacts> {
  /** When it was answered, in milliseconds since the epoch. */
  readonly atMs: number;
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
  /** The status that was answered; `reset` when the connection was closed without an answer. */
  readonly status: number | 'reset';
  /** Lower-case scheme of the `Authorization` header, `undefined` without one. */
  readonly authentication: string | undefined;
  readonly accept: string | undefined;
  readonly userAgent: string | undefined;
  /** Bytes of the body that were read. */
  readonly receivedBytes: number;
}

/** A request before it is answered. */
export interface IndexRequest {
  readonly method: string;
  /** Path as sent, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  header(name: string): string | undefined;
  readonly body: Readable;
  readonly facts: RequestFacts;
}

const maximumValueCharacters = 4000;
const knownSchemes = ['basic', 'bearer', 'token'];

/** The scheme of an `Authorization` header; `other` for one that might itself be a secret. */
export function authenticationScheme(authorization: string | undefined): string | undefined {
  if (authorization === undefined) {
    return undefined;
  }
  const scheme = authorization.split(' ')[0]?.toLowerCase() ?? '';
  return knownSchemes.includes(scheme) ? scheme : 'other';
}

/** Facts as they are recorded: with long values cut. */
export function recordedFacts(facts: RequestFacts): RequestFacts {
  if (facts.upload === undefined) {
    return facts;
  }
  const fields = facts.upload.fields.map(([name, value]) => [name, value.slice(0, maximumValueCharacters)] as const);
  return { ...facts, upload: { ...facts.upload, fields } };
}

/**
 * PyPI's upload API ("legacy"): one multipart form for each file.
 * @see https://docs.pypi.org/api/upload/
 */

import type { HttpClient, HttpResponse } from '../http/client.ts';
import { multipartBody } from '../http/multipart.ts';
import { Secret } from '../secret.ts';
import { isHtml, serverExplanation } from './answer.ts';
import type { PackageIndex } from './index-url.ts';

/** What uploads are sent with: a minted or stored API token (`__token__`), or user and password of another index. */
export interface UploadCredentials {
  readonly username: string;
  readonly password: Secret;
}

/** Where an upload run gets its credentials; they may last for minutes only. */
export interface CredentialSource {
  /** Credentials that are good for at least `neededMs` more, as far as that is known; new ones when they are not. */
  current(neededMs: number): Promise<UploadCredentials>;
  /** Other credentials after the index called the last ones expired; `undefined` when there is no way to get any. */
  renew(): Promise<UploadCredentials | undefined>;
  /** Give back what can be given back. Never throws. */
  end(): Promise<void>;
}

export interface UploadRequest {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly path: string;
  readonly filename: string;
  readonly sizeBytes: number;
  readonly onSent?: (sentBytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What the index made of it. A transport failure is thrown instead: its outcome is open. */
export type UploadAnswer =
  | { readonly kind: 'accepted'; readonly status: number }
  | {
      readonly kind: 'refused';
      readonly status: number;
      /** The server's own words, one line. */
      readonly explanation: string;
      /** Not an answer of the upload API: a login page, a redirect, an answer of something in between. */
      readonly foreign: 'html' | 'redirect' | 'unexpected-body' | undefined;
      readonly headers: Readonly<Record<string, string>>;
    };

/** An index that takes files, however it takes them. */
export interface UploadTarget {
  /** Send one file, once. @throws {TransportError} when no answer came, @throws {FileChangedError} */
  send(credentials: UploadCredentials, upload: UploadRequest): Promise<UploadAnswer>;
}

export function legacyUploadTarget(http: Pick<HttpClient, 'request'>, index: PackageIndex): UploadTarget {
  return { send: (credentials, upload) => sendForm(http, index, credentials, upload) };
}

async function sendForm(
  http: Pick<HttpClient, 'request'>,
  index: PackageIndex,
  credentials: UploadCredentials,
  upload: UploadRequest,
): Promise<UploadAnswer> {
  const basic = Buffer.from(`${credentials.username}:${credentials.password.reveal()}`).toString('base64');
  const response = await http.request({
    method: 'POST',
    url: index.uploadUrl,
    // Without a parameter: PyPI compares it as text. With it the answer has the reason as JSON.
    headers: { accept: 'application/json' },
    authorization: new Secret(`Basic ${basic}`),
    body: multipartBody(
      [[':action', 'file_upload'], ['protocol_version', '1'], ...upload.fields],
      { field: 'content', filename: upload.filename, path: upload.path, sizeBytes: upload.sizeBytes },
      upload.onSent,
    ),
    signal: upload.signal,
  });
  return readAnswer(response);
}

/** Success is a 2xx that is not a page: a login wall answers 200, too. */
function readAnswer(response: HttpResponse): UploadAnswer {
  const { status, headers } = response;
  const html = isHtml(response);
  if (status >= 200 && status < 300 && !html) return { kind: 'accepted', status };
  const redirect = status >= 300 && status < 400;
  const foreign = redirect ? 'redirect' : html ? 'html' : status < 200 || status > 599 ? 'unexpected-body' : undefined;
  return { kind: 'refused', status, explanation: serverExplanation(response), foreign, headers };
}

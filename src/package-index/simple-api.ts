/**
 * Reading what an index has: the simple repository API, as JSON (PEP 691) or HTML (PEP 503).
 */

import * as z from 'zod/mini';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import { BodyError, StatusError } from '../http/http-error.ts';
import { parseJson, serverExplanation } from './answer.ts';

export interface IndexedFile {
  readonly filename: string;
  readonly url: URL;
  /** Lower-case hex; `undefined` when the index names no SHA-256. */
  readonly sha256: string | undefined;
}

const projectSchema = z.object({
  files: z.array(z.object({ filename: z.string(), url: z.string(), hashes: z.record(z.string(), z.string()) })),
});

const maxAnswerBytes = 64 * 1024 * 1024;
const maxRedirects = 5;
const mediaTypes = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

/**
 * The files of a project; `undefined` when the index does not know it. Sends no credentials.
 *
 * @param simpleUrl root of the API, ending in `/`
 * @throws {StatusError | BodyError | TransportError}
 */
export async function fetchProjectFiles(
  http: Pick<HttpClient, 'request'>,
  simpleUrl: URL,
  normalizedName: string,
): Promise<readonly IndexedFile[] | undefined> {
  let url = new URL(`${encodeURIComponent(normalizedName)}/`, simpleUrl);
  for (let redirects = 0; ; redirects++) {
    const response = await http.request({
      method: 'GET',
      url,
      // A cache on the way may hold a page from before an upload.
      headers: { accept: mediaTypes, 'cache-control': 'no-cache' },
      maxAnswerBytes,
    });
    const target = absoluteUrl(response.headers['location'], url);
    if (response.status >= 301 && response.status <= 308 && target !== undefined && redirects < maxRedirects) {
      url = target;
      continue;
    }
    if (response.status === 404) return undefined;
    if (response.status !== 200) {
      throw new StatusError({
        what: `${url.host} does not list the files of ${normalizedName}`,
        status: response.status,
        explanation: serverExplanation(response),
        hint: 'Check the address of the simple index.',
      });
    }
    return readProject(response, url);
  }
}

function readProject(response: HttpResponse, url: URL): readonly IndexedFile[] {
  if (!/json/i.test(response.headers['content-type'] ?? '')) return readHtml(response.body, url);
  const project = projectSchema.safeParse(parseJson(response.body));
  if (!project.success) {
    throw new BodyError('BODY_UNEXPECTED', {
      message: `${url.host} answered with JSON that is no list of files.`,
      hint: 'Check the address of the simple index: it is the root, as in `https://pypi.org/simple/`.',
    });
  }
  return project.data.files.flatMap((file) => {
    const link = absoluteUrl(file.url, url);
    const sha256 = file.hashes['sha256']?.toLowerCase();
    return link === undefined ? [] : [{ filename: file.filename, url: link, sha256 }];
  });
}

/** A link of a page; `undefined` when there is none, or it is no address. */
function absoluteUrl(link: string | undefined, base: URL): URL | undefined {
  return link !== undefined && URL.canParse(link, base.href) ? new URL(link, base) : undefined;
}

/** The links of a PEP 503 page: `<a href="…#sha256=…">filename</a>`. */
function readHtml(html: string, url: URL): readonly IndexedFile[] {
  const files: IndexedFile[] = [];
  for (const [, attributes = '', text = ''] of html.matchAll(/<a\b([^>]*)>([^<]*)<\/a>/gi)) {
    const href = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes);
    const link = absoluteUrl((href?.[1] ?? href?.[2])?.replaceAll('&amp;', '&'), url);
    if (link === undefined) continue;
    const sha256 = /^#sha256=([0-9a-f]{64})$/i.exec(link.hash)?.[1]?.toLowerCase();
    link.hash = '';
    files.push({ filename: text.trim(), url: link, sha256 });
  }
  return files;
}

/**
 * Reading a server's own explanation out of its answer: PyPI's JSON (`code`, `errors`), problem documents (RFC 9457),
 * plain text, or an HTML page, in that order. The result is one line of text, cleaned and of limited length.
 */

import * as z from 'zod/mini';
import type { HttpResponse } from '../http/client.ts';

/** A text; anything else (a status as `code`, nested objects) says nothing. */
const text = z.catch(z.optional(z.string()), undefined);
const texts = { code: text, detail: text, message: text, description: text, error: text, title: text };
const answerSchema = z.object({ ...texts, errors: z.catch(z.array(z.object(texts)), []) });

const maxLength = 1_000;

/** What the server says, without the leading status; empty when it says nothing. */
export function serverExplanation(response: HttpResponse): string {
  return clean(rawExplanation(response)).replace(new RegExp(`^${response.status}\\s+`), '');
}

/** Whether a page for people came back where a program's answer was expected. Nothing is no page, whatever it is called. */
export function isHtml(response: HttpResponse): boolean {
  if (response.body.trim() === '') return false;
  return (
    /^(text\/html|application\/xhtml)/i.test(response.headers['content-type'] ?? '') ||
    /^\s*<(!doctype|html)\b/i.test(response.body)
  );
}

function rawExplanation(response: HttpResponse): string {
  const json = answerSchema.safeParse(parseJson(response.body));
  if (json.success) {
    const { errors, ...own } = json.data;
    return firstText(own) || errors.map(firstText).find((found) => found !== '') || '';
  }
  if (!isHtml(response)) return response.body.split(/\r?\n\r?\n/)[0] ?? '';
  return (
    /<title[^<>]*>([^<]*)<\/title>/i.exec(response.body)?.[1] ??
    /<h1[^<>]*>([^<]*)<\/h1>/i.exec(response.body)?.[1] ??
    ''
  );
}

function firstText({
  code,
  detail,
  message,
  description,
  error,
  title,
}: z.infer<z.ZodMiniObject<typeof texts>>): string {
  return code || detail || message || description || error || title || '';
}

/** The body as JSON; `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One line without control characters and entities, of at most 1000 characters. */
function clean(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
    '&#x27;': "'",
    '&amp;': '&',
  };
  const line = text
    .replace(/&(lt|gt|quot|#39|#x27|amp);/g, (entity) => entities[entity] ?? entity)
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)} …` : line;
}

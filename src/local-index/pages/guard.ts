/**
 * What keeps other web pages away from an index on this machine: it is asked for by a loopback name (no page of a name
 * that was made to resolve here), and forms come from its own pages.
 */

import { timingSafeEqual } from 'node:crypto';
import type { IndexRequest } from '../request.ts';

/** Whether the request names this machine. */
export function isForLoopback(request: IndexRequest): boolean {
  const host = request.header('host') ?? '';
  return /^(?:127\.0\.0\.1|\[::1\]|(?:[a-z0-9-]+\.)*localhost)(?::\d+)?$/i.test(host);
}

/** Whether a submitted form is one of ours. */
export function isOwnForm(request: IndexRequest, entries: URLSearchParams, formToken: string): boolean {
  const origin = request.header('origin');
  const site = request.header('sec-fetch-site');
  const host = origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined;
  return (
    (origin === undefined || host === request.header('host')?.toLowerCase()) &&
    (site === undefined || site === 'same-origin') &&
    sameText(entries.get('form_token') ?? '', formToken)
  );
}

function sameText(left: string, right: string): boolean {
  const [first, second] = [Buffer.from(left), Buffer.from(right)];
  return first.length === second.length && timingSafeEqual(first, second);
}

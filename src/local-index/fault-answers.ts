/** The answers that faults give in place of the real ones. */

import { type Answer, htmlAnswer, jsonAnswer, negotiatedAnswer, textAnswer } from './answers.ts';
import type { Fault, FaultBody, FaultRoute } from './fault.ts';
import type { IndexRequest } from './request.ts';

/** The answer of a fault that answers; `undefined` for those that do something else. */
export function faultAnswer(fault: Fault, request: IndexRequest, sentBody: string, nowMs: number): Answer | undefined {
  switch (fault.kind) {
    case 'answer': {
      const answer = bodyOfKind(fault.body, fault.status);
      const seconds = fault.retryAfterSeconds;
      if (seconds === undefined) {
        return answer;
      }
      const retryAfter = fault.retryAfterIsDate === true ? httpDate(nowMs + seconds * 1000) : String(seconds);
      return { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
    }
    case 'malformed-json':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"token": "pypi-' };
    case 'expired-token':
      return negotiatedAnswer(403, request.header('accept'), 'Invalid API Token: token is expired');
    case 'echo-secret':
      return echo(fault.route, request, sentBody);
    case 'reset':
    case 'early':
    case 'delay':
    case 'bandwidth':
    case 'truncated':
    case 'race':
    case 'stale':
    case 'wrong-audience':
    case 'expired-identity':
      return undefined;
    default:
      return fault satisfies never;
  }
}

/** What is said before the request was read. */
export function earlyAnswer(
  { status, route }: Fault & { readonly kind: 'early' },
  request: IndexRequest,
): Answer & { readonly body: string } {
  const text = 'Injected fault: answered early';
  const answer =
    route === 'upload'
      ? negotiatedAnswer(status, request.header('accept'), text)
      : jsonAnswer(status, { message: text });
  return { ...answer, body: String(answer.body) };
}

/** IMF-fixdate (RFC 9110, section 5.6.7). */
function httpDate(timeMs: number): string {
  return new Date(timeMs).toUTCString();
}

function bodyOfKind(kind: FaultBody, status: number): Answer {
  switch (kind) {
    case 'json':
      return jsonAnswer(status, {
        message: 'Injected fault',
        code: `${status} Injected fault`,
        title: 'Injected fault',
      });
    case 'html':
      return htmlAnswer(
        status,
        '<!DOCTYPE html>\n<html><head><title>Injected fault</title></head><body><h1>Injected fault</h1></body></html>\n',
      );
    case 'text':
      return textAnswer(status, 'Injected fault\n');
    default:
      return kind satisfies never;
  }
}

/** The only place that repeats what it was sent, so that a client can be shown to keep it out of its output. */
function echo(route: FaultRoute, request: IndexRequest, sentBody: string): Answer {
  const authorization = request.header('authorization') ?? '';
  const basic = /^basic (\S+)/i.exec(authorization)?.[1];
  const decoded = basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8');
  const said = `You sent ${authorization} ${decoded} ${sentBody}`.trim();
  if (route === 'mint') {
    const errors = [{ code: 'invalid-payload', description: said }];
    return jsonAnswer(422, { message: 'Token request failed', errors });
  }
  if (route === 'upload') {
    return negotiatedAnswer(400, request.header('accept'), said);
  }
  return jsonAnswer(500, { message: said });
}

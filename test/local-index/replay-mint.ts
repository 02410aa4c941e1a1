/** Token exchanges of replayed cases: requests, and what their answers and tokens must hold. */

import { deserializeMacaroon } from '../../src/local-index/macaroon.ts';
import type { LocalIndex } from '../../src/local-index/server.ts';
import type { Differences, Json } from './replay-differences.ts';
import { type HttpAnswer, send } from './replay-http.ts';
import { makeToken } from './replay-identity.ts';

const mintPath = '/_/oidc/mint-token';
const burnPath = '/_/oidc/burn-token';
const lifetimeSeconds = 900;

export async function postMint(index: LocalIndex, token: string): Promise<HttpAnswer> {
  const headers = { 'content-type': 'application/json' };
  return await send(index.url + mintPath, 'POST', headers, JSON.stringify({ token }));
}

/** A body sent as it is, `$jwt` replaced. */
export async function postRaw(index: LocalIndex, raw: Json, nowSeconds: number): Promise<HttpAnswer> {
  const token = raw['token'] === undefined ? '' : makeToken(raw['token'] as Json, nowSeconds);
  const body = String(raw['body']).replaceAll('$jwt', token);
  const type = raw['content_type'];
  const headers: Record<string, string> = typeof type === 'string' ? { 'content-type': type } : {};
  return await send(index.url + String(raw['path'] ?? mintPath), String(raw['method'] ?? 'POST'), headers, body);
}

export interface MintContext {
  readonly index: LocalIndex;
  readonly differences: Differences;
  /** Identifiers of the publishers that the case starts with. */
  readonly givenIds: readonly string[];
  /** Server time around the exchange, in seconds. */
  readonly nowSeconds: number;
}

/** Compare an answer with the recorded one; gives the API token of a success. */
export function compareMint(
  place: string,
  answer: HttpAnswer,
  expected: Json,
  context: MintContext,
): string | undefined {
  const { differences } = context;
  const failure = 'message code description';
  const success = 'members success caveats token_prefix';
  differences.nothingLeft(place, expected, `status content_type ${failure} ${success}`.split(' '));
  if (expected['status'] === 500) {
    // The recorded server crashed; the index refuses.
    differences.equal(`${place}, status`, answer.status, 422);
    return undefined;
  }
  differences.equal(`${place}, status`, answer.status, expected['status']);
  if (expected['content_type'] !== undefined) {
    differences.equal(`${place}, content type`, answer.headers['content-type'], expected['content_type']);
  }
  if (answer.status !== expected['status']) {
    differences.found.push(`${place}, body: ${answer.text.slice(0, 300)}`);
    return undefined;
  }
  if (expected['code'] !== undefined) {
    const body = JSON.parse(answer.text) as { message?: string; errors?: { code: string; description: string }[] };
    const [error] = body.errors ?? [];
    differences.equal(`${place}, message`, body.message, expected['message']);
    differences.equal(`${place}, number of errors`, body.errors?.length, 1);
    differences.equal(`${place}, code`, error?.code, expected['code']);
    differences.text(`${place}, description`, error?.description, String(expected['description']));
  }
  return expected['members'] === undefined ? undefined : compareSuccess(place, answer, expected, context);
}

function compareSuccess(place: string, answer: HttpAnswer, expected: Json, context: MintContext): string {
  const { differences, nowSeconds } = context;
  const body = JSON.parse(answer.text) as { token: string; expires: number; success: boolean };
  differences.equal(`${place}, members`, Object.keys(body).sort(), expected['members']);
  differences.equal(`${place}, success`, body.success, expected['success']);
  differences.text(`${place}, token`, body.token, `${String(expected['token_prefix'])}<value>`);
  const caveats = deserializeMacaroon(body.token)?.caveats.map((text) => JSON.parse(text) as unknown[]) ?? [];
  const wanted = (expected['caveats'] ?? []) as unknown[][];
  // Identifiers are replaced by the names they stand for, as in the tables.
  const named = caveats.map(([tag, first, second]) => {
    switch (tag) {
      case 4:
        return [4, publisherName(String(first), wanted, context), second];
      case 2:
        return [2, (first as string[]).map((id) => context.index.control.projectWithId(id) ?? `unknown ${id}`)];
      case 0:
        return [0, time(Number(first) - lifetimeSeconds, nowSeconds, 900), time(Number(second), nowSeconds, 0)];
      default:
        return [tag, first, second];
    }
  });
  differences.equal(`${place}, caveats`, named, wanted);
  const expires = caveats.find(([tag]) => tag === 0)?.[1];
  differences.equal(`${place}, expires`, body.expires, expires);
  return body.token;
}

function publisherName(id: string, wanted: readonly unknown[][], { index, givenIds }: MintContext): string {
  const isKnown = index.control.publishers().some((publisher) => publisher.id === id);
  const converted = '<publisher converted from pending>';
  const isConverted = wanted.some(([tag, name]) => tag === 4 && name === converted);
  return isConverted && isKnown && !givenIds.includes(id) ? converted : `<publisher ${id}>`;
}

/** A second may end between the exchange and the comparison. */
function time(seconds: number, nowSeconds: number, offset: number): string | number {
  const isNow = seconds === nowSeconds || seconds === nowSeconds - 1;
  if (!isNow) {
    return seconds;
  }
  return offset === 0 ? '<mint time>' : `<mint time + ${offset}>`;
}

/**
 * The recorded server is older than the endpoint that gives a token back, and knows nothing at its address. The
 * specification asks for it.
 */
export function isNewerThanRecording(raw: Json, answer: HttpAnswer, expected: Json): boolean {
  return raw['path'] === burnPath && expected['status'] === 404 && answer.status === 202;
}

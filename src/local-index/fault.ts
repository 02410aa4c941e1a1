/**
 * Faults that the index plays on request, to try out a client or a pipeline: each concerns one route and applies a
 * number of times. Written in code as objects, on the command line as `route:what[:options]`.
 */

import { LocalIndexError } from './local-index-error.ts';

export const faultRoutes = ['identity', 'audience', 'mint', 'upload', 'simple'] as const;
export type FaultRoute = (typeof faultRoutes)[number];

export type FaultBody = 'json' | 'html' | 'text';

interface FaultBase {
  readonly route: FaultRoute;
  /** How many requests it hits; default 1. */
  readonly times?: number;
  /** How many requests pass before the first hit; default 0. */
  readonly skip?: number;
  /**
   * Whether the request takes effect before the fault hides its answer: the file is stored, the identity token spent.
   * Default: true for `mint`, false elsewhere. Only for faults after the request was read.
   */
  readonly isProcessed?: boolean;
}

export type Fault = FaultBase &
  (
    | {
        readonly kind: 'answer';
        readonly status: number;
        readonly body: FaultBody;
        readonly retryAfterSeconds?: number;
      }
    /** Close the connection with a reset: before reading, inside the body, or after it. */
    | { readonly kind: 'reset'; readonly when: 'before' | 'body' | 'after' }
    /** Wait before answering as usual. */
    | { readonly kind: 'delay'; readonly milliseconds: number }
    /** Status 200 with a body that says JSON and is none. */
    | { readonly kind: 'malformed-json' }
    /** Refuse the upload as if the API token had expired. */
    | { readonly kind: 'expired-token' }
    /** Hand out an identity token for another audience. */
    | { readonly kind: 'wrong-audience' }
    /** Hand out an identity token that expired ten minutes ago. */
    | { readonly kind: 'expired-identity' }
    /** 400 (upload), 422 (mint) or 500 with a body that repeats the `Authorization` header and token it was sent. */
    | { readonly kind: 'echo-secret' }
  );

export type FaultKind = Fault['kind'];

const routesOfKind: Readonly<Record<FaultKind, readonly FaultRoute[]>> = {
  answer: faultRoutes,
  reset: faultRoutes,
  delay: faultRoutes,
  'malformed-json': ['identity', 'audience', 'mint', 'simple'],
  'expired-token': ['upload'],
  'wrong-audience': ['identity'],
  'expired-identity': ['identity'],
  'echo-secret': ['identity', 'mint', 'upload'],
};

/** Decides which fault, if any, a request meets. */
export class FaultQueue {
  #waiting: { readonly fault: Fault; skip: number; times: number }[] = [];

  set(faults: readonly Fault[]): void {
    this.#waiting = faults.map((fault) => ({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 }));
  }

  /** The fault for the next request of this route; using it up counts. */
  take(route: FaultRoute): Fault | undefined {
    for (const entry of this.#waiting) {
      if (entry.fault.route === route && entry.times > 0) {
        if (entry.skip > 0) {
          entry.skip -= 1;
        } else {
          entry.times -= 1;
          return entry.fault;
        }
      }
    }
    return undefined;
  }
}

/** Whether the request takes effect before its answer is replaced. */
export function isProcessed(fault: Fault): boolean {
  return fault.isProcessed ?? fault.route === 'mint';
}

/** How to write faults, for help texts. */
export const faultSyntax = [
  'status=N, json=N, html=N, text=N   answer with this status (body: JSON, or the named kind)',
  'reset=before|body|after            close the connection',
  'delay=MILLISECONDS                 wait before answering',
  'malformed-json                     200 with a broken body (not upload)',
  'expired-token                      upload: the API token has expired',
  'wrong-audience, expired-identity   identity: an unusable identity token',
  'echo-secret                        repeat the credentials in an error body',
  'options: times=N, skip=N, retry-after=SECONDS, stored, not-stored',
].join('\n');

/**
 * Read a fault from its command-line form, for instance `upload:status=503:times=2` or `mint:html=200`.
 * @throws {LocalIndexError} naming the part that is not understood.
 */
export function parseFault(text: string): Fault {
  const [routeText = '', what = '', ...options] = text.split(':');
  const route = faultRoutes.find((name) => name === routeText);
  if (route === undefined) {
    throw unknownFault(text, `no route is called \`${routeText}\`; routes are ${faultRoutes.join(', ')}`);
  }
  const fault = parseKind(text, what, route);
  if (!routesOfKind[fault.kind].includes(route)) {
    throw unknownFault(text, `\`${what}\` does not apply to ${route}`);
  }
  let result = fault;
  for (const option of options) {
    result = withOption(text, result, option);
  }
  return result;
}

function parseKind(text: string, what: string, route: FaultRoute): Fault {
  const [name = '', value] = what.split('=');
  switch (name) {
    case 'status':
      return { route, kind: 'answer', status: statusIn(text, value), body: 'json' };
    case 'json':
    case 'html':
    case 'text':
      return { route, kind: 'answer', status: statusIn(text, value), body: name };
    case 'reset': {
      const when = value ?? 'before';
      if (when !== 'before' && when !== 'body' && when !== 'after') {
        throw unknownFault(text, '`reset` is `before`, `body` or `after`');
      }
      return { route, kind: 'reset', when };
    }
    case 'delay':
      return { route, kind: 'delay', milliseconds: wholeNumber(text, name, value) };
    case 'malformed-json':
    case 'expired-token':
    case 'wrong-audience':
    case 'expired-identity':
    case 'echo-secret':
      if (value !== undefined) {
        throw unknownFault(text, `\`${name}\` takes no value`);
      }
      return { route, kind: name };
    default:
      throw unknownFault(text, name === '' ? 'it does not say what should happen' : `\`${name}\` is unknown`);
  }
}

function withOption(text: string, fault: Fault, option: string): Fault {
  const [name = '', value] = option.split('=');
  switch (name) {
    case 'times':
    case 'skip':
      return { ...fault, [name]: wholeNumber(text, name, value) };
    case 'stored':
      return { ...fault, isProcessed: true };
    case 'not-stored':
      return { ...fault, isProcessed: false };
    case 'retry-after':
      if (fault.kind !== 'answer') {
        throw unknownFault(text, '`retry-after` goes with a status');
      }
      return { ...fault, retryAfterSeconds: wholeNumber(text, name, value) };
    default:
      throw unknownFault(text, `the option \`${option}\` is unknown`);
  }
}

function statusIn(text: string, value: string | undefined): number {
  const status = wholeNumber(text, 'status', value);
  if (status < 200 || status > 599) {
    throw unknownFault(text, `${status} is no status to answer with`);
  }
  return status;
}

function wholeNumber(text: string, name: string, value: string | undefined): number {
  if (value === undefined || !/^\d{1,9}$/.test(value)) {
    throw unknownFault(text, `\`${name}\` needs a whole number`);
  }
  return Number(value);
}

function unknownFault(text: string, reason: string): LocalIndexError {
  return new LocalIndexError({
    message: `Cannot use the fault \`${text}\`: ${reason}.`,
    hint: `Write faults as route:what[:options], for instance \`upload:status=503:times=2\`.\n${faultSyntax}`,
  });
}

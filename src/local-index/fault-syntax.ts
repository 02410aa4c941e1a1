/** How faults are written on the command line and in requests: `route:what[:option…]`. */

import { type Fault, type FaultKind, type FaultRoute, faultRoutes } from './fault.ts';
import { LocalIndexError } from './local-index-error.ts';

const routesOfKind: Readonly<Record<FaultKind, readonly FaultRoute[]>> = {
  answer: faultRoutes,
  reset: faultRoutes,
  early: ['mint', 'upload'],
  delay: faultRoutes,
  bandwidth: faultRoutes,
  truncated: faultRoutes,
  'malformed-json': ['identity', 'audience', 'mint', 'simple'],
  'expired-token': ['upload'],
  race: ['upload'],
  stale: ['simple'],
  'wrong-audience': ['identity'],
  'expired-identity': ['identity'],
  'echo-secret': ['identity', 'mint', 'upload'],
};

const defaultStaleSeconds = 600;

/** How to write faults, for help texts. */
export const faultSyntax = [
  'status=N, json=N, html=N, text=N   answer with this status (body: JSON, or the named kind)',
  'reset=before|body|after            close the connection',
  'early=N                            answer with this status while the body is being sent (mint, upload)',
  'truncated                          end the connection inside the answer',
  'delay=MILLISECONDS                 wait before answering',
  'bandwidth=BYTES_PER_SECOND         read and write slowly',
  'malformed-json                     200 with a broken body (not upload)',
  'expired-token                      upload: the API token has expired',
  'race                               upload: 500 for simultaneous first files of a release',
  'stale[=SECONDS]                    simple: show it as it was, 600 s ago unless said otherwise',
  'wrong-audience, expired-identity   identity: an unusable identity token',
  'echo-secret                        repeat the credentials in an error body',
  'options: times=N|all, skip=N, retry-after=SECONDS, retry-after-date=SECONDS, stored, not-stored',
].join('\n');

/**
 * Read a fault from its text, for instance `upload:status=503:times=2` or `mint:html=200`.
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
    case 'early':
      return { route, kind: 'early', status: statusIn(text, value) };
    case 'delay':
      return { route, kind: 'delay', milliseconds: wholeNumber(text, name, value) };
    case 'bandwidth': {
      const bytesPerSecond = wholeNumber(text, name, value);
      if (bytesPerSecond === 0) {
        throw unknownFault(text, '`bandwidth` is 1 or more');
      }
      return { route, kind: 'bandwidth', bytesPerSecond };
    }
    case 'stale':
      return {
        route,
        kind: 'stale',
        seconds: value === undefined ? defaultStaleSeconds : wholeNumber(text, name, value),
      };
    case 'truncated':
    case 'malformed-json':
    case 'expired-token':
    case 'race':
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
      return { ...fault, times: value === 'all' ? Number.POSITIVE_INFINITY : wholeNumber(text, name, value) };
    case 'skip':
      return { ...fault, skip: wholeNumber(text, name, value) };
    case 'stored':
      return { ...fault, isProcessed: true };
    case 'not-stored':
      return { ...fault, isProcessed: false };
    case 'retry-after':
    case 'retry-after-date': {
      if (fault.kind !== 'answer') {
        throw unknownFault(text, `\`${name}\` goes with a status`);
      }
      const retryAfterSeconds = wholeNumber(text, name, value);
      return { ...fault, retryAfterSeconds, ...(name === 'retry-after-date' ? { retryAfterIsDate: true } : {}) };
    }
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

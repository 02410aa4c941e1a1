/**
 * What can go wrong between us and a server, as three classes, because the user does three different things: the
 * request did not get through (check the network, run again), the server refused it (read its reason), or it answered
 * something that is not the protocol (wrong address, login wall, proxy).
 *
 * None of them holds a header, a request body or a URL with credentials.
 */

import { PypiOidcError } from '../errors.ts';

/** How far a failed request came; `after-sending` means that the server may have acted on it. */
export type TransportStage = 'connecting' | 'sending' | 'after-sending';

export type TransportProblem =
  | 'refused'
  | 'host-not-found'
  | 'unreachable'
  | 'timeout'
  | 'reset'
  | 'certificate'
  | 'proxy'
  | 'aborted'
  | 'malformed-answer'
  | 'other';

const hints = {
  refused: 'Nothing listens there: check the address, and that the service is running.',
  'host-not-found': 'Check the spelling of the host name, and that this job has working DNS.',
  unreachable: 'Check that this job may reach the internet, or set `HTTPS_PROXY`.',
  timeout: 'The network or the server is slow: run the same command again.',
  reset: 'The connection broke: run the same command again. A proxy or firewall with a size limit may be the cause.',
  certificate: 'The certificate is not trusted here: name the certificate authority with `--ca-cert <file>`.',
  proxy: 'Check `HTTPS_PROXY` and `NO_PROXY`.',
  aborted: 'Run the same command again.',
  'malformed-answer': 'What answered does not speak HTTP as it should: check the address and any proxy on the way.',
  other: 'Run the same command again; with `--verbose` for each request.',
} as const satisfies Record<TransportProblem, string>;

/** The request got no answer. */
export class TransportError extends PypiOidcError<'TRANSPORT_FAILED'> {
  readonly problem: TransportProblem;
  readonly stage: TransportStage;

  constructor(facts: {
    readonly host: string;
    readonly problem: TransportProblem;
    readonly stage: TransportStage;
    readonly detail: string;
  }) {
    super('TRANSPORT_FAILED', {
      message: `No answer from ${facts.host}: ${facts.detail}.`,
      hint: hints[facts.problem],
      transient: facts.problem !== 'certificate' && facts.problem !== 'aborted',
    });
    this.problem = facts.problem;
    this.stage = facts.stage;
  }
}

/** The server answered with a status that means "no". `explanation` is the server's own text, cleaned. */
export class StatusError extends PypiOidcError<'STATUS_REFUSED'> {
  readonly status: number;
  readonly explanation: string;

  constructor(facts: {
    readonly what: string;
    readonly status: number;
    readonly explanation: string;
    readonly hint: string;
  }) {
    super('STATUS_REFUSED', {
      message: `${facts.what}: ${facts.status} ${facts.explanation}`.trimEnd(),
      hint: facts.hint,
    });
    this.status = facts.status;
    this.explanation = facts.explanation;
  }
}

/** The server answered, with something that the protocol does not allow. */
export class BodyError extends PypiOidcError<'BODY_UNEXPECTED'> {}

/** A secret would have left over an unprotected connection. */
export class InsecureAddressError extends PypiOidcError<'ADDRESS_INSECURE'> {
  constructor(host: string) {
    super('ADDRESS_INSECURE', {
      message: `Refused to talk to ${host} over plain http: tokens and files would be readable on the way.`,
      hint: 'Use an https:// address. Plain http is for loopback addresses (127.0.0.1, ::1, localhost) only.',
    });
  }
}

const problemByCode: Readonly<Record<string, TransportProblem>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'host-not-found',
  EAI_AGAIN: 'host-not-found',
  ENETUNREACH: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_ABORTED: 'aborted',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'reset',
  UND_ERR_HEADERS_OVERFLOW: 'malformed-answer',
};

const details = {
  refused: 'connection refused',
  'host-not-found': 'the host name was not found',
  unreachable: 'the network is unreachable',
  timeout: 'timed out',
  reset: 'the connection was closed',
  certificate: 'its certificate was not accepted',
  proxy: 'the proxy did not let the request through',
  aborted: 'the request was stopped',
  'malformed-answer': 'the answer is not valid HTTP',
  other: 'the request failed',
} as const satisfies Record<TransportProblem, string>;

/** Translate whatever the HTTP library threw; its own text is never passed on, as it may quote the request. */
export function transportError(cause: unknown, host: string, stage: TransportStage): TransportError {
  const refusedByProxy = proxyStatus(cause);
  const code = refusedByProxy ?? errorCode(cause);
  const problem = refusedByProxy === undefined ? problemOf(code, cause) : 'proxy';
  const suffix = code === undefined || problem === 'aborted' ? '' : ` (${code})`;
  const reached = endsBeforeSending(problem, code) ? 'connecting' : stage;
  return new TransportError({ host, problem, stage: reached, detail: `${details[problem]}${suffix}` });
}

/** These come from making a connection, whatever was about to be sent over it. */
function endsBeforeSending(problem: TransportProblem, code: string | undefined): boolean {
  return (
    problem === 'refused' ||
    problem === 'host-not-found' ||
    problem === 'certificate' ||
    problem === 'proxy' ||
    code === 'UND_ERR_CONNECT_TIMEOUT'
  );
}

/** undici says only in its text that a proxy refused the tunnel; by its code the request was aborted. */
function proxyStatus(cause: unknown): string | undefined {
  return cause instanceof Error ? /^Proxy response \((\d+)\)/.exec(cause.message)?.[1] : undefined;
}

function problemOf(code: string | undefined, cause: unknown): TransportProblem {
  // undici's parser does not always find the code of its error.
  if (isNamed(cause, 'HTTPParserError')) return 'malformed-answer';
  if (code === undefined) return isNamed(cause, 'AbortError') ? 'aborted' : 'other';
  const known = problemByCode[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return 'malformed-answer';
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code)) return 'certificate';
  return /PROXY|UND_ERR_PRX/.test(code) ? 'proxy' : 'other';
}

/** The `code` of an error, or of the first of its causes and aggregated errors that has one. */
function errorCode(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 4) return undefined;
  const inner = error instanceof AggregateError ? errorCode(error.errors[0], depth + 1) : undefined;
  const own = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const cause = errorCode(error.cause, depth + 1);
  // undici wraps the socket's own error, which says more, in UND_ERR_SOCKET.
  return inner ?? (own === 'UND_ERR_SOCKET' ? (cause ?? own) : (own ?? cause));
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

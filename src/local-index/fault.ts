/**
 * Faults that the index plays on request, to try out a client or a pipeline: each concerns one route and applies a
 * number of times. Written in code as objects, elsewhere as text (`fault-syntax.ts`).
 */

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
        /** Write `Retry-After` as a date. */
        readonly retryAfterIsDate?: boolean;
      }
    /** Close the connection with a reset: before reading, inside the body, or after it. */
    | { readonly kind: 'reset'; readonly when: 'before' | 'body' | 'after' }
    /** Refuse with this status as soon as the body begins, and read the rest of it afterwards. */
    | { readonly kind: 'early'; readonly status: number }
    /** Wait before answering; goes together with other faults. */
    | { readonly kind: 'delay'; readonly milliseconds: number }
    /** Read the body and write the answer no faster; goes together with other faults. */
    | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
    /** End the connection in the middle of the body of the real answer. */
    | { readonly kind: 'truncated' }
    /** Status 200 with a body that says JSON and is none. */
    | { readonly kind: 'malformed-json' }
    /** Refuse the upload as if the API token had expired. */
    | { readonly kind: 'expired-token' }
    /** Fail (500) with an upload to a release that came into being since the upload began, as PyPI does. */
    | { readonly kind: 'race' }
    /** Show the simple index as it was this many seconds ago, as a cache does. */
    | { readonly kind: 'stale'; readonly seconds: number }
    /** Hand out an identity token for another audience. */
    | { readonly kind: 'wrong-audience' }
    /** Hand out an identity token that expired ten minutes ago. */
    | { readonly kind: 'expired-identity' }
    /** 400 (upload), 422 (mint) or 500 with a body that repeats the `Authorization` header and token it was sent. */
    | { readonly kind: 'echo-secret' }
  );

export type FaultKind = Fault['kind'];

/** What a request meets: how slow the line is, and at most one fault besides. */
export interface Encounter {
  readonly delayMs: number;
  readonly bytesPerSecond: number | undefined;
  readonly fault: Fault | undefined;
}

/** A fault and how often it will still hit. */
export interface WaitingFault {
  readonly fault: Fault;
  skip: number;
  times: number;
}

/** Decides which faults, if any, a request meets. */
export class FaultQueue {
  #waiting: WaitingFault[] = [];

  /** Those that have not been used up, oldest first. */
  get waiting(): readonly Readonly<WaitingFault>[] {
    return this.#waiting.filter(({ times }) => times > 0);
  }

  set(faults: readonly Fault[]): void {
    this.#waiting = [];
    this.add(faults);
  }

  add(faults: readonly Fault[]): void {
    this.#waiting.push(...faults.map((fault) => ({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 })));
  }

  /** What the next request of this route meets; using it up counts. */
  take(route: FaultRoute): Encounter {
    const delay = this.#takeFirst(route, (fault) => fault.kind === 'delay');
    const bandwidth = this.#takeFirst(route, (fault) => fault.kind === 'bandwidth');
    return {
      delayMs: delay?.kind === 'delay' ? delay.milliseconds : 0,
      bytesPerSecond: bandwidth?.kind === 'bandwidth' ? bandwidth.bytesPerSecond : undefined,
      fault: this.#takeFirst(route, (fault) => fault.kind !== 'delay' && fault.kind !== 'bandwidth'),
    };
  }

  #takeFirst(route: FaultRoute, isWanted: (fault: Fault) => boolean): Fault | undefined {
    for (const entry of this.#waiting) {
      if (entry.fault.route === route && entry.times > 0 && isWanted(entry.fault)) {
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

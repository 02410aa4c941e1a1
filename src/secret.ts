/**
 * Secrets that cannot print themselves: identity tokens, API tokens, passwords and request tokens travel in this
 * type from the place that reads them to the one request that sends them.
 */

import { inspect } from 'node:util';

/** A value that turns into `[secret]` wherever it is printed, logged, joined into a string or serialised. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it where the value leaves the process, and keep the result in no variable that outlives the call. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

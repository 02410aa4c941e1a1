/** The time of the index, which can be moved on: tokens expire, releases grow old, without anybody waiting. */

export class IndexClock {
  readonly #base: () => number;
  #aheadMs = 0;

  /** @param base milliseconds since the Unix epoch */
  constructor(base: () => number) {
    this.#base = base;
  }

  /** How far it was moved, in milliseconds. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  readonly now = (): number => this.#base() + this.#aheadMs;

  /** Move on; back with a negative number. */
  advance(milliseconds: number): void {
    this.#aheadMs += milliseconds;
  }
}

/** One deadline at a time: each call of `expect` replaces the last. Aborts the request when it passes. */
export class Watch {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #limitMs = 0;
  #what = '';
  readonly #outer: AbortSignal | undefined;
  readonly #abort = () => this.#controller.abort();
  expired: { readonly what: string; readonly limitMs: number } | undefined;

  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer;
    if (outer?.aborted) this.#abort();
    else outer?.addEventListener('abort', this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  expect(what: string, limitMs: number): void {
    // The body may go on for a moment after the request has failed.
    if (this.#stopped) return;
    if (this.#timer !== undefined && this.#what === what && this.#limitMs === limitMs) {
      this.#timer.refresh();
      return;
    }
    clearTimeout(this.#timer);
    this.#what = what;
    this.#limitMs = limitMs;
    this.#timer = setTimeout(() => {
      this.expired = { what, limitMs };
      this.#abort();
    }, limitMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#outer?.removeEventListener('abort', this.#abort);
  }
}

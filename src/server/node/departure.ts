/**
 * Departure: whether a client has gone, as a signal for those who ask.
 *
 * Most answers are given at once and nobody asks, so the signal is made with
 * the first look at it.
 */
export class Departure {
  #controller: AbortController | undefined;
  #gone = false;

  /** True from when the client went away. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Fires when the client goes away. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#gone) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  leave(): void {
    this.#gone = true;
    this.#controller?.abort();
  }
}

/** The time that an operation has, and the caller's going away. */
export class Patience {
  readonly signal: AbortSignal;
  readonly #own = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, caller: AbortSignal | undefined) {
    this.signal =
      caller === undefined ? this.#own.signal : AbortSignal.any([caller, this.#own.signal]);
    this.extend(milliseconds);
  }

  /** So much from now. */
  readonly extend = (milliseconds: number): void => {
    clearTimeout(this.#timer);
    const late = new DOMException('The bucket is too slow.', 'TimeoutError');
    this.#timer = setTimeout(() => this.#own.abort(late), milliseconds).unref();
  };

  readonly end = (): void => clearTimeout(this.#timer);
}

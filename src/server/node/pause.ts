/** Pause: how long a server drains. */

/** A time that ends once, at the earliest of the ends it is given. */
export class Pause {
  readonly over: Promise<void>;
  #end: () => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Ends it in so many milliseconds. */
  end(milliseconds: number): void {
    if (milliseconds <= 0) this.#end();
    else setTimeout(this.#end, milliseconds).unref();
  }
}

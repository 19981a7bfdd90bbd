/**
 * Byte budget: how many bytes may be held for one purpose at a time.
 */

export class ByteBudget {
  readonly #most: number;
  #held = 0;

  /** @param most in bytes */
  constructor(most: number) {
    this.#most = most;
  }

  /** Bytes held now. */
  get held(): number {
    return this.#held;
  }

  /** Room for so many bytes; undefined where it would be more than the budget has. */
  take(bytes: number): Room | undefined {
    if (this.#held + bytes > this.#most) return undefined;
    this.#held += bytes;
    return roomFor(bytes, () => {
      this.#held -= bytes;
    });
  }
}

/** Room for bytes on their way in. */
export interface Room {
  readonly bytes: number;
  /** Gives it back; more than once is once. */
  release(): void;
}

export function roomFor(bytes: number, give: () => void): Room {
  let held = true;
  return {
    bytes,
    release() {
      if (held) give();
      held = false;
    },
  };
}

/**
 * Byte budget: how many bytes may be held for one purpose at a time.
 */

export class ByteBudget {
  readonly #most: number;
  readonly #within: ByteBudget | undefined;
  #held = 0;

  /**
   * @param most in bytes
   * @param within a larger budget, of which this is a share
   */
  constructor(most: number, within?: ByteBudget) {
    this.#most = most;
    this.#within = within;
  }

  /** Bytes held now. */
  get held(): number {
    return this.#held;
  }

  /** Room for so many bytes; undefined where it would be more than the budget has. */
  take(bytes: number): Room | undefined {
    if (this.#held + bytes > this.#most) return undefined;
    const outer = this.#within?.take(bytes);
    if (this.#within && !outer) return undefined;
    this.#held += bytes;
    return roomFor(bytes, () => {
      this.#held -= bytes;
      outer?.release();
    });
  }

  /** Whether it has so much when nothing else is held. */
  mayHold(bytes: number): boolean {
    return bytes <= this.#most && (this.#within?.mayHold(bytes) ?? true);
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

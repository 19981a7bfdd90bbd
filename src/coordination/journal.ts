/**
 * Journal: orders that every node carries out, numbered in the one order in which they were given.
 *
 * A node hears of an order at once. One that was away reads what it missed when it is back, so that nothing
 * it does afterwards comes from before an order.
 */

/** An order, numbered. */
export interface JournalEntry {
  /** Later than that of every entry before: milliseconds since 1970, or a little more. */
  readonly epoch: number;
  /** What was appended; another program may have written it. */
  readonly order: unknown;
}

/** Who has carried an order out. */
export interface Acknowledgement {
  /** Nodes that were there when it was given, this one included. */
  readonly nodes: number;
  readonly acknowledged: number;
}

export interface Appended {
  readonly epoch: number;
  /** Resolves when all nodes have carried it out, or when the time for that is over. */
  readonly acknowledged: Promise<Acknowledgement>;
}

export interface JournalReader {
  /** The latest epoch known here: what is appended next comes after it. */
  readonly latest: () => number;
  /** Carries out an order of another node; it is acknowledged when this resolves. */
  readonly carryOut: (entry: JournalEntry) => Promise<void>;
  /**
   * Carries out what was missed.
   *
   * @param forgotten entries up to this epoch are not there any more and may have been missed as well; 0 for none
   */
  readonly catchUp: (entries: readonly JournalEntry[], forgotten: number) => Promise<void>;
  /** Hears that an order of this node, which nobody could be told, has been told now. */
  readonly told?: (entry: JournalEntry) => void;
}

export interface Journal {
  /** Appends an order for all other nodes. Undefined where nobody can be told; it is then told later. */
  append(order: unknown): Promise<Appended | undefined>;
  /** Whose orders these are; to be called once. */
  follow(reader: JournalReader): void;
  /** Resolves when nothing can have been missed, where nobody can be asked, or after so many milliseconds. */
  caughtUp(milliseconds: number): Promise<void>;
}

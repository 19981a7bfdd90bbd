/**
 * Tally: figures over all requests, in memory that does not grow with their number.
 */
import { badness, type Exhibit, hasOtherSize, isAnswered, type Outcome } from './outcome.ts';

/** Different sentences that are counted one by one; the others are counted together. */
const MOST_SENTENCES = 500;
const OTHERS = 'other remarks';

export class Tally {
  /** Most exhibits that are kept. */
  readonly #most: number;
  readonly #worst: { readonly badness: number; readonly exhibit: Exhibit }[] = [];
  readonly #remarks = new Map<string, number>();
  readonly #statuses = new Map<number, number>();
  #requests = 0;
  #skipped = 0;
  #answered = 0;
  #understood = 0;
  #sizes = { same: 0, other: 0 };
  #bytes = { ours: 0, theirs: 0 };
  #scores = { count: 0, sum: 0, least: Number.POSITIVE_INFINITY };
  #milliseconds = 0;

  constructor(most = 20) {
    this.#most = most;
  }

  /** A line or an entry that asks for nothing. */
  skip(): void {
    this.#skipped++;
  }

  get requests(): number {
    return this.#requests;
  }

  add(exhibit: Exhibit): void {
    const { outcome } = exhibit;
    this.#requests++;
    this.#milliseconds += outcome.milliseconds;
    bump(this.#statuses, outcome.status);
    if (isAnswered(outcome)) this.#answered++;
    if (outcome.remarks.length === 0 && isAnswered(outcome)) this.#understood++;
    for (const remark of outcome.remarks) {
      const known = this.#remarks.has(remark) || this.#remarks.size < MOST_SENTENCES;
      bump(this.#remarks, known ? remark : OTHERS);
    }
    this.#compare(outcome);
    this.#keep(exhibit);
  }

  #compare(outcome: Outcome): void {
    const { vendor, bytes, width, score } = outcome;
    if (vendor?.width !== undefined && width !== undefined) {
      this.#sizes[hasOtherSize(outcome) ? 'other' : 'same']++;
    }
    if (vendor?.bytes !== undefined && vendor.bytes > 0 && bytes !== undefined) {
      this.#bytes.ours += bytes;
      this.#bytes.theirs += vendor.bytes;
    }
    if (score === undefined) return;
    this.#scores.count++;
    this.#scores.sum += score;
    this.#scores.least = Math.min(this.#scores.least, score);
  }

  /** An exhibit holds two bodies: only the worst are kept. */
  #keep(exhibit: Exhibit): void {
    const bad = badness(exhibit.outcome);
    const at = this.#worst.findIndex((one) => one.badness < bad);
    if (at < 0 && this.#worst.length >= this.#most) return;
    this.#worst.splice(at < 0 ? this.#worst.length : at, 0, { badness: bad, exhibit });
    if (this.#worst.length > this.#most) this.#worst.pop();
  }

  /** The worst first. */
  worst(): readonly Exhibit[] {
    return this.#worst.map(({ exhibit }) => exhibit);
  }

  summary(): Summary {
    const { count, sum, least } = this.#scores;
    return {
      requests: this.#requests,
      skipped: this.#skipped,
      answered: this.#answered,
      understood: this.#understood,
      statuses: Object.fromEntries([...this.#statuses].sort(([a], [b]) => a - b)),
      remarks: [...this.#remarks]
        .sort(([, a], [, b]) => b - a)
        .map(([sentence, times]) => ({ sentence, times })),
      sizes: this.#sizes,
      bytes: this.#bytes,
      scores: count === 0 ? undefined : { count, mean: sum / count, least },
      meanMilliseconds: this.#requests === 0 ? 0 : this.#milliseconds / this.#requests,
    };
  }
}

export interface Summary {
  readonly requests: number;
  /** Lines and entries that ask for no picture. */
  readonly skipped: number;
  /** A success for every success of the vendor. */
  readonly answered: number;
  /** Answered, and every parameter had its effect. */
  readonly understood: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Most frequent first. */
  readonly remarks: readonly { readonly sentence: string; readonly times: number }[];
  /** Pictures whose size is known on both sides. */
  readonly sizes: { readonly same: number; readonly other: number };
  /** Bytes of the answers whose length is known on both sides. */
  readonly bytes: { readonly ours: number; readonly theirs: number };
  /** SSIMULACRA 2 against the vendor's pictures. */
  readonly scores:
    | { readonly count: number; readonly mean: number; readonly least: number }
    | undefined;
  readonly meanMilliseconds: number;
}

function bump<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

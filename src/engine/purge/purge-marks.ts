/**
 * Purge marks: what has been purged, and when (docs/decisions/0036-purge.md).
 *
 * A source that was read before the newest mark that names it is not used any more. So a purge is one
 * line in a file, whatever it names and however many renditions there are, and it holds for what is
 * still on its way from an origin or a worker, and after a restart or a crash.
 *
 * The number of marks is bounded. Where the oldest are forgotten, everything read before them is asked
 * for again at its next use (`floor`), which is more than was purged and never less.
 */
import type { Clock } from '../../base/clock.ts';
import { type Identity, type MarkTarget, markName, names } from './purge-target.ts';

export interface Mark {
  /** When, in milliseconds since 1970, but later than every mark before. */
  readonly epoch: number;
  readonly target: MarkTarget;
  /** Sources are served while they are asked for again. */
  readonly soft: boolean;
  /** Other nodes, which could not be told, are to be told yet. */
  readonly untold?: true;
}

/** The epoch that all nodes know a mark by, or that they could not be told of it; undefined where there are no others. */
export type GivenEpoch = number | 'untold' | undefined;

/** Names all sources. */
export const EVERYTHING: MarkTarget = { kind: 'prefix', prefix: '/' };

/** What marks make of a source that was read in an epoch. */
export type Verdict = 'kept' | 'outdated' | 'gone';

/** Writes marks where a restart finds them. */
export interface MarkRecord {
  /** False where it cannot. */
  append(mark: Mark): Promise<boolean>;
  /** All that is to be known, in place of what was written. */
  rewrite(marks: readonly Mark[], floor: number): Promise<boolean>;
}

/** Marks kept, some hundred bytes each. */
export const MOST_MARKS = 10_000;

export class PurgeMarks {
  readonly #clock: Clock;
  readonly #record: MarkRecord | undefined;
  readonly #most: number;
  /** The newest of each target, hard and soft apart, in their order. */
  readonly #marks = new Map<string, Mark>();
  /** Those of prefixes among them, which have to be compared one by one. */
  readonly #prefixes = new Map<string, Mark>();
  #last = 0;
  #floor = 0;

  /** @param known what a record held, in any order */
  constructor(
    clock: Clock,
    record?: MarkRecord,
    known: { readonly marks: readonly Mark[]; readonly floor: number } = { marks: [], floor: 0 },
    most = MOST_MARKS,
  ) {
    this.#clock = clock;
    this.#record = record;
    this.#most = most;
    this.#floor = known.floor;
    this.#last = known.floor;
    for (const mark of [...known.marks].sort((a, b) => a.epoch - b.epoch)) this.#put(mark);
  }

  /** Of the latest purge, 0 before the first; what is read now is read in this epoch. */
  get epoch(): number {
    return this.#last;
  }

  /**
   * Adds a mark, which holds at once.
   *
   * @param given the epoch that all nodes know it by; by the clock where it is absent, or nobody could be told
   * @returns whether it will hold after a restart
   */
  add(
    target: MarkTarget,
    soft: boolean,
    given?: GivenEpoch,
  ): { readonly mark: Mark; readonly durable: Promise<boolean> } {
    // By the clock: what was read before a record was lost is older than every mark after it.
    const own = () => Math.max(this.#last + 1, this.#clock.now());
    const epoch = typeof given === 'number' ? given : own();
    const mark: Mark = { epoch, target, soft, ...(given === 'untold' ? { untold: true } : {}) };
    this.#put(mark);
    const shrunk = this.#shrink();
    if (this.#record === undefined) return { mark, durable: Promise.resolve(false) };
    return { mark, durable: shrunk ? this.rewrite() : this.#record.append(mark) };
  }

  /** Adds marks of other nodes. @returns whether they will hold after a restart */
  adopt(marks: readonly Mark[]): Promise<boolean> {
    const fresh = marks.filter((mark) => !this.#covers(mark));
    if (fresh.length === 0) return Promise.resolve(true);
    for (const mark of fresh) this.#put(mark);
    this.#shrink();
    return this.rewrite();
  }

  /** All that is known, with one of everything for what was forgotten. */
  get all(): readonly Mark[] {
    const marks = [...this.#marks.values()];
    if (this.#floor === 0) return marks;
    return [{ target: EVERYTHING, soft: true, epoch: this.#floor }, ...marks];
  }

  /** Targets that are marked. */
  get size(): number {
    return this.#marks.size;
  }

  /** Has the record hold what is known now and nothing else. */
  rewrite(): Promise<boolean> {
    const marks = [...this.#marks.values()];
    return this.#record?.rewrite(marks, this.#floor) ?? Promise.resolve(false);
  }

  /** What became of a source that was read in an epoch. */
  judge(identity: Identity, epoch: number): Verdict {
    if (epoch === this.#last) return 'kept';
    if (this.newest(identity, false) > epoch) return 'gone';
    return epoch < this.#floor || this.newest(identity, true) > epoch ? 'outdated' : 'kept';
  }

  /** The epoch of the newest mark that names a source, 0 where none does. @param soft marks of this kind alone */
  newest(identity: Identity, soft: boolean): number {
    let newest = 0;
    const consider = (mark: Mark | undefined) => {
      if (mark !== undefined && mark.epoch > newest) newest = mark.epoch;
    };
    const exact: MarkTarget[] = [
      { kind: 'source', key: identity.key },
      ...identity.tags.map((tag) => ({ kind: 'tag' as const, tag })),
    ];
    for (const target of exact) consider(this.#marks.get(nameOf(target, soft)));
    for (const mark of this.#prefixes.values()) {
      if (mark.soft === soft && names(mark.target, identity)) consider(mark);
    }
    return newest;
  }

  /** Whether a mark says nothing that is not known, or was forgotten for being too old. */
  #covers({ target, soft, epoch }: Mark): boolean {
    const known = this.#marks.get(nameOf(target, soft));
    return epoch <= (known?.epoch ?? this.#floor);
  }

  #put(mark: Mark): void {
    const name = nameOf(mark.target, mark.soft);
    if ((this.#marks.get(name)?.epoch ?? 0) > mark.epoch) return;
    this.#marks.delete(name);
    this.#marks.set(name, mark);
    if (mark.target.kind === 'prefix') this.#prefixes.set(name, mark);
    this.#last = Math.max(this.#last, mark.epoch);
  }

  /** Forgets the older half where there are too many. */
  #shrink(): boolean {
    if (this.#marks.size <= this.#most) return false;
    for (const [name, { epoch }] of this.#marks) {
      if (this.#marks.size <= this.#most / 2) break;
      this.#marks.delete(name);
      this.#prefixes.delete(name);
      this.#floor = Math.max(this.#floor, epoch);
    }
    return true;
  }
}

/** One name per target and kind: the newest mark of a name is the one that counts. */
export function nameOf(target: MarkTarget, soft: boolean): string {
  return `${soft ? 'soft' : 'hard'} ${markName(target)}`;
}

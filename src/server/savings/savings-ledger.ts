/**
 * Savings ledger: counts of answers by source and day, until they are written down.
 *
 * Who answers adds to plain numbers of its source (`account`); at the end of a day (UTC), and
 * whenever somebody wants to know, these are settled: they become part of their day and of the sums
 * since the start.
 *
 * Invariant: what was counted is either unsettled, pending, or was taken.
 */
import type { Writable } from '../../base/writable.ts';
import {
  addAnswer,
  addCounts,
  addHit,
  type CountedEnd,
  type CountedPicture,
  isEmpty,
  noCounts,
  type SavingsCounts,
} from './savings-counts.ts';

/** Sources with counts of their own; a configuration that has more has its others together. */
const MOST_SOURCES = 1000;
/** Their name, which no source can have. */
export const OTHER_SOURCES = '(other)';
/** Days that are kept. */
export const MOST_DAYS = 400;

const DAY = 86_400_000;

/** Counts by day (`2026-11-30`, UTC) and source. */
export type DayCounts = Map<string, Map<string, SavingsCounts>>;

/** The numbers of a source that answers are added to. */
export interface Account {
  readonly source: string;
  readonly counts: Writable<SavingsCounts>;
}

/** The day of a time, as in `2026-11-30`. @param time milliseconds since 1970 */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The day so many days before another. */
export function dayBefore(day: string, days: number): string {
  return dayOf(Date.parse(day) - days * DAY);
}

/** Adds the counts of days to others. */
export function addDays(to: DayCounts, more: DayCounts): void {
  for (const [day, sources] of more) {
    const known = to.get(day) ?? new Map<string, SavingsCounts>();
    to.set(day, known);
    for (const [source, counts] of sources) {
      const sum = { ...(known.get(source) ?? noCounts()) };
      addCounts(sum, counts);
      known.set(source, sum);
    }
  }
}

export class SavingsLedger {
  readonly #accounts = new Map<string, Account>();
  readonly #sums = new Map<string, Writable<SavingsCounts>>();
  #pending: DayCounts = new Map();
  #day: string;
  /** When the day of what is unsettled is over, in milliseconds since 1970. */
  #dayEnds: number;

  /** @param now milliseconds since 1970 */
  constructor(now: number) {
    this.#day = dayOf(now);
    this.#dayEnds = Date.parse(this.#day) + DAY;
  }

  /** Where answers of a source are added; the same one for each name. */
  account(source: string): Account {
    const known = this.#accounts.get(source);
    if (known !== undefined) return known;
    if (this.#accounts.size >= MOST_SOURCES && source !== OTHER_SOURCES) {
      return this.account(OTHER_SOURCES);
    }
    const account = { source, counts: noCounts() };
    this.#accounts.set(source, account);
    return account;
  }

  /** A picture was sent again. */
  hit({ counts }: Account, picture: CountedPicture, now: number): void {
    if (now >= this.#dayEnds) this.settle(now);
    addHit(counts, picture);
  }

  /** Any answer of a source. */
  answered(source: string, end: CountedEnd, now: number): void {
    if (now >= this.#dayEnds) this.settle(now);
    addAnswer(this.account(source).counts, end);
  }

  /** What another process counted until now. */
  add(source: string, counts: SavingsCounts, now: number): void {
    if (now >= this.#dayEnds) this.settle(now);
    addCounts(this.account(source).counts, counts);
  }

  /** Counts since the start, by source. */
  sums(now: number): ReadonlyMap<string, SavingsCounts> {
    this.settle(now);
    return this.#sums;
  }

  /** What has not been taken yet. */
  pending(now: number): DayCounts {
    this.settle(now);
    return this.#pending;
  }

  /** What has not been taken yet, handed over. */
  take(now: number): DayCounts {
    this.settle(now);
    const taken = this.#pending;
    this.#pending = new Map();
    return taken;
  }

  /** Takes back what could not be written; days that are too old go. */
  giveBack(days: DayCounts): void {
    addDays(this.#pending, days);
    const oldest = dayBefore(this.#day, MOST_DAYS - 1);
    for (const day of this.#pending.keys()) if (day < oldest) this.#pending.delete(day);
  }

  /** Books what was counted to its day, and begins the next where that is over. */
  settle(now: number): void {
    const booked = new Map<string, SavingsCounts>();
    for (const { source, counts } of this.#accounts.values()) {
      if (isEmpty(counts)) continue;
      const sum = this.#sums.get(source) ?? noCounts();
      this.#sums.set(source, sum);
      addCounts(sum, counts);
      booked.set(source, { ...counts });
      Object.assign(counts, noCounts());
    }
    if (booked.size > 0) addDays(this.#pending, new Map([[this.#day, booked]]));
    if (now < this.#dayEnds) return;
    this.#day = dayOf(now);
    this.#dayEnds = Date.parse(this.#day) + DAY;
  }
}

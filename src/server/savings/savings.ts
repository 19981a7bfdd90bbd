/**
 * Savings: the ledger of a server with the files it is kept in, and the answers about it.
 *
 * No request for a picture touches a file: what was counted is written once a minute, and when the
 * server stops. A folder that takes nothing costs the keeping alone: counts stay in memory, and are
 * written once it takes them again.
 */
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { addDays, type DayCounts, dayBefore, dayOf, SavingsLedger } from './savings-ledger.ts';
import { SavingsStore } from './savings-store.ts';

/** Milliseconds between two times that counts are written. */
const INTERVAL = 60_000;
/** Milliseconds for which days that were read serve again, whoever asks. */
const READ_AGAIN = 10_000;

export interface SavingsParts {
  /** Of the cache. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Has other processes say what they have counted. */
  readonly collect: () => Promise<void>;
  /** False: nothing is written, because the answers are nobody's. */
  readonly keeps: boolean;
}

export class Savings {
  readonly ledger: SavingsLedger;
  readonly #parts: SavingsParts;
  readonly #store: SavingsStore;
  readonly #timer: ReturnType<typeof setInterval>;
  /** The last that was to use the files; one thing at a time does. */
  #last: Promise<unknown> = Promise.resolve();
  #read: { readonly from: string; readonly at: number; readonly days: DayCounts } | undefined;
  /** Files failed when they were last used. */
  #failing = false;
  #ending = false;

  constructor(parts: SavingsParts) {
    const { folder, clock, log } = parts;
    this.#parts = parts;
    this.ledger = new SavingsLedger(clock.now());
    this.#store = new SavingsStore(join(folder, 'savings'), (file) =>
      log.warn({ file }, 'savings-torn'),
    );
    if (parts.keeps) this.#store.prepare();
    this.#timer = setInterval(() => void this.write(), INTERVAL);
    this.#timer.unref();
  }

  /** Writes what was counted; resolves when it stands in its files, or could not be written. */
  write(): Promise<void> {
    return this.#inTurn(() => this.#write());
  }

  /** The counts of the last days, this one included. @param length days, from 1 on */
  async days(length: number): Promise<{ readonly today: string; readonly days: DayCounts }> {
    const { clock, collect } = this.#parts;
    await collect();
    return this.#inTurn(async () => {
      const now = clock.now();
      const today = dayOf(now);
      const days: DayCounts = new Map();
      addDays(days, await this.#kept(dayBefore(today, length - 1), now));
      addDays(days, this.ledger.pending(clock.now()));
      return { today, days };
    });
  }

  /** Writes at once what was counted, since the server is to end: whoever ends it may take its folder away next. */
  end(): Promise<void> {
    this.#ending = true;
    return this.write();
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.end();
  }

  /** Done when nothing else uses the files: what is being written is neither pending nor in its file. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Days as they are kept, from one on. */
  async #kept(from: string, now: number): Promise<DayCounts> {
    if (!this.#parts.keeps) return new Map();
    const last = this.#read;
    if (last !== undefined && last.from <= from && now - last.at < READ_AGAIN) return last.days;
    try {
      const days = await this.#store.read(from, dayOf(now));
      this.#read = { from, at: now, days };
      return days;
    } catch (error) {
      this.#failed(error);
      return new Map();
    }
  }

  async #write(): Promise<void> {
    const { clock, keeps } = this.#parts;
    if (!keeps) return;
    const now = clock.now();
    const taken = this.ledger.take(now);
    if (taken.size === 0) return;
    const { left, error } = await this.#store.add(taken, dayOf(now), this.#ending);
    this.#read = undefined;
    this.ledger.giveBack(left);
    if (error === undefined) this.#failing = false;
    else this.#failed(error);
  }

  /** Logged once, until files can be used again. */
  #failed(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#parts.log.warn({ error: String(error) }, 'savings-not-kept');
  }
}

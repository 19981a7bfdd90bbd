/**
 * Shared marks: the marks of purges as notices beside what all nodes keep together.
 *
 * Word of a purge by Redis reaches who is there, and is lost with a Redis that loses its data or a node that dies
 * before it can tell. So each purge is a notice as well, and what a node knows and what the notices say become the
 * same whenever they are compared: at its start, while and after nobody else can tell, and when the store is back.
 * It is a union of sets, so that order, repetition and several who write at once do not matter.
 *
 * Many notices are put together into one with all that is known, before those that it holds are taken away. They
 * do not age here: a mark has to outlive the entries that it names, and the rule of the bucket that lets entries
 * expire by the day of writing takes no mark before an entry of its time.
 */
import pLimit from 'p-limit';
import type { CoordinationStatus } from '../../coordination/coordination.ts';
import { hashKey } from '../../plan/key.ts';
import type { Notices } from '../../stores/shared-store.ts';
import type { Timer } from '../timer.ts';
import { marksText, readMarks } from './purge-file.ts';
import { EVERYTHING, type Mark, nameOf, type PurgeMarks } from './purge-marks.ts';

/** Milliseconds between two looks at whether something is to be done. */
const LOOK = 2000;
/** Milliseconds between two comparisons while no other node can tell. */
const POLL = 10_000;
/** Notices above which they are put together. */
const MOST_NOTICES = 64;
/** Notices read side by side. */
const ABREAST = 8;
/** Times that a comparison begins anew, because a notice went away meanwhile. */
const TRIES = 3;

export interface SharedMarksParts {
  readonly notices: Notices;
  readonly marks: PurgeMarks;
  readonly timer: Timer;
  /** Of the nodes that tell one another; undefined where none do. */
  readonly told: () => CoordinationStatus | undefined;
}

export class SharedMarks {
  readonly #parts: SharedMarksParts;
  #adopt: (marks: readonly Mark[]) => void = () => undefined;
  /** Notices that have been read or written here. */
  #read = new Set<string>();
  /** The newest epoch of each target that the notices are known to have. */
  #there = new Map<string, number>();
  /** Nothing can have been missed. */
  #whole = false;
  /** Something known here is not among the notices. */
  #lacking = false;
  #comparedAt = Number.NEGATIVE_INFINITY;
  #losses = 0;
  #comparing: Promise<void> | undefined;
  #waiting: Mark[] = [];
  #writing: Promise<unknown> = Promise.resolve();
  #next: Promise<boolean> | undefined;
  #disarm: () => void = () => undefined;
  #closed = false;

  constructor(parts: SharedMarksParts) {
    this.#parts = parts;
  }

  /** @param adopt takes in marks that were missed; to be called once */
  follow(adopt: (marks: readonly Mark[]) => void): void {
    this.#adopt = adopt;
    void this.#compare();
    this.#arm();
  }

  /** Writes marks that are known here. Resolves when every node that comes finds them (true), or when that is for later. */
  tell(marks: readonly Mark[]): Promise<boolean> {
    this.#waiting.push(...marks);
    // What comes while a notice is written goes into one together.
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      const written = this.#write(this.#waiting.splice(0));
      this.#writing = written;
      return written;
    });
    return this.#next;
  }

  /** Resolves when nothing can have been missed, where the notices cannot be read, or after so many milliseconds. */
  async caughtUp(milliseconds: number): Promise<void> {
    if (this.#whole || this.#comparing === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([this.#comparing, late]);
    clearTimeout(timer);
  }

  close(): void {
    this.#closed = true;
    this.#disarm();
  }

  #arm(): void {
    this.#disarm = this.#parts.timer.after(LOOK, () => {
      if (this.#closed) return;
      if (this.#isDue()) void this.#compare();
      this.#arm();
    });
  }

  #isDue(): boolean {
    const told = this.#parts.told();
    // Who was away may have lost what it knew.
    if (told?.available && told.losses !== this.#losses) this.#whole = false;
    if (!this.#whole || this.#lacking || this.#read.size > MOST_NOTICES) return true;
    const alone = told === undefined || !told.available;
    return alone && this.#parts.timer.now() - this.#comparedAt >= POLL;
  }

  /** Has this node and the notices know the same; once for all who ask meanwhile. */
  #compare(): Promise<void> {
    this.#comparing ??= this.#comparison().finally(() => {
      this.#comparing = undefined;
    });
    return this.#comparing;
  }

  async #comparison(): Promise<void> {
    const told = this.#parts.told();
    for (let tries = 0; tries < TRIES; tries++) {
      const found = await this.#readNew();
      if (found === 'away') return;
      if (found === 'again') continue;
      // What others know is known here from now on, whatever becomes of the rest.
      this.#comparedAt = this.#parts.timer.now();
      this.#losses = told?.losses ?? 0;
      this.#whole = true;
      this.#lacking = false;
      const lacking = this.#parts.marks.all.filter((mark) => this.#isLacking(mark));
      if (lacking.length > 0 && !(await this.#write(lacking))) return;
      if (this.#read.size > MOST_NOTICES) await this.#putTogether();
      return;
    }
  }

  async #readNew(): Promise<'done' | 'away' | 'again'> {
    const { notices } = this.#parts;
    const names = await notices.names();
    if (names === undefined) return 'away';
    const limit = pLimit(ABREAST);
    const fresh = names.filter((name) => !this.#read.has(name));
    const read = await Promise.all(fresh.map((name) => limit(() => notices.read(name))));
    const missed: Mark[] = [];
    for (const [at, one] of read.entries()) {
      if (one.kind !== 'text') continue;
      const name = fresh[at] ?? '';
      const { marks, floor, unreadable } = readMarks(one.text);
      const epochs = [floor, unreadable > 0 ? epochOf(name) : 0].filter((epoch) => epoch > 0);
      const lost = epochs.map((epoch) => ({ target: EVERYTHING, soft: true, epoch }));
      missed.push(...lost, ...marks);
      this.#note(name, [...lost, ...marks]);
    }
    if (missed.length > 0) this.#adopt(missed);
    if (read.some(({ kind }) => kind === 'away')) return 'away';
    // One that is not there any more is part of another.
    if (read.some(({ kind }) => kind === 'none')) return 'again';
    const present = new Set(names);
    for (const name of this.#read) if (!present.has(name)) this.#read.delete(name);
    return 'done';
  }

  #isLacking(mark: Mark): boolean {
    return (this.#there.get(nameOf(mark.target, mark.soft)) ?? 0) < mark.epoch;
  }

  async #write(marks: readonly Mark[]): Promise<boolean> {
    if (marks.length === 0) return true;
    const text = marksText(marks);
    const name = noticeName(marks, text);
    if (!(await this.#parts.notices.write(name, text))) {
      this.#lacking = true;
      return false;
    }
    this.#note(name, marks);
    return true;
  }

  /** Writes all that is known as one notice, in place of those that have been read. */
  async #putTogether(): Promise<void> {
    const { notices, marks } = this.#parts;
    const former = [...this.#read];
    const { all } = marks;
    const text = marksText(all);
    const name = noticeName(all, text);
    if (!(await notices.write(name, text))) return;
    this.#there = new Map(all.map((mark) => [nameOf(mark.target, mark.soft), mark.epoch]));
    const gone = former.filter((one) => one !== name);
    await notices.delete(gone);
    for (const one of gone) this.#read.delete(one);
    this.#read.add(name);
  }

  #note(name: string, marks: readonly Mark[]): void {
    this.#read.add(name);
    for (const { target, soft, epoch } of marks) {
      const known = nameOf(target, soft);
      this.#there.set(known, Math.max(epoch, this.#there.get(known) ?? 0));
    }
  }
}

/** In the order of their newest mark; of the same marks the same, whoever writes them. */
function noticeName(marks: readonly Mark[], text: string): string {
  const newest = marks.reduce((latest, { epoch }) => Math.max(latest, epoch), 0);
  return `${String(newest).padStart(15, '0')}-${hashKey('notice', text).slice(0, 16)}`;
}

function epochOf(name: string): number {
  return Number(/^\d{15}/.exec(name)?.[0] ?? 0);
}

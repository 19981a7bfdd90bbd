/**
 * Front table: the answers that a front gives by itself, with their bodies.
 *
 * Each is one that the server holds ready (`hits/hit-table.ts`) and has lent until a time, a second
 * at most. One in use is renewed before, in the background; one whose time is over is asked for
 * again. The server has answers dropped that are no longer right, before their time.
 *
 * Invariant: what is answered from here is, byte for byte, what the server would answer.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import { heapSize } from '../../base/memory/heap-size.ts';
import type { Writable } from '../../base/writable.ts';
import type { HeldAnswer, ReadyAnswer, Renewal } from '../hits/hit-table.ts';
import { type Asked, holds, isPlain } from '../hits/plain-request.ts';
import { httpDate } from '../http/http-message.ts';
import { serverTiming } from '../http/response-headers.ts';
import { addHit, noCounts, type SavingsCounts } from '../savings/savings-counts.ts';
import { type RepeatedLine, repeatedLine } from '../telemetry/access-log.ts';
import { loggable } from '../telemetry/log.ts';
import { type Count, conditionsOf, type HeldName } from './protocol.ts';

/** Bytes of an answer beside its body and the data that is weighed: itself, and its line of the log. */
const OVERHEAD = 1000;
/** Answers of one target that are held. */
const MOST_VARIANTS = 6;
/** Milliseconds before its end at which an answer in use is renewed. */
const RENEW_BEFORE = 300;
/** Milliseconds for which questions are gathered that nobody waits for. */
const GATHER = 20;

interface Hit extends Omit<HeldAnswer, 'lines' | 'until'> {
  readonly target: string;
  readonly lines: string[];
  readonly body: Uint8Array;
  readonly line: RepeatedLine;
  /** Bytes that it takes. */
  readonly heap: number;
  /** Between these times it may be given, milliseconds since 1970. */
  since: number;
  until: number;
  /** From when on it is asked for again. */
  askAt: number;
  /** The question for it that is under way. */
  asking?: Promise<void> | undefined;
}

/** Asks the server what has become of answers. @param ahead nobody waits yet */
export type AskRenewal = (
  asked: readonly HeldName[],
  ahead: boolean,
) => Promise<readonly (Renewal | null)[]>;

/** An answer that is asked for, and who wants to know. */
interface Question {
  readonly hit: Hit;
  readonly done: () => void;
}

export class FrontTable {
  readonly #hits: BoundedMap<string, readonly Hit[]>;
  readonly #question: AskRenewal;
  readonly #now: () => number;
  /** What was given out before this generation is not held. */
  #generation = 0;
  readonly #questions: Record<'ahead' | 'now', Question[]> = { ahead: [], now: [] };
  #counts = new Map<
    string,
    Writable<Omit<Count, 'shortfalls' | 'savings'>> & {
      shortfalls: Record<string, number>;
      savings: Writable<SavingsCounts>;
    }
  >();

  /**
   * @param capacity in bytes
   * @param now milliseconds since 1970
   */
  constructor(capacity: number, ask: AskRenewal, now: () => number) {
    this.#question = ask;
    this.#now = now;
    this.#hits = new BoundedMap(capacity, {
      weigh: (hits, target) => hits.reduce((sum, { heap }) => sum + heap, 2 * target.length),
    });
  }

  /** The answer to a request, where it is ready. See `HitTable.answer`. */
  answer(asked: Asked, id: string, arrived: number): ReadyAnswer | undefined {
    const hit = this.#find(asked);
    if (hit === undefined) return undefined;
    const now = this.#now();
    if (now >= hit.until || now < hit.since) return undefined;
    if (now >= hit.askAt) void this.#renew(hit, 'ahead');
    const { lines, places, body, picture, line } = hit;
    lines[places.date] = httpDate(now);
    lines[places.id] = id;
    if (places.timing > 0) lines[places.timing] = serverTiming({}, performance.now() - arrived);
    this.#count(hit);
    return { head: lines, body, picture, line };
  }

  /** Resolves when an answer to a request is as fresh as it can be without asking for all of it. */
  async renewed(asked: Asked): Promise<void> {
    const hit = this.#find(asked);
    if (hit !== undefined) await this.#renew(hit, 'now');
  }

  /** Holds an answer to a request that the server has lent. */
  keep(
    { target, headers }: Asked,
    body: Uint8Array,
    { lines, generation, ...held }: HeldAnswer & { readonly generation: number },
  ): void {
    const now = this.#now();
    if (generation < this.#generation || held.until <= now) return;
    const { length } = body;
    const hit: Hit = {
      ...held,
      ...conditionsOf(held),
      target,
      lines: [...lines],
      body,
      line: repeatedLine(loggable(target), length, held.picture),
      // The target stands in the line three times more
      heap: OVERHEAD + heapSize([lines, held, body]) + 3 * target.length,
      since: now,
      askAt: held.until - RENEW_BEFORE,
    };
    const others = (this.#hits.get(target) ?? []).filter((one) => !holds(one, headers));
    this.#hits.set(target, [hit, ...others].slice(0, MOST_VARIANTS));
  }

  /** Drops what is held of renditions, or everything, and holds nothing that was lent before. */
  drop(generation: number, keys?: readonly string[]): void {
    this.#generation = Math.max(this.#generation, generation);
    if (keys === undefined) return this.#hits.clear();
    const dropped = new Set(keys);
    for (const target of [...this.#hits.keys()]) {
      const hits = this.#hits.get(target) ?? [];
      const left = hits.filter(({ key }) => !dropped.has(key));
      if (left.length === 0) this.#hits.delete(target);
      else if (left.length < hits.length) this.#hits.set(target, left);
    }
  }

  /** Answers given since this was asked last. */
  takeCounts(): Count[] {
    const counts = [...this.#counts.values()];
    this.#counts = new Map();
    return counts;
  }

  #find({ method, target, headers }: Asked): Hit | undefined {
    if (method !== 'GET') return undefined;
    const hits = this.#hits.use(target);
    if (hits === undefined || !isPlain(headers)) return undefined;
    return hits.find((one) => holds(one, headers));
  }

  #count({ dialect, picture, shortfalls, bytes, sourceBytes, counted }: Hit): void {
    const { format = '', source } = picture;
    const key = `${source} ${dialect} ${format}`;
    let count = this.#counts.get(key);
    if (count === undefined) {
      const none = { answers: 0, bytes: 0, sourceBytes: 0, savedBytes: 0, shortfalls: {} };
      count = { source, dialect, format, ...none, savings: noCounts() };
      this.#counts.set(key, count);
    }
    count.answers += 1;
    count.bytes += bytes;
    count.sourceBytes += sourceBytes;
    count.savedBytes += Math.max(0, sourceBytes - bytes);
    if (counted !== undefined) addHit(count.savings, counted);
    for (const name of shortfalls) {
      count.shortfalls[name] = (count.shortfalls[name] ?? 0) + 1;
    }
  }

  /** Asks what has become of an answer, once at a time, together with others of the same moment. */
  #renew(hit: Hit, when: 'ahead' | 'now'): Promise<void> {
    hit.asking ??= new Promise<void>((done) => {
      const questions = this.#questions[when];
      questions.push({ hit, done });
      if (questions.length > 1) return;
      if (when === 'now') setImmediate(() => void this.#ask(when));
      else setTimeout(() => void this.#ask(when), GATHER);
    });
    return hit.asking;
  }

  async #ask(when: 'ahead' | 'now'): Promise<void> {
    const questions = this.#questions[when].splice(0);
    const asked = questions.map(({ hit }) => [hit.target, hit.serial] as const);
    const answers = await this.#question(asked, when === 'ahead');
    for (const [index, { hit, done }] of questions.entries()) {
      hit.asking = undefined;
      this.#update(hit, answers[index] ?? null);
      done();
    }
  }

  #update(hit: Hit, renewal: Renewal | null): void {
    if (renewal === null) {
      const left = (this.#hits.get(hit.target) ?? []).filter((one) => one !== hit);
      if (left.length === 0) this.#hits.delete(hit.target);
      else this.#hits.set(hit.target, left);
      return;
    }
    const now = this.#now();
    for (const [place, value] of renewal.said) hit.lines[place] = value;
    hit.since = now;
    // What has no more time than before is asked for again when that is over
    hit.askAt = renewal.until > hit.until ? renewal.until - RENEW_BEFORE : renewal.until;
    hit.until = renewal.until;
  }
}

/**
 * Hit table: answers to addresses that are asked for again and again, written
 * but for what changes from answer to answer.
 *
 * A hit is then one look-up, a question to the engine whether its rendition is
 * still the one (which touches no file), and one write. Whatever needs more
 * (conditions, ranges, a link that expires, a file that has to be looked at
 * again) goes the usual way, which also fills the table.
 *
 * Invariant: with and without the table the answers are equal, byte for byte.
 */
import { bodyLength, isFileBody } from '../../base/body.ts';
import { BoundedMap } from '../../base/bounded-map.ts';
import type { Clock } from '../../base/clock.ts';
import { heapSize } from '../../base/memory/heap-size.ts';
import type { Compiled, Dialect, ImageRequest } from '../../dialects/dialect.ts';
import { shortfallNames } from '../../dialects/shortfall.ts';
import type { Engine, Lent, Mount, Rendition } from '../../engine/engine.ts';
import type { TierStatus } from '../../stores/store.ts';
import type { CompileCache } from '../compile-cache.ts';
import type { HeaderPolicy, HttpResponse, PictureFacts } from '../http/http-message.ts';
import type { InFlight } from '../in-flight.ts';
import { type CountedPicture, countedPicture } from '../savings/savings-counts.ts';
import type { Account, SavingsLedger } from '../savings/savings-ledger.ts';
import { type RepeatedLine, repeatedLine } from '../telemetry/access-log.ts';
import { loggable } from '../telemetry/log.ts';
import type { Metrics, Tally } from '../telemetry/metrics.ts';
import { isSameRendition, knownHeaders } from './known-headers.ts';
import { type Asked, type Conditions, holds, isPlain } from './plain-request.ts';
import { type OpenPlaces, ReadyHead } from './ready-head.ts';

/** Bytes that all entries may take. */
const CAPACITY = 16e6;
/** Bytes of an answer beside the data that is weighed: itself, its head and line, what is known of its request. */
const OVERHEAD = 2500;
/** Answers of one target that are kept: by host, by Accept, by hints. */
const MOST_VARIANTS = 6;

/** A 200 that can be sent at once. */
export interface ReadyAnswer {
  /** Names and values in turn. To be written before the table is asked again, which writes into it. */
  readonly head: readonly string[];
  readonly body: Uint8Array;
  readonly picture: PictureFacts;
  /** For the access log. */
  readonly line: RepeatedLine;
}

/** An answer that can be sent at once; undefined where the handle has to be asked. */
export type Ready = (asked: Asked, from: Remote) => ReadyAnswer | undefined;

/** The far end of a connection. */
export interface Remote {
  readonly remoteAddress?: string | undefined;
}

/** A request that was answered the usual way. */
export interface Answered {
  readonly site: {
    readonly dialect: Dialect;
    readonly settings: { readonly name: string };
    readonly mount: Mount;
  };
  readonly request: Asked;
  readonly image: ImageRequest;
  readonly compiled?: Compiled;
  readonly upload?: unknown;
}

export interface HitTableParts {
  readonly engine: Engine;
  readonly compileCache: CompileCache;
  readonly inFlight: InFlight;
  readonly clock: Clock;
  readonly policy: HeaderPolicy;
  readonly meter?: Metrics;
  /** Counts what was sent of each source. */
  readonly ledger?: SavingsLedger;
}

/** One answer of an address, and what it hangs on. */
interface Hit extends Conditions {
  /** Names it among the answers of its address. */
  readonly serial: number;
  readonly job: Parameters<Engine['near']>[0];
  readonly head: ReadyHead;
  readonly picture: PictureFacts;
  readonly line: RepeatedLine;
  readonly dialect: string;
  /** Where answers are added up, where metrics are served. */
  readonly tally: Tally | undefined;
  /** What it counts in the ledger, and where; absent for data. */
  readonly counted: CountedPicture | undefined;
  readonly account: Account | undefined;
  /** Parameters without effect, for the meter. */
  readonly shortfalls: readonly string[];
  /** Bytes that it takes. */
  readonly heap: number;
}

/** An answer as another process may hold it, until a time. */
export interface HeldAnswer extends Conditions {
  readonly serial: number;
  /** Names and values in turn, with places for what belongs to one answer. */
  readonly lines: readonly string[];
  readonly places: OpenPlaces;
  readonly picture: PictureFacts;
  readonly dialect: string;
  readonly shortfalls: readonly string[];
  /** Bytes of the result and of its source. */
  readonly bytes: number;
  readonly sourceBytes: number;
  /** What it counts in the ledger; absent for data. */
  readonly counted?: CountedPicture | undefined;
  /** Of the rendition, in the store. */
  readonly key: string;
  /** Milliseconds since 1970 until which the same would be answered here. */
  readonly until: number;
}

/** What has become of an answer that is held elsewhere. */
export interface Renewal {
  /** Milliseconds since 1970. */
  readonly until: number;
  /** What is said with it now, by places in its lines. */
  readonly said: readonly (readonly [place: number, value: string])[];
}

export class HitTable {
  readonly #parts: HitTableParts;
  readonly #hits: BoundedMap<string, readonly Hit[]>;
  readonly #capacity: number;
  #evictions = 0;
  #serials = 0;

  /** @param capacity in bytes */
  constructor(parts: HitTableParts, capacity = CAPACITY) {
    this.#parts = parts;
    this.#capacity = capacity;
    this.#hits = new BoundedMap(capacity, {
      weigh: (hits, key) => hits.reduce((sum, { heap }) => sum + heap, 2 * key.length),
      forgotten: () => {
        this.#evictions++;
      },
    });
  }

  /** What it holds, and entries by address. */
  get status(): TierStatus {
    const { size: entries, weight: bytes } = this.#hits;
    return { bytes, capacity: this.#capacity, entries, evictions: this.#evictions };
  }

  /**
   * The answer to a request, where it is ready.
   *
   * @param id of the request
   * @param arrived when it came, on the clock of `performance.now`
   * @param admits whether another answer of a source may be given, where that is limited
   */
  answer(
    asked: Asked,
    id: string,
    arrived: number,
    admits?: (source: string) => boolean,
  ): ReadyAnswer | undefined {
    const { method, target, headers } = asked;
    if (method !== 'GET') return undefined;
    const hits = this.#hits.use(target);
    if (hits === undefined || !isPlain(headers)) return undefined;
    const { engine, clock, inFlight, meter, ledger } = this.#parts;
    const hit = hits.find((one) => holds(one, headers));
    if (hit === undefined || inFlight.full) return undefined;
    const rendition = engine.near(hit.job);
    if (rendition === undefined || isFileBody(rendition.body)) return undefined;
    const now = clock.now();
    if (!hit.head.write(rendition, now, id, arrived)) return undefined;
    if (admits !== undefined && !admits(hit.picture.source)) return undefined;
    if (meter !== undefined) {
      count(hit, rendition);
      meter.fellShort(hit.dialect, hit.shortfalls);
    }
    const { counted, account } = hit;
    if (counted && account) ledger?.hit(account, counted, now);
    const { head, picture, line } = hit;
    return { head: head.lines, body: rendition.body, picture, line };
  }

  /** The answer to a request for a process that is to hold it; undefined where it is not ready. */
  held(asked: Asked): HeldAnswer | undefined {
    if (asked.method !== 'GET' || !isPlain(asked.headers)) return undefined;
    const hit = this.#hits.use(asked.target)?.find((one) => holds(one, asked.headers));
    const lent = hit && this.#lent(hit);
    if (hit === undefined || lent === undefined) return undefined;
    const { serial, host, accept, read, picture, dialect, shortfalls, head, counted } = hit;
    const facts = { serial, host, accept, read, picture, dialect, shortfalls, counted };
    const { rendition, until } = lent;
    const { key, result, source } = rendition;
    const bytes = { bytes: result.bytes, sourceBytes: source.bytes };
    return { ...facts, ...bytes, lines: [...head.lines], places: head.open, key, until };
  }

  /** What has become of an answer that another process holds; undefined where it is no longer the one. */
  renewal(target: string, serial: number): Renewal | undefined {
    const hit = this.#hits.use(target)?.find((one) => one.serial === serial);
    const lent = hit && this.#lent(hit);
    return hit && lent && { until: lent.until, said: hit.head.said };
  }

  /** The rendition of an answer, with its head filled in. */
  #lent({ job, head }: Hit): Lent | undefined {
    const { engine, clock } = this.#parts;
    const lent = engine.lend(job);
    if (lent === undefined || isFileBody(lent.rendition.body)) return undefined;
    return head.write(lent.rendition, clock.now(), '', performance.now()) ? lent : undefined;
  }

  /** Keeps an answer that was given to an attempt, where others may get it again. */
  note(attempt: Answered, rendition: Rendition, response: HttpResponse): void {
    const { site, request, image, compiled, upload } = attempt;
    if (request.method !== 'GET' || response.status !== 200 || !rendition.cache.hit) return;
    // The word that its origin was asked is true of this answer alone.
    if (rendition.cache.forward !== undefined) return;
    if (compiled === undefined || upload !== undefined || !isPlain(request.headers)) return;
    const { freshness, noStore } = compiled.response;
    // The time of a link that expires runs down with every answer.
    if (freshness.until !== undefined || noStore || rendition.lifetime.noStore) return;
    const { engine, compileCache, policy, meter, ledger } = this.#parts;
    const read = compileCache.readOf(compiled);
    const known = knownHeaders(compiled);
    if (read === undefined || known === undefined) return;
    if (!isSameRendition(known.rendition, rendition)) return;
    const job = { mount: site.mount, compiled, accepts: image.accepts, signal: NEVER };
    if (engine.near(job) === undefined) return;
    const { name, params } = site.dialect;
    const picture: PictureFacts = {
      source: site.settings.name,
      dialect: name,
      cache: 'hit',
      format: rendition.result.format,
    };
    // Of what is in the compile cache too, which may let go of it first
    const { headers } = response;
    const heap = OVERHEAD + heapSize([compiled, read, headers, known]) + heapSize(compiled.plan);
    const hit: Hit = {
      serial: this.#serials++,
      heap: heap + 2 * request.target.length,
      read: read.filter(([header]) => header !== 'accept'),
      host: request.headers.host,
      accept: request.headers.accept,
      job,
      head: new ReadyHead(compiled, known, rendition.lifetime, response.headers, policy),
      picture,
      line: repeatedLine(loggable(request.target), bodyLength(rendition.body), picture),
      dialect: name,
      tally: meter?.tally(name, rendition.result.format),
      counted: countedPicture(rendition),
      account: ledger?.account(site.settings.name),
      shortfalls: [...shortfallNames(params, [...compiled.diagnostics, ...rendition.diagnostics])],
    };
    const { target: key } = request;
    const others = (this.#hits.get(key) ?? []).filter((one) => !holds(one, request.headers));
    this.#hits.set(key, [hit, ...others].slice(0, MOST_VARIANTS));
  }
}

/** Of whom nobody is told that they left. */
const NEVER = new AbortController().signal;

/** Adds an answer up. */
function count({ tally }: Hit, { source, result }: Rendition): void {
  if (tally === undefined) return;
  tally.answers++;
  tally.bytes += result.bytes;
  tally.sourceBytes += source.bytes;
  if (source.bytes > result.bytes) tally.savedBytes += source.bytes - result.bytes;
}

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
import type { Compiled, Dialect, ImageRequest } from '../../dialects/dialect.ts';
import { shortfallNames } from '../../dialects/shortfall.ts';
import type { Engine, Mount, Rendition } from '../../engine/engine.ts';
import type { TierStatus } from '../../stores/store.ts';
import type { CompileCache } from '../compile-cache.ts';
import type {
  HeaderPolicy,
  HttpRequest,
  HttpResponse,
  PictureFacts,
} from '../http/http-message.ts';
import type { InFlight } from '../in-flight.ts';
import { type RepeatedLine, repeatedLine } from '../telemetry/access-log.ts';
import { loggable } from '../telemetry/log.ts';
import type { Metrics, Tally } from '../telemetry/metrics.ts';
import { isSameRendition, knownHeaders } from './known-headers.ts';
import { ReadyHead } from './ready-head.ts';

/** Bytes that all entries may take, estimated. */
const CAPACITY = 16e6;
/** Bytes of an answer beside its address, about: its head, and its share of what it hangs on. */
const OVERHEAD = 4000;
/** Answers of one target that are kept: by host, by Accept, by hints. */
const MOST_VARIANTS = 6;

/** What the table looks at of a request. */
export type Asked = Pick<HttpRequest, 'method' | 'target' | 'headers'>;

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
}

/** One answer of an address, and what it hangs on. */
interface Hit {
  /** Each header that was looked at, with its value at the time. */
  readonly read: readonly (readonly [name: string, value: string | undefined])[];
  readonly host: string | undefined;
  readonly accept: string | undefined;
  readonly job: Parameters<Engine['near']>[0];
  readonly head: ReadyHead;
  readonly picture: PictureFacts;
  readonly line: RepeatedLine;
  readonly dialect: string;
  /** Where answers are added up, where metrics are served. */
  readonly tally: Tally | undefined;
  /** Parameters without effect, for the meter. */
  readonly shortfalls: readonly string[];
}

export class HitTable {
  readonly #parts: HitTableParts;
  readonly #hits: BoundedMap<string, readonly Hit[]>;
  readonly #capacity: number;
  #evictions = 0;

  /** @param capacity in bytes, estimated */
  constructor(parts: HitTableParts, capacity = CAPACITY) {
    this.#parts = parts;
    this.#capacity = capacity;
    this.#hits = new BoundedMap(capacity, {
      weigh: (hits, key) => 2 * key.length + OVERHEAD * hits.length,
      forgotten: () => {
        this.#evictions++;
      },
    });
  }

  /** What it holds: bytes as estimated, and entries by address. */
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
    const { engine, clock, inFlight, meter } = this.#parts;
    const hit = hits.find((one) => holds(one, headers));
    if (hit === undefined || inFlight.full) return undefined;
    const rendition = engine.near(hit.job);
    if (rendition === undefined || isFileBody(rendition.body)) return undefined;
    if (!hit.head.write(rendition, clock.now(), id, arrived)) return undefined;
    if (admits !== undefined && !admits(hit.picture.source)) return undefined;
    if (meter !== undefined) {
      count(hit, rendition);
      meter.fellShort(hit.dialect, hit.shortfalls);
    }
    const { head, picture, line } = hit;
    return { head: head.lines, body: rendition.body, picture, line };
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
    const { engine, compileCache, policy, meter } = this.#parts;
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
    const hit: Hit = {
      read: read.filter(([header]) => header !== 'accept'),
      host: request.headers.host,
      accept: request.headers.accept,
      job,
      head: new ReadyHead(compiled, known, rendition.lifetime, response.headers, policy),
      picture,
      line: repeatedLine(loggable(request.target), bodyLength(rendition.body), picture),
      dialect: name,
      tally: meter?.tally(name, rendition.result.format),
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

/** Without headers that make an answer another one, or that more has to be done for. */
function isPlain(headers: Asked['headers']): boolean {
  // Written out: a loop over their names takes longer than the look-up of the answer.
  return (
    headers['if-none-match'] === undefined &&
    headers['if-modified-since'] === undefined &&
    headers.range === undefined &&
    headers['cache-control'] === undefined &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers.expect === undefined &&
    headers['cdn-loop'] === undefined &&
    headers['if-match'] === undefined &&
    headers['if-unmodified-since'] === undefined
  );
}

function holds({ host, accept, read }: Hit, headers: Asked['headers']): boolean {
  if (headers.accept !== accept || headers.host !== host) return false;
  for (const [name, value] of read) if (headers[name] !== value) return false;
  return true;
}

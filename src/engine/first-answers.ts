/**
 * FirstAnswers: renditions made while their visitors wait, each once for all
 * who ask at the same time.
 *
 * A visitor with a deadline waits until there is just time left to be sent the
 * source instead. Work that has begun goes on without its visitor, and what it
 * makes is there for the next; work that cannot be done in time is not begun
 * but made in the background.
 */
import { isFault } from '../base/fault.ts';
import type { Scores } from '../optimizer/task.ts';
import type { Background } from './background.ts';
import type { FallbackTime } from './fallback-time.ts';
import type { NodeFlights } from './nodes/node-flights.ts';
import { tooLate } from './pool/admission.ts';
import { shareOf } from './pool/fair-order.ts';
import type { Pool } from './pool/pool.ts';
import type { Renderer } from './renderer.ts';
import type { RenditionCache } from './renditions/rendition-cache.ts';
import { isLacking, type StoredRendition } from './renditions/rendition-meta.ts';
import type { ResolvedRequest } from './resolved-request.ts';
import type { SharedRenditions } from './shared/shared-renditions.ts';
import { SingleFlight } from './single-flight.ts';
import type { Timer } from './timer.ts';
import { spanned } from './tracing/span.ts';

/** A first answer as its visitor gets it. */
export interface MadeRendition {
  readonly made: StoredRendition;
  /** The visitor waited for work that another had asked for. */
  readonly collapsed: boolean;
}

/** Estimates err: work is begun unless it is likely to take this many times what is left. */
const HOPELESS = 1.5;

export interface FirstAnswerParts {
  readonly pool: Pool;
  readonly renderer: Renderer;
  readonly cache: RenditionCache;
  readonly background: Background;
  readonly fallback: FallbackTime;
  readonly timer: Timer;
  /** Where what was made is written for other nodes. */
  readonly shared?: SharedRenditions | undefined;
  /** Work that other nodes have in hand is not done here as well. */
  readonly nodes?: NodeFlights | undefined;
}

/** What a flight ends with. */
interface Flown {
  readonly stored: StoredRendition;
  /** Another node made it. */
  readonly elsewhere?: true;
}

export class FirstAnswers {
  readonly #parts: FirstAnswerParts;
  readonly #flights = new SingleFlight<Flown>();
  #cutShort = 0;

  constructor(parts: FirstAnswerParts) {
    this.#parts = parts;
  }

  /** Renditions made so far that had less than the time they take. */
  get cutShort(): number {
    return this.#cutShort;
  }

  /**
   * Has a rendition made.
   *
   * @param start when the request came, on the engine's timer
   * @throws Fault render-timeout, when it cannot be there before the visitor's deadline
   */
  make(resolved: ResolvedRequest, start: number): Promise<MadeRendition> {
    const { compiled, signal } = resolved.request;
    const { deadline } = compiled.response;
    return deadline === undefined
      ? this.#join(resolved, undefined, signal)
      : this.#inTime(resolved, start + deadline * 1000);
  }

  async #inTime(resolved: ResolvedRequest, deadline: number): Promise<MadeRendition> {
    const { background, fallback, timer } = this.#parts;
    const { request, source, key } = resolved;
    const end = deadline - fallback.margin(source.bytes);
    const wait = visitorSignal(request.signal, timer, end);
    try {
      if (!this.isUnderWay(key) && this.#isHopeless(resolved, end)) throw tooLate();
      return await this.#joinUntil(resolved, end, wait.signal);
    } catch (error) {
      if (!isFault(error, 'render-timeout')) throw error;
      // Too late for this visitor; the next one finds it made.
      background.makeLater(resolved, () => this.isUnderWay(key));
      fallback.gaveUp(request, end);
      throw error;
    } finally {
      wait.stop();
    }
  }

  async #joinUntil(
    resolved: ResolvedRequest,
    end: number,
    signal: AbortSignal,
  ): Promise<MadeRendition> {
    const { timer, renderer } = this.#parts;
    const latency = renderer.latency(resolved.plan);
    const expires = () => (end - timer.now() < latency ? end : undefined);
    const joins = expires() !== undefined && this.#flights.has(bound(resolved.key));
    try {
      return await this.#join(resolved, expires(), signal);
    } catch (error) {
      // Dropped for the sake of an earlier deadline of another, whose work this one has joined.
      const dropped = joins && isFault(error, 'render-timeout') && !signal.aborted;
      if (!dropped || this.#isHopeless(resolved, end)) throw error;
      return await this.#join(resolved, expires(), signal);
    }
  }

  /** @param expires where the budget ends; absent: the usual budget, which whoever comes may share */
  async #join(
    resolved: ResolvedRequest,
    expires: number | undefined,
    signal: AbortSignal,
  ): Promise<MadeRendition> {
    const { key } = resolved;
    // Nobody with the time for it waits for work that is cut short for another.
    const flight = expires === undefined || this.#flights.has(key) ? key : bound(key);
    const collapsed = this.#flights.has(flight);
    const make = () =>
      this.#flights.run(
        flight,
        (given, commit) => this.#fly(resolved, expires, given, commit),
        signal,
      );
    const { span } = resolved.request;
    const flown = await (collapsed ? spanned(span, 'wait for another', make) : make());
    return { made: flown.stored, collapsed: collapsed || flown.elsewhere === true };
  }

  /** Has it made here, or by the node that is at it; work that is cut short for its visitor is that visitor's. */
  async #fly(
    resolved: ResolvedRequest,
    expires: number | undefined,
    signal: AbortSignal,
    begun: () => void,
  ): Promise<Flown> {
    const { nodes, shared } = this.#parts;
    let offered = Promise.resolve(false);
    const make = async () => {
      const stored = await this.#work(resolved, expires, signal, begun);
      if (shared !== undefined) offered = shared.offer(resolved, stored);
      return { stored };
    };
    const alone = nodes === undefined || shared === undefined || !shared.status.available;
    if (alone || expires !== undefined || resolved.request.upload) return make();
    return nodes.run({
      key: resolved.key,
      signal,
      make,
      async read() {
        const stored = await shared.find(resolved);
        return stored && { stored, elsewhere: true };
      },
      shared: () => offered,
    });
  }

  async #work(
    resolved: ResolvedRequest,
    expires: number | undefined,
    signal: AbortSignal,
    begun: () => void,
  ): Promise<StoredRendition> {
    const { renderer, cache } = this.#parts;
    const { key } = resolved;
    let keeping: Promise<StoredRendition> | undefined;
    const visitor = {
      ...{ signal, begun, ...(expires === undefined ? {} : { expires }) },
      scored: (scores: Scores) =>
        void keeping?.then((kept) => cache.addScores(key, kept, scores)).catch(() => undefined),
    };
    const { result, queue, deadlineBound, hurried } = await renderer.firstAnswer(resolved, visitor);
    // A shorter budget is no harm where nothing was left out for it.
    const cut = (deadlineBound || hurried) && result.receipt?.skipped;
    const extra = cut ? { cutShort: hurried ? ('queue' as const) : ('deadline' as const) } : {};
    const start = this.#parts.timer.now();
    const keep = cache.keep(key, result, { queue, ...extra });
    keeping = keep;
    const stored = await spanned(resolved.request.span, 'write', () => keep);
    const kept = withWrite(stored, this.#parts.timer.now() - start);
    if (kept.meta.cutShort && !isLacking(kept.meta)) this.#cutShort++;
    return kept;
  }

  /** Whether it is being made for a visitor. */
  isUnderWay(key: string): boolean {
    return this.#flights.has(key) || this.#flights.has(bound(key));
  }

  /** Whether even the quickest encoding is likely to come far too late. */
  #isHopeless(resolved: ResolvedRequest, end: number): boolean {
    const { pool, renderer, timer } = this.#parts;
    const left = end - timer.now();
    if (left <= 0) return true;
    const needed = pool.completion(renderer.predict(resolved), shareOf(resolved.request.mount));
    return needed !== undefined && needed > left * HOPELESS;
  }
}

/** A rendition with the time that its way into the store took: known of the first answer alone. */
function withWrite({ meta, body }: StoredRendition, milliseconds: number): StoredRendition {
  const write = (meta.timings.write ?? 0) + milliseconds;
  return { meta: { ...meta, timings: { ...meta.timings, write } }, body };
}

function bound(key: string): string {
  return `${key} bound`;
}

/** A signal that fires when the client goes away, or at the end of its wait with the fault of that. */
function visitorSignal(client: AbortSignal, timer: Timer, end: number) {
  const abort = new AbortController();
  const gone = () => abort.abort(client.reason);
  const disarm = timer.after(end - timer.now(), () => abort.abort(tooLate()));
  if (client.aborted) gone();
  else client.addEventListener('abort', gone, { once: true });
  return {
    signal: abort.signal,
    stop() {
      disarm();
      client.removeEventListener('abort', gone);
    },
  };
}

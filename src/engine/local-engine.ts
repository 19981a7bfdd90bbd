/**
 * Local engine: stores, sources and workers of one machine put together.
 *
 * The way of a request: get the source, name the rendition (`renditionKey` in
 * `plan/key.ts`), and give what the store holds under that name, or have it
 * made, once for all who ask at the same time.
 */
import { systemClock } from '../base/clock.ts';
import { isFault } from '../base/fault.ts';
import { DEFAULT_PICTURE_LIMITS } from '../image/picture-limits.ts';
import { canonicalize } from '../plan/canonicalize.ts';
import { renditionKey } from '../plan/key.ts';
import type { Plan } from '../plan/plan.ts';
import { printPlan } from '../plan/print.ts';
import type { DiskFailures } from '../stores/disk/failures.ts';
import type { FileStore } from '../stores/store.ts';
import type { TieredStore } from '../stores/tiered.ts';
import { Background } from './background.ts';
import { usableCores } from './cores.ts';
import type { Engine, Explanation, RenderRequest, Rendition } from './engine.ts';
import type { EngineOptions, EngineSettings } from './engine-options.ts';
import { type PassedSource, passThrough, sourceAsIs } from './passthrough.ts';
import { Pool } from './pool/pool.ts';
import { Renderer } from './renderer.ts';
import { type AnswerFacts, renditionAnswer } from './rendition-answer.ts';
import { RenditionCache } from './rendition-cache.ts';
import type { StoredRendition } from './rendition-meta.ts';
import { RequestSources } from './request-sources.ts';
import type { ResolvedRequest } from './resolved-request.ts';
import { SingleFlight } from './single-flight.ts';
import { type CachedSource, notStored, SourceCache } from './source-cache.ts';

/** Most predicted cost waiting per worker; about a minute of work. */
const QUEUE_COST_PER_WORKER = 200;

export class LocalEngine implements Engine {
  readonly #settings: EngineSettings;
  readonly #sources: RequestSources;
  readonly #sourceStore: FileStore;
  readonly #cache: RenditionCache;
  readonly #pool: Pool;
  readonly #renderer: Renderer;
  readonly #background: Background;
  readonly #failures: DiskFailures;
  readonly #flights = new SingleFlight<StoredRendition>();

  /** @param files the disk below `renditions`, for the files of large results */
  constructor(
    options: EngineOptions,
    sources: FileStore,
    files: FileStore,
    renditions: TieredStore,
    failures: DiskFailures,
  ) {
    this.#failures = failures;
    const settings = settingsOf(options);
    const { clock, sourceBytes, workers, renderTimeout, workerMemory, log } = settings;
    this.#settings = settings;
    this.#sourceStore = sources;
    this.#sources = new RequestSources(
      new SourceCache({ store: sources, clock, maxBytes: sourceBytes }),
    );
    this.#cache = new RenditionCache(renditions, clock);
    this.#pool = new Pool({
      workers,
      renderTimeout,
      workerMemory,
      queueCost: workers * QUEUE_COST_PER_WORKER,
      log,
    });
    this.#renderer = new Renderer(this.#pool, this.#sources, files, settings);
    this.#background = new Background(this.#renderer, this.#cache, settings);
  }

  ready(): boolean {
    return this.#pool.ready();
  }

  status() {
    return {
      ...this.#pool.status(),
      refining: this.#background.waiting,
      diskFailures: this.#failures.count,
    };
  }

  async render(request: RenderRequest): Promise<Rendition> {
    const plan = canonicalize(request.compiled.plan);
    const start = performance.now();
    const source = await this.#sources.get(request);
    const fetch = source.state === 'read' ? { fetch: performance.now() - start } : {};
    if (plan.output.kind === 'source') {
      const passed = await passThrough(this.#sources, request, source, plan.output.sanitize);
      if (passed) return this.#passedAnswer(request, source, passed);
    }
    const resolved = await this.#resolve(request, plan, source);
    const stored = await this.#cache.get(resolved.key);
    if (stored) {
      this.#background.refineLater(resolved, stored);
      return this.#answer(resolved, stored, { timings: fetch, hit: true, collapsed: false });
    }
    if (request.storedOnly) throw notStored();
    const { made, collapsed } = await this.#madeOnce(resolved, start);
    this.#background.refineLater(resolved, made);
    const timings = { ...fetch, ...made.meta.timings };
    return this.#answer(resolved, made, { timings, hit: false, collapsed });
  }

  async deliverSource(request: RenderRequest): Promise<Rendition> {
    const source = await this.#sources.get(request);
    return this.#passedAnswer(request, source, await sourceAsIs(this.#sources, request, source));
  }

  async explain(request: RenderRequest): Promise<Explanation> {
    const plan = canonicalize(request.compiled.plan);
    const resolved = await this.#resolve(request, plan, await this.#sources.get(request));
    const { info, program, predicted } = await this.#renderer.explain(resolved);
    const stored = await this.#cache.get(resolved.key);
    return {
      plan: printPlan(resolved.plan),
      key: resolved.key,
      source: info,
      program,
      ...(predicted === undefined ? {} : { predicted }),
      ...(stored?.meta.receipt ? { receipt: stored.meta.receipt } : {}),
    };
  }

  async close(): Promise<void> {
    this.#background.close();
    await this.#pool.close();
    await this.#cache.close();
    await this.#sourceStore.close();
  }

  async #resolve(
    request: RenderRequest,
    plan: Plan,
    source: CachedSource,
  ): Promise<ResolvedRequest> {
    const encoderVersion = await this.#pool.encoderVersion();
    const key = renditionKey(plan, {
      accepts: request.accepts,
      source: source.hash,
      encoderVersion,
    });
    return { request, plan, source, key };
  }

  /** Has a rendition made, once for all who ask meanwhile. */
  async #madeOnce(
    resolved: ResolvedRequest,
    start: number,
  ): Promise<{ readonly made: StoredRendition; readonly collapsed: boolean }> {
    const { request, key } = resolved;
    const { deadline } = request.compiled.response;
    const expires = deadline === undefined ? undefined : start + deadline * 1000;
    // Nobody waits for work that may be cut short by the deadline of another.
    const flight = `${key} ${deadline ?? ''}`;
    const collapsed = this.#flights.has(flight);
    try {
      const make = (signal: AbortSignal) => this.#make(resolved, expires, signal);
      return { made: await this.#flights.run(flight, make, request.signal), collapsed };
    } catch (error) {
      // Too late for this visitor; the next one finds it made.
      if (isFault(error, 'render-timeout') && deadline !== undefined) {
        this.#background.makeLater(resolved);
      }
      throw error;
    }
  }

  /** Has a rendition made and keeps it. */
  async #make(
    resolved: ResolvedRequest,
    expires: number | undefined,
    signal: AbortSignal,
  ): Promise<StoredRendition> {
    const first = await this.#renderer.firstAnswer(resolved, expires, signal);
    return this.#cache.keep(resolved.key, first.result, {
      queue: first.queue,
      ...(first.deadlineBound ? { deadlineBound: true } : {}),
    });
  }

  #answer(
    { request, source, key }: ResolvedRequest,
    stored: StoredRendition,
    facts: Pick<AnswerFacts, 'timings' | 'hit' | 'collapsed'>,
  ): Rendition {
    return renditionAnswer(stored, {
      ...facts,
      request,
      source,
      key,
      freshness: this.#sources.freshness(request, source),
      now: this.#settings.clock.now(),
      brief: stored.meta.deadlineBound === true || this.#background.mayImprove(stored),
    });
  }

  #passedAnswer(
    request: RenderRequest,
    source: CachedSource,
    { key, stored }: PassedSource,
  ): Rendition {
    const resolved = { request, plan: request.compiled.plan, source, key };
    const hit = source.state !== 'read';
    return this.#answer(resolved, stored, { timings: {}, hit, collapsed: false });
  }
}

function settingsOf({ limits = {}, ...options }: EngineOptions): EngineSettings {
  const { pixels, totalPixels, frames } = { ...DEFAULT_PICTURE_LIMITS, ...limits };
  const { sourceBytes = 50_000_000, uploadBytes = 0 } = limits;
  return {
    refine: options.refine ?? true,
    latency: options.latency ?? 1000,
    mode: options.mode ?? 'online',
    clock: options.clock ?? systemClock,
    log: options.log ?? (() => undefined),
    pictureLimits: { pixels, totalPixels, frames },
    sourceBytes: Math.max(sourceBytes, uploadBytes),
    renderTimeout: limits.renderTimeout ?? 60_000,
    workerMemory: limits.workerMemory ?? 1_500_000_000,
    workers: options.workers ?? usableCores(),
  };
}

/**
 * Local engine: stores, sources and workers of one machine put together.
 *
 * The way of a request: locate the source, find it in the store or read it,
 * name the rendition by plan, negotiated formats, content of the source and
 * recipe, and give what the store holds under that name, or have it made,
 * once for all who ask at the same time.
 */
import { readFile, rm } from 'node:fs/promises';
import { type Clock, systemClock } from '../base/clock.ts';
import { Fault, isFault } from '../base/fault.ts';
import type { FormatName } from '../image/format.ts';
import { formatCard } from '../image/format.ts';
import { DEFAULT_PICTURE_LIMITS, type PictureLimits } from '../image/picture-limits.ts';
import { sniffFormat } from '../image/sniff.ts';
import type { Budget } from '../optimizer/task.ts';
import { canonicalize } from '../plan/canonicalize.ts';
import { hashKey, type Key } from '../plan/key.ts';
import type { Plan } from '../plan/plan.ts';
import { printPlan } from '../plan/print.ts';
import { seriesKey } from '../plan/size-series.ts';
import type { FileStore } from '../stores/store.ts';
import type { TieredStore } from '../stores/tiered.ts';
import { usableCores } from './cores.ts';
import type { Engine, Explanation, RenderRequest, Rendition, Timings } from './engine.ts';
import type { EngineOptions } from './engine-options.ts';
import { Pool } from './pool.ts';
import { Refiner } from './refiner.ts';
import {
  etagOf,
  isBetter,
  negotiated,
  predictedCost,
  type RenditionMeta,
  type StoredRendition,
} from './rendition-meta.ts';
import { SingleFlight } from './single-flight.ts';
import { type CachedSource, notStored, SourceCache } from './source-cache.ts';
import { WarmStartCache } from './warm-start-cache.ts';
import type {
  ExplainResult,
  UnassignedRequest,
  WorkerRequest,
  WorkerResult,
} from './worker-protocol.ts';

const DEFAULT_SOURCE_BYTES = 50_000_000;
const DEFAULT_RENDER_MS = 60_000;
const DEFAULT_WORKER_MEMORY = 1_500_000_000;
const DEFAULT_LATENCY = 1000;

/** Most predicted cost waiting per worker; about a minute of work. */
const QUEUE_COST_PER_WORKER = 200;

/** Pictures waiting for refinement. */
const REFINE_QUEUE = 500;

/** Time for refining one picture, in milliseconds. */
const REFINE_MS = 180_000;

/** Seconds that an answer is fresh while a better one is being made. */
const UNREFINED_SECONDS = 60;

const UNKNOWN_TYPE = 'application/octet-stream';

/** Left of a client's deadline for the way back, in milliseconds. */
const DEADLINE_MARGIN = 60;

export class LocalEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #clock: Clock;
  readonly #sources: SourceCache;
  readonly #sourceStore: FileStore;
  readonly #renditionFiles: FileStore;
  readonly #renditions: TieredStore;
  readonly #pool: Pool;
  readonly #flights = new SingleFlight<StoredRendition>();
  readonly #warmStarts = new WarmStartCache();
  readonly #limits: PictureLimits;
  readonly #refiner: Refiner;

  constructor(
    options: EngineOptions,
    sources: FileStore,
    files: FileStore,
    renditions: TieredStore,
  ) {
    const limits = options.limits ?? {};
    const workers = options.workers ?? usableCores();
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#sourceStore = sources;
    this.#renditionFiles = files;
    this.#renditions = renditions;
    this.#limits = {
      pixels: limits.pixels ?? DEFAULT_PICTURE_LIMITS.pixels,
      totalPixels: limits.totalPixels ?? DEFAULT_PICTURE_LIMITS.totalPixels,
      frames: limits.frames ?? DEFAULT_PICTURE_LIMITS.frames,
    };
    this.#sources = new SourceCache({
      store: sources,
      clock: this.#clock,
      maxBytes: Math.max(limits.sourceBytes ?? DEFAULT_SOURCE_BYTES, limits.uploadBytes ?? 0),
    });
    this.#pool = new Pool({
      workers,
      deadline: limits.renderTimeout ?? DEFAULT_RENDER_MS,
      memory: limits.workerMemory ?? DEFAULT_WORKER_MEMORY,
      queueCost: workers * QUEUE_COST_PER_WORKER,
      ...(options.log ? { log: options.log } : {}),
    });
    this.#refiner = new Refiner({
      size: REFINE_QUEUE,
      ...(options.log ? { log: options.log } : {}),
    });
  }

  get #latency(): number {
    return this.#options.latency ?? DEFAULT_LATENCY;
  }

  ready(): boolean {
    return this.#pool.ready();
  }

  status() {
    return { ...this.#pool.status(), refining: this.#refiner.waiting };
  }

  async render(request: RenderRequest): Promise<Rendition> {
    const plan = canonicalize(request.compiled.plan);
    const start = performance.now();
    const source = await this.#obtain(request);
    const fetch = source.state === 'read' ? { fetch: performance.now() - start } : {};
    if (plan.output.kind === 'source') {
      const passed = await this.#passThrough(request, source, plan.output.sanitize);
      if (passed) return passed;
    }
    const key = await this.#key(plan, request.accepts, source);
    const stored = await this.#stored(key);
    if (stored) {
      this.#refineLater(request, plan, key, source, stored);
      return this.#rendition(request, source, key, stored, fetch, { hit: true, collapsed: false });
    }
    if (request.storedOnly) {
      throw notStored();
    }
    // Nobody waits for work that may be cut short by the deadline of another.
    const flight = `${key} ${request.compiled.response.deadline ?? ''}`;
    const collapsed = this.#flights.has(flight);
    const made = await this.#flights
      .run(
        flight,
        (signal) => this.#make(request, plan, key, source, { start, signal }),
        request.signal,
      )
      .catch((error: unknown) => {
        // Too late for this visitor; the next one finds it made.
        if (isFault(error, 'render-timeout') && request.compiled.response.deadline !== undefined) {
          this.#makeLater(request, plan, key, source);
        }
        throw error;
      });
    this.#refineLater(request, plan, key, source, made);
    const timings = { ...fetch, ...made.meta.timings };
    return this.#rendition(request, source, key, made, timings, { hit: false, collapsed });
  }

  async deliverSource(request: RenderRequest): Promise<Rendition> {
    const source = await this.#obtain(request);
    const body = await this.#read(request, source);
    return this.#sourceRendition(request, source, body);
  }

  async explain(request: RenderRequest): Promise<Explanation> {
    const plan = canonicalize(request.compiled.plan);
    const source = await this.#obtain(request);
    const key = await this.#key(plan, request.accepts, source);
    const { outcome } = await this.#pool.run({
      request: await this.#order('explain', request, plan, source, this.#budget(undefined)),
      cost: 1,
      priority: 'request',
      sourceKey: source.hash,
      signal: request.signal,
    });
    const { info, program, predicted } = outcome as ExplainResult;
    const stored = await this.#stored(key);
    return {
      plan: printPlan(plan),
      key,
      source: info,
      program,
      ...(predicted === undefined ? {} : { predicted }),
      ...(stored?.meta.receipt ? { receipt: stored.meta.receipt } : {}),
    };
  }

  async close(): Promise<void> {
    this.#refiner.close();
    await this.#pool.close();
    await this.#renditions.close();
    await this.#sourceStore.close();
  }

  #obtain(request: RenderRequest): Promise<CachedSource> {
    const { source, response } = request.compiled;
    return this.#sources.get(request.mount, source, request.upload, response.freshness, request);
  }

  /** Plan, negotiated formats, content of the source, and recipe: what a rendition depends on. */
  async #key(plan: Plan, accepts: ReadonlySet<FormatName>, source: CachedSource): Promise<Key> {
    return hashKey(plan, negotiated(plan, accepts), source.hash, await this.#pool.recipe());
  }

  async #stored(key: Key): Promise<StoredRendition | undefined> {
    const entry = await this.#renditions.get(key);
    if (!entry) return undefined;
    const meta = entry.meta as unknown as RenditionMeta;
    const old = this.#clock.now() - meta.storedAt > UNREFINED_SECONDS * 1000;
    return meta.deadlineBound && old ? undefined : { meta, body: entry.body };
  }

  /** Has a rendition made and keeps it. */
  async #make(
    request: RenderRequest,
    plan: Plan,
    key: Key,
    source: CachedSource,
    { start, signal }: { readonly start: number; readonly signal: AbortSignal },
  ): Promise<StoredRendition> {
    const { deadline } = request.compiled.response;
    const expires = deadline === undefined ? undefined : start + deadline * 1000;
    const budget = this.#budget(expires);
    const { outcome, queued } = await this.#pool.run({
      request: await this.#order('render', request, plan, source, budget),
      cost: predictedCost(source.bytes, negotiated(plan, request.accepts)),
      priority: 'request',
      sourceKey: source.hash,
      signal,
      ...(expires === undefined ? {} : { expires }),
    });
    const hurried = expires !== undefined && budget.milliseconds < this.#latency;
    return this.#keep(plan, key, source, outcome as WorkerResult, {
      queue: queued,
      ...(hurried ? { hurried } : {}),
    });
  }

  async #keep(
    plan: Plan,
    key: Key,
    source: CachedSource,
    { body, warmStart, ...facts }: WorkerResult,
    extra: { readonly queue?: number; readonly refined?: boolean; readonly hurried?: boolean },
  ): Promise<StoredRendition> {
    this.#warmStarts.add(seriesKey(plan, source.hash), warmStart);
    const bytes = 'inline' in body ? body.inline : await takeFile(body.file);
    const { queue, ...rest } = extra;
    const meta: RenditionMeta = {
      ...facts,
      ...rest,
      etag: etagOf(key, bytes),
      timings: { ...facts.timings, ...(queue === undefined ? {} : { queue }) },
      storedAt: this.#clock.now(),
    };
    await this.#renditions.put(key, { ...meta }, bytes);
    return { meta, body: bytes };
  }

  /** Whether a better rendition may still come. */
  #unrefined({ meta }: StoredRendition): boolean {
    if (this.#options.refine === false || meta.refined || !meta.receipt) return false;
    return meta.receipt.mode !== 'background' && meta.receipt.kind !== 'source';
  }

  /** Makes a rendition that missed its deadline, without one. */
  #makeLater(request: RenderRequest, plan: Plan, key: Key, source: CachedSource): void {
    if (this.#options.refine === false || request.upload) return;
    this.#refiner.add(key, async () => {
      if (await this.#stored(key)) return;
      const { outcome } = await this.#pool.run({
        request: await this.#order('render', request, plan, source, this.#budget(undefined)),
        cost: 0,
        priority: 'background',
        sourceKey: source.hash,
      });
      await this.#keep(plan, key, source, outcome as WorkerResult, {});
    });
  }

  #refineLater(
    request: RenderRequest,
    plan: Plan,
    key: Key,
    source: CachedSource,
    stored: StoredRendition,
  ): void {
    // An upload is answered once and seldom asked for again.
    if (!this.#unrefined(stored) || request.upload) return;
    this.#refiner.add(key, () => this.#refine(request, plan, key, source));
  }

  /** Makes a rendition again with all the time it takes; the better one stays. */
  async #refine(request: RenderRequest, plan: Plan, key: Key, source: CachedSource): Promise<void> {
    const current = await this.#stored(key);
    if (!current || !this.#unrefined(current)) return;
    const { outcome } = await this.#pool.run({
      request: await this.#order('render', request, plan, source, {
        mode: 'background',
        milliseconds: REFINE_MS,
      }),
      cost: 0,
      priority: 'background',
      sourceKey: source.hash,
      deadline: REFINE_MS + DEFAULT_RENDER_MS,
    });
    const better = outcome as WorkerResult;
    if (isBetter(better.receipt, current.meta.receipt)) {
      await this.#keep(plan, key, source, better, { refined: true });
      return;
    }
    if ('file' in better.body) await rm(better.body.file, { force: true });
    this.#warmStarts.add(seriesKey(plan, source.hash), better.warmStart);
    await this.#renditions.update(key, { ...current.meta, refined: true });
  }

  async #order(
    kind: WorkerRequest['kind'],
    request: RenderRequest,
    plan: Plan,
    source: CachedSource,
    budget: Budget,
  ): Promise<UnassignedRequest> {
    const warmStart = this.#warmStarts.of(seriesKey(plan, source.hash));
    return {
      kind,
      path: await this.#file(request, source),
      plan,
      accepts: [...request.accepts],
      budget,
      ...(warmStart ? { warmStart } : {}),
      limits: this.#limits,
      resultFile: this.#renditionFiles.temporary(),
    };
  }

  /** The time a first answer gets: the latency budget, or what a client's deadline leaves of it. */
  #budget(expires: number | undefined): Budget {
    const left =
      expires === undefined ? this.#latency : expires - performance.now() - DEADLINE_MARGIN;
    return {
      mode: this.#options.mode ?? 'online',
      milliseconds: Math.max(1, Math.min(this.#latency, left)),
    };
  }

  /** A source that is to be delivered as it is; undefined where a worker has to make it safe first. */
  async #passThrough(
    request: RenderRequest,
    source: CachedSource,
    sanitize: boolean,
  ): Promise<Rendition | undefined> {
    const body = await this.#read(request, source);
    if (sanitize && sniffFormat(body) === 'svg') return undefined;
    return this.#sourceRendition(request, source, body, !sanitize);
  }

  /** The file of a source, read anew where it left the store between two steps. */
  async #file(request: RenderRequest, source: CachedSource): Promise<string> {
    const path =
      (await this.#sources.path(source)) ?? (await this.#sources.path(await this.#obtain(request)));
    if (path === undefined) {
      throw new Fault('overloaded', 'The source left the store before it could be used.');
    }
    return path;
  }

  async #read(request: RenderRequest, source: CachedSource): Promise<Uint8Array> {
    return readFile(await this.#file(request, source));
  }

  #sourceRendition(
    request: RenderRequest,
    source: CachedSource,
    body: Uint8Array,
    trustsSvg = false,
  ): Rendition {
    const format = sniffFormat(body);
    const size = { width: 0, height: 0, format: format ?? ('jpeg' as const), bytes: body.length };
    const key = hashKey('as it is', source.hash);
    const meta: RenditionMeta = {
      etag: etagOf(key, body),
      // An SVG that nobody has made harmless or vouched for is bytes, not a document.
      mediaType:
        format && (format !== 'svg' || trustsSvg) ? formatCard(format).mediaType : UNKNOWN_TYPE,
      source: size,
      result: size,
      diagnostics: [],
      timings: {},
      storedAt: source.checkedAt,
    };
    const hit = source.state !== 'read';
    return this.#rendition(request, source, key, { meta, body }, {}, { hit, collapsed: false });
  }

  #rendition(
    request: RenderRequest,
    source: CachedSource,
    key: Key,
    { meta, body }: StoredRendition,
    timings: Timings,
    { hit, collapsed }: { readonly hit: boolean; readonly collapsed: boolean },
  ): Rendition {
    const policy = request.compiled.response.freshness;
    const facts = this.#sources.freshness(source, policy);
    const now = this.#clock.now();
    const age = Math.max(0, Math.floor((now - source.checkedAt) / 1000));
    // While a better answer is on its way, this one should not be kept for long.
    const better = meta.deadlineBound || this.#unrefined({ meta, body });
    const brief = better ? age + UNREFINED_SECONDS : Infinity;
    const { receipt } = meta;
    return {
      body,
      mediaType: meta.mediaType,
      etag: meta.etag,
      ...(source.headers['last-modified'] ? { lastModified: source.headers['last-modified'] } : {}),
      lifetime: {
        seconds: Math.floor(Math.min(facts.freshSeconds, brief)),
        age,
        shared: !facts.private,
        noStore: facts.noStore || request.compiled.response.noStore === true,
      },
      cache: {
        hit,
        ...(hit ? {} : { forward: 'uri-miss' as const }),
        stored: !hit,
        collapsed,
      },
      timings,
      key,
      ...(receipt ? { receipt } : {}),
      source: meta.source,
      result: meta.result,
      diagnostics: meta.diagnostics,
      ...(source.url === undefined ? {} : { canonical: source.url }),
    };
  }
}

async function takeFile(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file);
  await rm(file, { force: true });
  return bytes;
}

/**
 * Local engine: stores, sources and workers of one machine put together.
 *
 * The way of a request: get the source, name the rendition (`renditionKey` in
 * `plan/key.ts`), and give what the store holds under that name, or have it
 * made, once for all who ask at the same time.
 */
import { isFault } from '../base/fault.ts';
import { oversizeOf } from '../origins/oversize.ts';
import type { DiskFailures } from '../stores/disk/failures.ts';
import type { Receiver } from '../stores/spool.ts';
import type { FileStore } from '../stores/store.ts';
import type { TieredStore } from '../stores/tiered.ts';
import { Background } from './background.ts';
import type {
  Engine,
  EngineLimits,
  EngineParts,
  EngineStatus,
  Explanation,
  Lent,
  PurgeCounts,
  PurgeTarget,
  RenderRequest,
  Rendition,
} from './engine.ts';
import {
  type EngineOptions,
  type EngineSettings,
  engineSettings,
  followOptions,
} from './engine-options.ts';
import { explanationOf } from './explain/explanation.ts';
import { FallbackTime } from './fallback-time.ts';
import { FirstAnswers } from './first-answers.ts';
import { Sharing } from './nodes/sharing.ts';
import { contentOf, SecondPictures } from './pictures/second-pictures.ts';
import { shareOf } from './pool/fair-order.ts';
import { Pool } from './pool/pool.ts';
import { Purging } from './purge/purging.ts';
import { Renderer } from './renderer.ts';
import { Answers } from './renditions/answers.ts';
import { Misses } from './renditions/misses.ts';
import { type AnswerFacts, NEAR } from './renditions/rendition-answer.ts';
import { RenditionCache } from './renditions/rendition-cache.ts';
import type { StoredRendition } from './renditions/rendition-meta.ts';
import { Resolver } from './renditions/resolver.ts';
import { type StoredRequest, sameUntil } from './renditions/same-until.ts';
import { checkRead, isUnread, planFor, type ResolvedRequest } from './resolved-request.ts';
import { oversizeSource } from './sources/oversize-source.ts';
import { type PassedSource, passing, passThrough, sourceAsIs } from './sources/passthrough.ts';
import { RememberedFaults } from './sources/remembered-faults.ts';
import { RequestSources } from './sources/request-sources.ts';
import { type CachedSource, SourceCache } from './sources/source-cache.ts';
import type { Workbench } from './studies/workbench.ts';
import { spanned } from './tracing/span.ts';
import { BackEnds } from './video/back-ends.ts';

export class LocalEngine implements Engine {
  readonly #settings: EngineSettings;
  readonly #sources: RequestSources;
  readonly #pictures: SecondPictures;
  readonly #sourceStore: FileStore;
  readonly #cache: RenditionCache;
  readonly #pool: Pool;
  readonly #renderer: Renderer;
  readonly #background: Background;
  readonly #backEnds: BackEnds;
  readonly #failures: DiskFailures;
  readonly #tiers: EngineParts['tiers'];
  readonly #firstAnswers: FirstAnswers;
  readonly #fallback: FallbackTime;
  readonly #sourceCache: SourceCache;
  readonly #faults: RememberedFaults;
  readonly #purging: Purging;
  readonly #misses: Misses;
  readonly #sharing: Sharing;
  readonly #answers: Answers;
  readonly #resolver: Resolver;
  readonly incoming: Receiver;

  /** @param files the disk below `renditions`, for the files of large results */
  constructor(
    options: EngineOptions,
    sources: FileStore,
    files: FileStore,
    renditions: TieredStore,
    { failures, incoming, sourceBodies, tiers, marks, versions, requestOf }: EngineParts,
  ) {
    this.#failures = failures;
    this.#tiers = tiers;
    this.incoming = incoming;
    const settings = engineSettings(options);
    const { clock, timer } = settings;
    this.#settings = settings;
    this.#sourceStore = sources;
    this.#sharing = new Sharing(options, timer, marks);
    const { nodes, shared, marks: sharedMarks } = this.#sharing;
    this.#faults = new RememberedFaults(clock);
    this.#sourceCache = new SourceCache({
      store: sources,
      incoming: sourceBodies,
      clock,
      limits: settings,
      marks,
      decode: (...of) => this.#renderer.decode(...of),
      shared: shared?.sources({ incoming: sourceBodies, clock, timer }),
      nodes: nodes?.flights,
      ...(options.observer ? { observer: options.observer } : {}),
    });
    this.#sources = new RequestSources(this.#sourceCache, clock);
    this.#pictures = new SecondPictures(this.#sources);
    this.#cache = new RenditionCache(renditions, clock, options.changed);
    this.#purging = new Purging({
      sources: this.#sourceCache,
      renditions: this.#cache,
      faults: this.#faults,
      ...{ shared, sharedMarks, marks },
      nodes: options.nodes,
      purged: options.purged,
    });
    nodes?.follow(this.#cache);
    const made = shared?.renditions({ cache: this.#cache, sources: this.#sourceCache, timer });
    this.#pool = new Pool({
      ...settings,
      ...(options.signing ? { sign: options.signing.sign } : {}),
      ...(options.startWorker ? { start: options.startWorker } : {}),
    });
    this.#backEnds = new BackEnds({
      encoder: options.video?.encoder ?? 'auto',
      ...{ limits: settings, timer, log: settings.log, appeared: () => this.#pool.renew() },
    });
    this.#renderer = new Renderer(
      this.#pool,
      this.#sources,
      this.#pictures,
      files,
      settings,
      this.#backEnds,
      options.nodes?.learned,
    );
    this.#resolver = new Resolver({
      sources: this.#sources,
      pictures: this.#pictures,
      pool: this.#pool,
      backEnds: this.#backEnds,
    });
    const jobs = this.#sharing.jobs(requestOf, settings, this.#pool, this.#resolver);
    this.#background = new Background(this.#renderer, this.#cache, settings, {
      shared: made,
      nodes,
      jobs,
    });
    this.#answers = new Answers({
      clock,
      pictures: this.#pictures,
      sources: this.#sourceCache,
      cache: this.#cache,
      ...{ background: this.#background, settings },
    });
    this.#fallback = new FallbackTime(timer);
    this.#firstAnswers = new FirstAnswers({
      pool: this.#pool,
      renderer: this.#renderer,
      ...{ cache: this.#cache, background: this.#background, fallback: this.#fallback },
      timer,
      shared: made,
      nodes: nodes?.flights,
    });
    this.#misses = new Misses({
      cache: this.#cache,
      versions,
      faults: this.#faults,
      firstAnswers: this.#firstAnswers,
      background: this.#background,
      answers: this.#answers,
      shared: made,
      version: () => this.#pool.knownEncoderVersion,
      keyUnder: ({ request, plan, content }, version) =>
        this.#resolver.keyOf(request, plan, content, version),
      hit: (...of) => this.#hit(...of),
    });
  }

  ready = (): boolean => this.#pool.ready();

  /** Resolves when no purge of other nodes can have been missed, or after so many milliseconds. */
  caughtUp = (milliseconds: number): Promise<void> => this.#sharing.caughtUp(milliseconds);

  /** Lets go of some memory; false when there is none to be let go of. */
  relieve = (): boolean => this.#sourceCache.relieve();

  purge(target: PurgeTarget, soft = false): Promise<PurgeCounts> {
    return this.#purging.purge(target, soft);
  }

  tagOf(...named: Parameters<Engine['tagOf']>): Promise<string> {
    return this.#purging.tagOf(...named);
  }

  async workbench(): Promise<Workbench> {
    const { LocalWorkbench } = await import('./studies/workbench.ts');
    return new LocalWorkbench(this.#pool, this.#settings, this.#backEnds);
  }

  admits(mount?: RenderRequest['mount']): boolean {
    return this.#pool.admits(mount && shareOf(mount));
  }

  status(): EngineStatus {
    return {
      ...this.#pool.status(),
      refining: this.#background.waiting,
      cutShort: this.#firstAnswers.cutShort,
      failedFindings: this.#renderer.failedFindings,
      purges: this.#purging.count,
      diskFailures: this.#failures.count,
      videoFailures: this.#backEnds.failed,
      signingFailures: this.#renderer.signingFailures,
      tiers: this.#tiers(),
      ...this.#sharing.status,
    };
  }

  render(request: RenderRequest): Promise<Rendition> {
    const near = this.near(request);
    return near ? Promise.resolve(near) : this.#render(request);
  }

  near(request: RenderRequest): Rendition | undefined {
    const found = this.#nearest(request);
    return found && this.#hit(found.resolved, found.stored, NEAR);
  }

  lend(request: RenderRequest): Lent | undefined {
    const found = this.#nearest(request);
    const now = this.#settings.clock.now();
    if (found === undefined) return undefined;
    const until = sameUntil(found, this.#pictures.freshness(found.resolved, now), now);
    return { rendition: this.#hit(found.resolved, found.stored, NEAR), until };
  }

  #nearest(request: RenderRequest): StoredRequest | undefined {
    if (request.maxAge !== undefined) return undefined;
    const encoderVersion = this.#pool.knownEncoderVersion;
    const source = encoderVersion === undefined ? undefined : this.#sources.near(request);
    if (encoderVersion === undefined || source === undefined) return undefined;
    const plan = planFor(request, source);
    if (plan.output.kind === 'source' || isUnread(request, source)) return undefined;
    const pictures = this.#pictures.near(request);
    if (pictures === undefined) return undefined;
    const content = contentOf(request, source, pictures);
    const key = this.#resolver.keyOf(request, plan, content, encoderVersion);
    const stored = this.#cache.near(key);
    if (stored === undefined || this.#cache.isOutdated(stored)) return undefined;
    return { resolved: { request, plan, source, pictures, content, key }, stored };
  }

  async #render(request: RenderRequest): Promise<Rendition> {
    const { timer } = this.#settings;
    const start = timer.now();
    // A source that would only be read for the queue to refuse is not read at all.
    const passes = request.compiled.plan.output.kind === 'source';
    const mayRead = passes ? request.mayMake : () => this.#admit(request);
    const source = await this.#sources.get(request, mayRead);
    const fetch = source.state === 'read' ? { fetch: timer.now() - start } : {};
    const plan = planFor(request, source);
    if (plan.output.kind === 'source') {
      const passed = await passThrough(this.#sources, request, source, plan.output.sanitize);
      if (passed) return this.#passedAnswer(request, source, passed);
    }
    checkRead(request, source);
    const resolved = await this.#resolver.resolve(request, plan, source);
    const near = this.#cache.near(resolved.key);
    const stored =
      near ?? (await spanned(request.span, 'look up', () => this.#cache.get(resolved.key)));
    const asStored = { timings: fetch, tier: near ? ('memory' as const) : ('disk' as const) };
    if (stored && (request.storedOnly || !this.#cache.isOutdated(stored))) {
      return this.#hit(resolved, stored, asStored);
    }
    const { timings, tier } = asStored;
    return this.#misses.answer({ resolved, outdated: stored, start, timings, tier });
  }

  async deliverSource(request: RenderRequest): Promise<Rendition> {
    let source: CachedSource;
    try {
      source = await this.#sources.get(request);
    } catch (error) {
      const oversize = isFault(error) ? oversizeOf(error) : undefined;
      const coming = oversize && (await oversizeSource(request, oversize, this.#settings.clock));
      if (!coming) throw error;
      return this.#passedAnswer(request, coming.source, passing(coming));
    }
    const passed = await sourceAsIs(this.#sources, request, source);
    this.#fallback.answered(request, source.bytes);
    return this.#passedAnswer(request, source, passed);
  }

  async explain(request: RenderRequest): Promise<Explanation> {
    const resolved = await this.#resolver.request(request);
    const explained = await this.#renderer.explain(resolved);
    const stored = await this.#cache.get(resolved.key);
    return explanationOf(resolved, explained, stored);
  }

  follow(limits: EngineLimits): void {
    followOptions(this.#settings, this.#pool.limits, limits);
    this.#sourceCache.forgetFailures();
  }

  async close(milliseconds = 0): Promise<void> {
    await this.#background.close(milliseconds);
    await this.#pool.close();
    // What waits for the bucket may have its body in a file of the store.
    await this.#sharing.close();
    this.#sourceCache.close();
    await this.#cache.close();
    await this.#sourceStore.close();
  }

  /** @throws Fault overloaded, when a rendition would not be taken on */
  #admit({ mount, mayMake }: RenderRequest): void {
    mayMake?.();
    if (!this.#pool.admits(shareOf(mount))) throw this.#pool.busy(shareOf(mount));
  }

  #hit(
    resolved: ResolvedRequest,
    stored: StoredRendition,
    { timings, tier }: Pick<AnswerFacts, 'timings' | 'tier'>,
  ): Rendition {
    this.#background.refineLater(resolved, stored);
    return this.#answers.of(resolved, stored, { timings, tier, collapsed: false });
  }

  #passedAnswer(
    request: RenderRequest,
    source: CachedSource,
    { key, stored }: PassedSource,
  ): Rendition {
    const { plan } = request.compiled;
    const resolved = { request, plan, source, pictures: [], content: source.hash, key };
    const read = source.state === 'read' ? { forward: 'uri-miss' as const } : {};
    return this.#answers.of(resolved, stored, { timings: {}, ...read, collapsed: false });
  }
}

/**
 * Renderer: has the workers make what a resolved request asks for.
 *
 * It turns the request into a WorkerRequest with its budget, sends it through
 * the pool, and remembers what the search of one size taught for the next.
 */
import { isFault } from '../base/fault.ts';
import type { Budget } from '../optimizer/task.ts';
import { negotiated } from '../plan/key.ts';
import { seriesKey } from '../plan/size-series.ts';
import type { FileStore, StoredBody } from '../stores/store.ts';
import type { EngineSettings } from './engine-options.ts';
import type { Pool, PoolTask } from './pool/pool.ts';
import { predictedCost } from './rendition-meta.ts';
import type { RequestSources } from './request-sources.ts';
import type { ResolvedRequest } from './resolved-request.ts';
import { WarmStartCache } from './warm-start-cache.ts';
import type {
  ExplainResult,
  UnassignedRequest,
  WorkerRequest,
  WorkerResult,
  WorkerSource,
} from './worker-protocol.ts';

/** Time for refining one picture, in milliseconds. */
const REFINE_MS = 180_000;

/** Left of a client's deadline for the way back, in milliseconds. */
const DEADLINE_MARGIN = 60;

/** What a worker has made for a visitor. */
export interface FirstAnswer {
  readonly result: WorkerResult;
  /** Milliseconds it waited for a worker. */
  readonly queue: number;
  /** A client's deadline left less than the usual time. */
  readonly deadlineBound: boolean;
}

export class Renderer {
  readonly #pool: Pool;
  readonly #sources: RequestSources;
  readonly #results: FileStore;
  readonly #settings: EngineSettings;
  readonly #warmStarts = new WarmStartCache();

  /** @param results gives the files that large results are written to */
  constructor(pool: Pool, sources: RequestSources, results: FileStore, settings: EngineSettings) {
    this.#pool = pool;
    this.#sources = sources;
    this.#results = results;
    this.#settings = settings;
  }

  /**
   * A first answer, made while its visitor waits.
   *
   * @param expires on the clock of `performance.now`; absent without a client's deadline
   * @param signal fires when nobody waits any more
   * @throws Fault
   */
  async firstAnswer(
    resolved: ResolvedRequest,
    expires: number | undefined,
    signal: AbortSignal,
  ): Promise<FirstAnswer> {
    const { request, plan, source } = resolved;
    const budget = this.#budget(expires);
    const { outcome, queued } = await this.#run('render', resolved, budget, {
      cost: predictedCost(source.bytes, negotiated(plan, request.accepts)),
      priority: 'request',
      signal,
      ...(expires === undefined ? {} : { expires }),
    });
    const deadlineBound = expires !== undefined && budget.milliseconds < this.#settings.latency;
    return { result: outcome as WorkerResult, queue: queued, deadlineBound };
  }

  /** The same with the usual budget, made when a background worker has time. @throws Fault */
  async laterAnswer(resolved: ResolvedRequest): Promise<WorkerResult> {
    const { outcome } = await this.#run('render', resolved, this.#budget(undefined), {
      cost: 0,
      priority: 'background',
    });
    return outcome as WorkerResult;
  }

  /** A rendition made with all the time it takes, in the background. @throws Fault */
  async refined(resolved: ResolvedRequest): Promise<WorkerResult> {
    const budget: Budget = { mode: 'background', milliseconds: REFINE_MS };
    const { outcome } = await this.#run('render', resolved, budget, {
      cost: 0,
      priority: 'background',
      renderTimeout: REFINE_MS + this.#settings.renderTimeout,
    });
    return outcome as WorkerResult;
  }

  /** Facts, program and prediction. @throws Fault */
  async explain(resolved: ResolvedRequest): Promise<ExplainResult> {
    const { outcome } = await this.#run('explain', resolved, this.#budget(undefined), {
      cost: 1,
      priority: 'request',
      signal: resolved.request.signal,
    });
    return outcome as ExplainResult;
  }

  async #run(
    kind: WorkerRequest['kind'],
    resolved: ResolvedRequest,
    budget: Budget,
    terms: Omit<PoolTask, 'request' | 'sourceKey'>,
  ) {
    const { plan, source } = resolved;
    const done = await this.#attempt(kind, resolved, budget, terms).catch(
      async (error: unknown) => {
        // Its file went away or was altered under the worker: once more with a new one.
        if (!isFault(error, 'source-lost')) throw error;
        await this.#sources.recheck(source);
        return this.#attempt(kind, resolved, budget, terms);
      },
    );
    if ('body' in done.outcome) {
      this.#warmStarts.add(seriesKey(plan, source.hash), done.outcome.warmStart);
    }
    return done;
  }

  async #attempt(
    kind: WorkerRequest['kind'],
    resolved: ResolvedRequest,
    budget: Budget,
    terms: Omit<PoolTask, 'request' | 'sourceKey'>,
  ) {
    const request = await this.#workerRequest(kind, resolved, budget);
    return this.#pool.run({ ...terms, request, sourceKey: resolved.source.hash });
  }

  async #workerRequest(
    kind: WorkerRequest['kind'],
    { request, plan, source }: ResolvedRequest,
    budget: Budget,
  ): Promise<UnassignedRequest> {
    const warmStart = this.#warmStarts.of(seriesKey(plan, source.hash));
    return {
      kind,
      source: workerSource(await this.#sources.content(request, source)),
      plan,
      accepts: [...request.accepts],
      budget,
      ...(warmStart ? { warmStart } : {}),
      limits: this.#settings.pictureLimits,
      resultFile: this.#results.temporary(),
    };
  }

  /** The time a first answer gets: the usual latency, or what a client's deadline leaves of it. */
  #budget(expires: number | undefined): Budget {
    const { mode, latency } = this.#settings;
    const left = expires === undefined ? latency : expires - performance.now() - DEADLINE_MARGIN;
    return { mode, milliseconds: Math.max(1, Math.min(latency, left)) };
  }
}

function workerSource(content: Uint8Array | StoredBody): WorkerSource {
  if (content instanceof Uint8Array) return { bytes: content };
  return { path: content.file, length: content.bytes, crc: content.crc };
}

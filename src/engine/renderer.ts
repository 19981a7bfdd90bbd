/**
 * Renderer: has the workers make what a resolved request asks for.
 *
 * It turns the request into a WorkerRequest with its budget, sends it through
 * the pool, and remembers what the search of one size taught for the next.
 */
import { bytesOf } from '../base/body.ts';
import { BoundedMap } from '../base/bounded-map.ts';
import { Fault, isFault } from '../base/fault.ts';
import type { Learned } from '../coordination/learned.ts';
import type { FormatName } from '../image/format.ts';
import type { Budget, Scores } from '../optimizer/task.ts';
import { isVideo, mayBeVideo } from '../plan/output.ts';
import type { Plan } from '../plan/plan.ts';
import type { Spooled } from '../stores/spool.ts';
import type { FileStore, StoredBody } from '../stores/store.ts';
import type { EngineSettings } from './engine-options.ts';
import { Learning } from './nodes/learning.ts';
import { SharedLearning } from './nodes/shared-learning.ts';
import type { SecondPictures } from './pictures/second-pictures.ts';
import { shareOf } from './pool/fair-order.ts';
import type { Pool, PoolTask, TaskResult } from './pool/pool.ts';
import type { Prediction } from './pool/service-rate.ts';
import type { ResolvedPicture, ResolvedRequest } from './resolved-request.ts';
import { isBlank } from './sources/blank-source.ts';
import type { RequestSources } from './sources/request-sources.ts';
import { factsOf } from './sources/source-facts.ts';
import { estimateSource, predictTime, type SourceEstimate } from './time-prediction.ts';
import type { Span } from './tracing/span.ts';
import { spannedTask } from './tracing/task-spans.ts';
import type { BackEnds } from './video/back-ends.ts';
import type {
  ExplainResult,
  UnassignedRequest,
  WorkerPicture,
  WorkerRequest,
  WorkerResult,
  WorkerSource,
} from './worker-protocol.ts';

/** Time for refining one picture, in milliseconds. */
const REFINE_MS = 180_000;

/** Time for a first answer that is a video, in milliseconds: room for coding it three times. */
const VIDEO_MS = 20_000;

/**
 * Times that the clock may show of the time that a first answer has for its work: on a machine whose
 * processors others want too, work takes as many times longer as there are of them.
 */
const WALL = 5;

/** Of an explanation: nothing is decoded. */
const EXPLANATION: Prediction = { usual: 20, least: 20 };

/** Of background work, which nobody waits for. */
const UNPREDICTED: Prediction = { usual: 0, least: 0 };

/** Milliseconds from the end of a worker's budget to the finished answer: the last encode overruns it a little. */
const WAY_BACK = 40;

/** Sources whose size and format are remembered from their last rendering. */
const SOURCES_REMEMBERED = 10_000;

/** Who waits for a first answer. */
export interface Visitor {
  /** When the visitor stops waiting, on the engine's timer; absent without a deadline shorter than the budget. */
  readonly expires?: number;
  /** Fires when nobody waits any more. */
  readonly signal: AbortSignal;
  /** Told when the work goes on to its end whoever waits. */
  readonly begun: () => void;
  /** Told of the scores of the answer where it was measured after it had left. */
  readonly scored?: (scores: Scores) => void;
}

/** What a worker has made for a visitor. */
export interface FirstAnswer {
  readonly result: WorkerResult;
  /** Milliseconds it waited for a worker. */
  readonly queue: number;
  /** The visitor's deadline left less than the usual time. */
  readonly deadlineBound: boolean;
  /** The queue was long, and the picture made with less search. */
  readonly hurried: boolean;
}

/** How a task is carried out, and what it is traced within. */
type Terms = Omit<PoolTask, 'request' | 'sourceKey'> & { readonly span?: Span | undefined };

export class Renderer {
  readonly #pool: Pool;
  readonly #sources: RequestSources;
  readonly #pictures: SecondPictures;
  readonly #results: FileStore;
  readonly #settings: EngineSettings;
  readonly #backEnds: BackEnds;
  readonly #learning: Learning;
  #failedFindings = 0;
  #signingFailures = 0;
  /** Size and format of sources by their content. */
  readonly #seen = new BoundedMap<string, SourceEstimate>(SOURCES_REMEMBERED);

  /**
   * @param results gives the files that large results are written to
   * @param learned what other nodes have found out
   */
  constructor(
    pool: Pool,
    sources: RequestSources,
    pictures: SecondPictures,
    results: FileStore,
    settings: EngineSettings,
    backEnds: BackEnds,
    learned?: Learned,
  ) {
    const version = () => pool.knownEncoderVersion;
    this.#learning = new Learning(learned && new SharedLearning(learned, version));
    this.#backEnds = backEnds;
    this.#pool = pool;
    this.#sources = sources;
    this.#pictures = pictures;
    this.#results = results;
    this.#settings = settings;
  }

  /** Findings that could not be made: the picture was made without them. */
  get failedFindings(): number {
    return this.#failedFindings;
  }

  /** Pictures that went without the manifest that was to be signed. */
  get signingFailures(): number {
    return this.#signingFailures;
  }

  /** A first answer, made while its visitor waits. @throws Fault */
  async firstAnswer(
    resolved: ResolvedRequest,
    { expires, signal, begun, scored }: Visitor,
  ): Promise<FirstAnswer> {
    const latency = this.latency(resolved.plan);
    let milliseconds = latency;
    let hurried = false;
    const { outcome, queued } = await this.#run('render', resolved, this.#budget(resolved.plan), {
      predicted: this.predict(resolved),
      priority: 'request',
      signal,
      begun: (left, hurry) => {
        milliseconds = left;
        hurried = hurry;
        begun();
      },
      ...(scored ? { scored } : {}),
      ...(expires === undefined ? {} : { expires: expires - WAY_BACK }),
      span: resolved.request.span,
    });
    const deadlineBound = milliseconds < latency && !hurried;
    return { result: outcome as WorkerResult, queue: queued, deadlineBound, hurried };
  }

  /** The same with the usual budget, made when a background worker has time. @throws Fault */
  async laterAnswer(resolved: ResolvedRequest, span?: Span): Promise<WorkerResult> {
    const { outcome } = await this.#run('render', resolved, this.#budget(resolved.plan), {
      predicted: UNPREDICTED,
      priority: 'background',
      span,
    });
    return outcome as WorkerResult;
  }

  /** How long a first answer is likely to take, without waiting. */
  predict({ request, plan, source }: ResolvedRequest): Prediction {
    const estimate = this.#seen.use(source.hash) ?? estimateSource(source);
    return predictTime(plan, estimate, request.accepts, this.#settings.pictureLimits.pixels);
  }

  /** A rendition made with all the time it takes, in the background. @throws Fault */
  async refined(resolved: ResolvedRequest, span?: Span): Promise<WorkerResult> {
    const budget: Budget = { mode: 'background', milliseconds: REFINE_MS, compares: true };
    const { outcome } = await this.#run('render', resolved, budget, {
      predicted: UNPREDICTED,
      priority: 'background',
      renderTimeout: REFINE_MS + this.#settings.renderTimeout,
      span,
    });
    return outcome as WorkerResult;
  }

  /** Carries a plan out on a body that is no source yet, for the faults alone. @throws Fault */
  async decode(plan: Plan, spooled: Spooled, signal: AbortSignal): Promise<void> {
    const { pictureLimits } = this.#settings;
    const accepts = new Set<FormatName>();
    await this.#pool.run({
      request: {
        kind: 'render',
        source: await workerSource(spooled.body, false),
        sourceHash: spooled.hash,
        plan,
        accepts: [],
        budget: this.#budget(plan),
        limits: pictureLimits,
        resultFile: this.#results.temporary(),
      },
      predicted: predictTime(plan, estimateSource(factsOf(spooled)), accepts, pictureLimits.pixels),
      priority: 'request',
      sourceKey: spooled.hash,
      signal,
    });
  }

  /** Facts, program and prediction. @throws Fault */
  async explain(resolved: ResolvedRequest): Promise<ExplainResult> {
    const { outcome } = await this.#run('explain', resolved, this.#budget(resolved.plan), {
      predicted: EXPLANATION,
      priority: 'request',
      signal: resolved.request.signal,
    });
    return outcome as ExplainResult;
  }

  async #run(kind: WorkerRequest['kind'], resolved: ResolvedRequest, budget: Budget, terms: Terms) {
    const { plan, source, content } = resolved;
    const done = await this.#attempt(kind, resolved, budget, terms).catch(
      async (error: unknown) => {
        // Its file went away or was altered under the worker: once more, without a file.
        if (!isFault(error, 'source-lost')) throw error;
        await this.#sources.recheck(source);
        await this.#pictures.recheck(resolved.pictures);
        return this.#attempt(kind, resolved, budget, terms, true);
      },
    );
    const { outcome } = done;
    if ('body' in outcome) {
      this.#learning.add(plan, content, source, outcome);
      this.#failedFindings += outcome.failedFindings?.length ?? 0;
      if (outcome.videoFailure) this.#backEnds.failedWith(outcome.videoFailure.reason);
      else if (isVideo(outcome.result.format)) this.#backEnds.worked();
      if (outcome.signingFailure) this.#unsigned(outcome.signingFailure.reason);
      if (outcome.source.width > 0) this.#seen.set(source.hash, outcome.source);
    }
    return done;
  }

  #unsigned(reason: string): void {
    this.#signingFailures++;
    this.#settings.log('signing-failed', { reason });
  }

  async #attempt(
    kind: WorkerRequest['kind'],
    resolved: ResolvedRequest,
    budget: Budget,
    { span, ...terms }: Terms,
    inline = false,
  ): Promise<TaskResult> {
    // All that is drawn by itself has the same source: what one text does tells nothing of another.
    const sourceKey = isBlank(resolved.source) ? resolved.key : resolved.content;
    const share = shareOf(resolved.request.mount);
    // A refusal waits for no file: the disk may be as busy as the workers.
    const refusal = this.#pool.refusal({ ...terms, sourceKey, share });
    if (refusal) throw refusal;
    const traced = span?.recorded ? ({ traced: true } as const) : {};
    const request = { ...(await this.#workerRequest(kind, resolved, budget, inline)), ...traced };
    return spannedTask(span, () => this.#pool.run({ ...terms, request, sourceKey, share }));
  }

  async #workerRequest(
    kind: WorkerRequest['kind'],
    { request, plan, source, pictures, content }: ResolvedRequest,
    budget: Budget,
    inline: boolean,
  ): Promise<UnassignedRequest> {
    const known = await this.#learning.of(plan, content, source);
    return {
      kind,
      source: await workerSource(await this.#sources.content(request, source), inline),
      sourceHash: source.hash,
      ...(pictures.length === 0 ? {} : { pictures: await this.#workerPictures(pictures, inline) }),
      ...(request.compiled.refusesAbsent ? { refusesAbsent: true } : {}),
      plan,
      accepts: [...request.accepts],
      budget,
      ...known,
      limits: this.#settings.pictureLimits,
      ...(mayBeVideo(plan.output) ? { video: this.#backEnds.use() } : {}),
      ...this.#credentials(plan),
      resultFile: this.#results.temporary(),
    };
  }

  /** What a worker needs of who signs, for a result that is to be signed. */
  #credentials({ output }: Plan): Pick<WorkerRequest, 'credentials'> {
    const { signing } = this.#settings;
    if (signing === undefined || output.kind !== 'picture') return {};
    if (output.c2pa !== signing.fingerprint) return {};
    const { algorithm, chain, signatureBytes } = signing;
    return { credentials: { algorithm, chain, signatureBytes } };
  }

  #workerPictures(pictures: readonly ResolvedPicture[], inline: boolean): Promise<WorkerPicture[]> {
    return Promise.all(
      pictures.map(async ({ param, request, source }) => {
        if (source === undefined) return { param, hash: '' };
        const content = await this.#sources.content(request, source);
        return { param, hash: source.hash, source: await workerSource(content, inline) };
      }),
    );
  }

  /** Milliseconds that a first answer to a plan is given, where no deadline leaves less. */
  latency({ output }: Plan): number {
    const { latency } = this.#settings;
    return mayBeVideo(output) ? Math.max(latency, VIDEO_MS) : latency;
  }

  /** The time a first answer gets; the pool cuts it where a deadline leaves less. */
  #budget(plan: Plan): Budget {
    const milliseconds = this.latency(plan);
    return { mode: 'online', milliseconds, wall: milliseconds * WALL };
  }
}

/** @throws Fault source-lost, where a file is to be read and cannot be */
async function workerSource(
  content: Uint8Array | StoredBody,
  inline: boolean,
): Promise<WorkerSource> {
  if (content instanceof Uint8Array) return { bytes: content };
  if (!inline) return { path: content.file, length: content.bytes, crc: content.crc };
  try {
    return { bytes: await bytesOf(content) };
  } catch (cause) {
    throw new Fault('source-lost', 'The source left the store while it was used.', {}, cause);
  }
}

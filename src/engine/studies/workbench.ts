/**
 * Workbench: renderings and studies of pictures that are kept nowhere.
 *
 * The bytes of a source come with the request and stay in memory, here and in
 * the worker; results come back the same way. Nothing is read from the stores
 * or written to them, so what is tried out leaves no trace. Second pictures
 * count as absent: no origin is asked.
 */
import { headerSize } from '../../containers/header-size.ts';
import type { Compiled } from '../../dialects/dialect.ts';
import type { FormatName } from '../../image/format.ts';
import { sniffFormat } from '../../image/sniff.ts';
import type { Scores } from '../../optimizer/task.ts';
import { canonicalPlan } from '../../plan/canonicalize.ts';
import { mayBeVideo } from '../../plan/output.ts';
import type { EngineSettings } from '../engine-options.ts';
import type { Lane, Pool } from '../pool/pool.ts';
import { estimateSource, predictTime } from '../time-prediction.ts';
import type { BackEnds } from '../video/back-ends.ts';
import type { ExplainResult, UnassignedRequest, WorkerResult } from '../worker-protocol.ts';
import type { Study, StudyResult } from './study.ts';

/** A plan for bytes that are kept nowhere. */
export interface UnkeptTask {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string;
  readonly compiled: Pick<Compiled, 'plan' | 'svgPlan' | 'pictures'>;
  readonly accepts: ReadonlySet<FormatName>;
  /** Fires when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** A result with its bytes. */
export type UnkeptResult = Omit<WorkerResult, 'body'> & { readonly bytes: Uint8Array };

export interface Workbench {
  /** The rendition of a task; `scored` is told of scores that were measured after it had left. @throws Fault */
  render(task: UnkeptTask, scored?: (scores: Scores) => void): Promise<UnkeptResult>;
  /** Facts, program and prediction. @throws Fault */
  explain(task: UnkeptTask): Promise<ExplainResult>;
  /** What is asked of the picture of a task, when the background worker has time. @throws Fault */
  study(task: UnkeptTask, study: Study): Promise<StudyResult>;
}

/** Whose share of the workers it takes. */
const SHARE = { source: 'playground', weight: 1 };

/** Longest work on one study, in milliseconds. */
const STUDY_MS = 30_000;

/** First answers have the clock show as many times their budget at most (`renderer.ts`). */
const WALL = 5;

export class LocalWorkbench implements Workbench {
  readonly #pool: Pool;
  readonly #settings: EngineSettings;
  readonly #backEnds: BackEnds;

  constructor(pool: Pool, settings: EngineSettings, backEnds: BackEnds) {
    this.#pool = pool;
    this.#settings = settings;
    this.#backEnds = backEnds;
  }

  async render(task: UnkeptTask, scored?: (scores: Scores) => void): Promise<UnkeptResult> {
    const told = scored === undefined ? {} : { scored };
    const { body, ...result } = (await this.#run('render', task, 'request', told)) as WorkerResult;
    if (!('inline' in body)) throw new Error('expected a result that travels inline, got a file');
    return { ...result, bytes: body.inline };
  }

  async explain(task: UnkeptTask): Promise<ExplainResult> {
    return (await this.#run('explain', task, 'request', {})) as ExplainResult;
  }

  async study(task: UnkeptTask, study: Study): Promise<StudyResult> {
    const terms = { study, renderTimeout: STUDY_MS };
    return (await this.#run('study', task, 'background', terms)) as StudyResult;
  }

  async #run(
    kind: UnassignedRequest['kind'],
    { bytes, hash, compiled, accepts, signal }: UnkeptTask,
    priority: Lane,
    {
      study,
      ...terms
    }: { study?: Study; renderTimeout?: number; scored?: (scores: Scores) => void },
  ): Promise<WorkerResult | ExplainResult | StudyResult> {
    const { pictureLimits, latency } = this.#settings;
    const format = sniffFormat(bytes);
    const plan = canonicalPlan(
      format === 'svg' ? (compiled.svgPlan ?? compiled.plan) : compiled.plan,
    );
    const size = headerSize(bytes);
    const source = estimateSource({
      bytes: bytes.length,
      ...(format === undefined ? {} : { format }),
      ...(size === undefined ? {} : { size }),
    });
    const pictures = (compiled.pictures ?? []).map(({ param }) => ({ param, hash: '' }));
    const { outcome } = await this.#pool.run({
      request: {
        ...{ kind, source: { bytes }, sourceHash: hash, plan, accepts: [...accepts] },
        ...(pictures.length === 0 ? {} : { pictures }),
        budget: { mode: 'online', milliseconds: latency, wall: latency * WALL },
        limits: pictureLimits,
        ...(mayBeVideo(plan.output) ? { video: this.#backEnds.use() } : {}),
        ...(study === undefined ? {} : { study }),
      },
      predicted: predictTime(plan, source, accepts, pictureLimits.pixels),
      ...{ priority, sourceKey: hash, share: SHARE, signal },
      ...terms,
    });
    return outcome;
  }
}

/**
 * Optimizer: render workers without a server, for pictures that come as files or bytes.
 *
 * The workers are those of the server, with all the time that refining has and more; the effort says how
 * much of it is used. Nothing is stored.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usableCores } from '../engine/cores.ts';
import { Pool } from '../engine/pool/pool.ts';
import { noWorkers } from '../engine/pool/pool-faults.ts';
import { forkWorker, hasWorkerProgram, type StartWorker } from '../engine/pool/worker-process.ts';
import { WarmStartCache } from '../engine/renditions/warm-start-cache.ts';
import type { ResultBody, WorkerResult } from '../engine/worker-protocol.ts';
import type { FormatName } from '../image/format.ts';
import { DEFAULT_PICTURE_LIMITS } from '../image/picture-limits.ts';
import type { Mode } from '../optimizer/mode.ts';
import type { Receipt } from '../optimizer/receipt.ts';
import { type Key, renditionKey } from '../plan/key.ts';
import { seriesKey } from '../plan/size-series.ts';
import {
  checkSettings,
  EFFORTS,
  type Effort,
  type OptimizePlan,
  type OptimizeSettings,
  optimizePlan,
  USUAL_EFFORT,
} from './optimize-plan.ts';
import { type OptimizeInput, type ReadSource, readSource } from './read-source.ts';
import { unlessAborted } from './unless-aborted.ts';

/** How many pictures are made at once, and whether the process stays for their sake. */
export interface OptimizerOptions {
  /** Render workers, 1 to 256; one per core by default. */
  readonly jobs?: number;
  /** Idle workers do not keep the process alive. */
  readonly unref?: boolean;
}

/** What a picture shall become, and when to stop caring. */
export interface OptimizeOptions extends OptimizeSettings {
  /** Ends the wait; what a worker has in hand it brings to its end. */
  readonly signal?: AbortSignal;
}

/** A picture that was made. */
export interface Optimized {
  readonly bytes: Uint8Array;
  readonly format: FormatName;
  readonly mediaType: string;
  /** In pixels; 0 for an SVG that stays one. */
  readonly width: number;
  readonly height: number;
  /** SSIMULACRA 2 against the picture before it was encoded; absent where nothing was measured. */
  readonly score?: number;
  /** What was decided, tried and why; absent for an SVG. */
  readonly receipt?: Receipt;
  /** The upright size, format and bytes of what came in. */
  readonly source: WorkerResult['source'];
}

/** Where a result goes, and who may stop it. */
export interface MakeTerms {
  /** A path that is free: a large result is written there. */
  readonly resultFile: string;
  readonly signal?: AbortSignal;
}

/** More processes than any machine has use for. */
export const MOST_JOBS = 256;

/**
 * Milliseconds of work for one picture, and those after which its worker is killed. Nobody waits, and slow settings of
 * AVIF take minutes for a large picture on a busy machine: a search cut short would cost more bytes.
 */
const WORK_MS = 900_000;
const LIMIT_MS = 960_000;

/** Resident memory at which a worker is killed, in bytes. */
const WORKER_MEMORY = 2_500_000_000;

/** Milliseconds in which a worker comes up, on the slowest of machines. */
const START_MS = 60_000;

/** Who waits here waits as long as it takes: a week, which timers can count. */
const PATIENCE_MS = 6e8;

const UNPREDICTED = { usual: 0, least: 0 } as const;

/**
 * An optimizer with workers of its own, which are started now. Close it.
 *
 * @throws RangeError where `jobs` is not a whole number from 1 to 256; Fault render-failed where the program of the
 * workers is not beside this one, as in a bundle
 */
export function createOptimizer(options: OptimizerOptions = {}): Optimizer {
  const { jobs = 1 } = options;
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > MOST_JOBS) {
    throw new RangeError(`expected jobs from 1 to ${MOST_JOBS}, got ${jobs}`);
  }
  if (!hasWorkerProgram()) throw noWorkers('The program of the render workers is not there.');
  return new Optimizer(options);
}

/** Makes pictures smaller with workers of its own, until it is closed. */
export class Optimizer {
  /** Pictures that are made at once. */
  readonly jobs: number;
  readonly #pool: Pool;
  readonly #warmStarts = new WarmStartCache();
  #pending = 0;
  #alive: NodeJS.Timeout | undefined;

  constructor({ jobs = usableCores(), unref = false }: OptimizerOptions = {}) {
    this.jobs = jobs;
    this.#pool = new Pool({
      workers: jobs,
      renderTimeout: LIMIT_MS,
      workerMemory: WORKER_MEMORY,
      queueWait: PATIENCE_MS,
      startWithin: START_MS,
      ...(unref ? { start: released } : {}),
    });
  }

  /**
   * A picture in the fewest bytes that reach its target, never more than its source has where that is of the right size.
   *
   * @throws Fault with a code: `source-not-an-image`, `source-broken`, `source-too-many-pixels`, …, render-failed where no
   * worker can be started; the reason of the signal; RangeError for options that cannot be meant
   */
  async optimize(input: OptimizeInput, options: OptimizeOptions = {}): Promise<Optimized> {
    const { signal, ...settings } = options;
    checkSettings(settings);
    signal?.throwIfAborted();
    const source = await readSource(input, signal);
    return await this.#made(source, optimizePlan(settings, source.format), signal);
  }

  /**
   * What a plan of `compile` makes of a picture, second pictures excepted.
   *
   * @throws as `optimize`
   */
  async render(
    input: OptimizeInput,
    { plan, accepts, effort }: OptimizePlan,
    { signal }: Pick<OptimizeOptions, 'signal'> = {},
  ): Promise<Optimized> {
    signal?.throwIfAborted();
    return await this.#made(
      await readSource(input, signal),
      { plan, accepts, ...(effort ? { effort } : {}) },
      signal,
    );
  }

  /** What a plan makes of a source. A large result is in `resultFile`, which is then the caller's. @throws as `optimize` */
  make(source: ReadSource, asked: OptimizePlan, terms: MakeTerms): Promise<WorkerResult> {
    return this.#holding(async () => {
      const work = this.#attempt(source, asked, terms);
      return terms.signal ? await abortable(work, terms.signal) : await work;
    });
  }

  /** What names a result: plan, formats, content of the source, effort and the version of everything that makes it. */
  async key({ hash }: ReadSource, { plan, accepts, effort }: OptimizePlan): Promise<Key> {
    const encoderVersion = `${await this.encoderVersion()} ${modeOf(effort)}`;
    return renditionKey(plan, { accepts: new Set(accepts), source: hash, encoderVersion });
  }

  /** The encoders and their versions, as soon as a worker has come up. @throws Fault where none will */
  encoderVersion(): Promise<string> {
    return this.#holding(() => this.#pool.encoderVersion());
  }

  /** It makes nothing any more: it was closed, or no worker could be started. */
  get over(): boolean {
    return this.#pool.over;
  }

  /** Process ids of the workers, for diagnostics. */
  pids(): number[] {
    return this.#pool.pids();
  }

  /** Ends the workers; what is being made fails. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #made(source: ReadSource, asked: OptimizePlan, signal?: AbortSignal): Promise<Optimized> {
    const resultFile = join(tmpdir(), `fovea-${randomUUID()}`);
    const made = await this.make(source, asked, { resultFile, ...(signal ? { signal } : {}) });
    return optimizedOf(made, await takenBytes(made.body));
  }

  async #attempt(
    { source, hash }: ReadSource,
    { plan, accepts, effort }: OptimizePlan,
    { resultFile, signal }: MakeTerms,
  ): Promise<WorkerResult> {
    const series = seriesKey(plan, hash);
    const warmStart = this.#warmStarts.of(series);
    const { outcome } = await this.#pool.run({
      request: {
        kind: 'render',
        source,
        sourceHash: hash,
        plan,
        accepts,
        budget: { mode: modeOf(effort), milliseconds: WORK_MS },
        limits: DEFAULT_PICTURE_LIMITS,
        resultFile,
        ...(warmStart ? { warmStart } : {}),
      },
      predicted: UNPREDICTED,
      priority: 'request',
      sourceKey: hash,
      ...(signal ? { signal } : {}),
    });
    if (!('body' in outcome)) throw new Error('expected a picture, got an explanation');
    this.#warmStarts.add(series, outcome.warmStart);
    return outcome;
  }

  /** Keeps the process alive while something is under way; its workers, or the wait for them, may not. */
  async #holding<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#alive ??= setInterval(() => undefined, 2 ** 30);
    this.#pending++;
    try {
      return await work();
    } finally {
      this.#pending--;
      if (this.#pending === 0) {
        clearInterval(this.#alive);
        this.#alive = undefined;
      }
    }
  }
}

function modeOf(effort: Effort = USUAL_EFFORT): Mode {
  return EFFORTS[effort];
}

/** Workers that the process does not wait for. */
const released: StartWorker = (lane, events) => {
  const worker = forkWorker()(lane, events);
  worker.unref?.();
  return worker;
};

function optimizedOf(
  { mediaType, source, result, receipt }: WorkerResult,
  bytes: Uint8Array,
): Optimized {
  const { format, width, height } = result;
  return {
    bytes,
    format,
    mediaType,
    width,
    height,
    ...(receipt?.score === undefined ? {} : { score: receipt.score }),
    ...(receipt ? { receipt } : {}),
    source,
  };
}

/** The bytes of a result, whose file is removed. */
export async function takenBytes(body: ResultBody): Promise<Uint8Array> {
  if ('inline' in body) return body.inline;
  try {
    return await readFile(body.file);
  } finally {
    await rm(body.file, { force: true });
  }
}

/** `work`, or the reason of a signal as soon as it fires; a file that comes later is removed. */
async function abortable(work: Promise<WorkerResult>, signal: AbortSignal): Promise<WorkerResult> {
  const drop = ({ body }: WorkerResult) => {
    if (signal.aborted && 'file' in body) return rm(body.file, { force: true });
  };
  work.then(drop).catch(() => undefined);
  return await unlessAborted(work, signal);
}

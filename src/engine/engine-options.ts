/**
 * The options of an engine, under the names that they have in the configuration.
 */
import { type Clock, systemClock } from '../base/clock.ts';
import type { SigningIdentity } from '../c2pa/signing-identity.ts';
import type { Coordination } from '../coordination/coordination.ts';
import { DEFAULT_PICTURE_LIMITS, type PictureLimits } from '../image/picture-limits.ts';
import type { SharedStore } from '../stores/shared-store.ts';
import { usableCores } from './cores.ts';
import type { StartWorker } from './pool/worker-process.ts';
import { systemTimer, type Timer } from './timer.ts';
import type { EngineObserver } from './tracing/observer.ts';

export interface EngineOptions {
  readonly cache: {
    readonly folder: string;
    /** Bytes on disk, sources and renditions together. */
    readonly size: number;
    /** Bytes of renditions in memory; a sixteenth of the disk by default, at most 256 MB. */
    readonly memory?: number;
    /** Serve renditions of a former version of the encoders while they are made again; true by default. */
    readonly former?: boolean;
  };
  /** What all nodes keep together; absent: this one is alone. Closed with the engine. */
  readonly shared?: SharedStore;
  /** Other nodes of the same service; absent: there are none. Closed with the engine. */
  readonly nodes?: Coordination;
  /** Told that another node has purged something here. */
  readonly purged?: () => void;
  /** Render workers for requests; by default one per core. */
  readonly workers?: number;
  /** Improve first answers in the background. */
  readonly refine?: boolean;
  readonly limits?: Partial<PictureLimits> & {
    /** Most bytes of one source. */
    readonly sourceBytes?: number;
    /** Most bytes of one upload. */
    readonly uploadBytes?: number;
    /** Longest time for one picture, in milliseconds. */
    readonly renderTimeout?: number;
    /** Longest wait for a worker, in milliseconds; requests that would wait longer are refused. */
    readonly queueWait?: number;
    /** Most bytes of sources and uploads in memory while they arrive. */
    readonly bodyMemory?: number;
    /** Resident memory at which a worker is killed, in bytes. */
    readonly workerMemory?: number;
    /** Longest time for the back end of one video, in milliseconds. */
    readonly videoTimeout?: number;
  };
  readonly video?: {
    /** What makes videos: `auto`, `off` or the path of an ffmpeg. */
    readonly encoder?: string;
  };
  /** Who signs C2PA manifests; absent: none are written. */
  readonly signing?: SigningIdentity;
  /** Say by which tags answers can be purged; off by default. */
  readonly tags?: boolean;
  /** Time to work on a first answer, decoding included, in milliseconds. */
  readonly latency?: number;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Told of each rendition that was stored or changed, by its key. */
  readonly changed?: (key: string) => void;
  /** Told of what is counted. */
  readonly observer?: EngineObserver;
  /** For waits and limits; for tests. */
  readonly timer?: Timer;
  /** Starts a render worker; for tests. */
  readonly startWorker?: StartWorker;
}

/** Takes an event by its name, with facts for an operator. */
export type Log = (event: string, detail: Readonly<Record<string, unknown>>) => void;

/** The options with their defaults filled in. */
export interface EngineSettings extends Required<Pick<EngineOptions, 'refine' | 'latency'>> {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
  readonly pictureLimits: PictureLimits;
  readonly sourceBytes: number;
  readonly renderTimeout: number;
  readonly queueWait: number;
  readonly workerMemory: number;
  readonly videoTimeout: number;
  readonly workers: number;
  readonly tags: boolean;
  readonly signing?: SigningIdentity;
}

/** Options with their defaults. */
export function engineSettings({ limits = {}, ...options }: EngineOptions): EngineSettings {
  const { pixels, totalPixels, frames } = { ...DEFAULT_PICTURE_LIMITS, ...limits };
  const { sourceBytes = 50_000_000, uploadBytes = 0 } = limits;
  return {
    refine: options.refine ?? true,
    latency: options.latency ?? 1000,
    clock: options.clock ?? systemClock,
    timer: options.timer ?? systemTimer,
    log: options.log ?? (() => undefined),
    pictureLimits: { pixels, totalPixels, frames },
    sourceBytes: Math.max(sourceBytes, uploadBytes),
    renderTimeout: limits.renderTimeout ?? 60_000,
    queueWait: limits.queueWait ?? 10_000,
    workerMemory: limits.workerMemory ?? 1_500_000_000,
    // Time has to be left for what is made where the video fails.
    videoTimeout: Math.min(limits.videoTimeout ?? 30_000, (limits.renderTimeout ?? 60_000) / 2),
    workers: options.workers ?? usableCores(),
    tags: options.tags ?? false,
    ...(options.signing ? { signing: options.signing } : {}),
  };
}

/** Has other options hold for a running engine and its pool, as far as they may change. */
export function followOptions(
  settings: EngineSettings,
  pool: Pick<EngineSettings, 'renderTimeout' | 'queueWait'>,
  { refine, limits, latency, tags }: Pick<EngineOptions, 'refine' | 'limits' | 'latency' | 'tags'>,
): void {
  const next = engineSettings({
    ...{ cache: { folder: '', size: 0 }, workers: settings.workers },
    ...(refine === undefined ? {} : { refine }),
    ...(limits === undefined ? {} : { limits }),
    ...(latency === undefined ? {} : { latency }),
    ...(tags === undefined ? {} : { tags }),
  });
  const { clock: _, timer: __, log: ___, workers: ____, ...changed } = next;
  Object.assign(settings, changed);
  const { renderTimeout, queueWait } = changed;
  Object.assign(pool, { renderTimeout, queueWait });
}

/**
 * The options of an engine.
 */
import type { Clock } from '../base/clock.ts';
import type { Mode } from '../optimizer/mode.ts';
import type { PictureLimits } from './worker-protocol.ts';

export interface EngineOptions {
  readonly cache: {
    readonly folder: string;
    /** Bytes on disk, sources and renditions together. */
    readonly bytes: number;
    /** Bytes of renditions in memory; a sixteenth of the disk by default, at most 256 MB. */
    readonly memoryBytes?: number;
  };
  readonly workers?: number;
  /** Improve first answers in the background. */
  readonly refine?: boolean;
  readonly limits?: Partial<PictureLimits> & {
    /** Most bytes of one source. */
    readonly sourceBytes?: number;
    /** Longest time for one picture, in milliseconds. */
    readonly renderMilliseconds?: number;
    /** Memory at which a worker is killed, in bytes. */
    readonly workerMemory?: number;
  };
  /** Time to work on a first answer, decoding included, in milliseconds. */
  readonly latencyBudget?: number;
  /** How first answers are made. */
  readonly mode?: Mode;
  readonly clock?: Clock;
  readonly log?: (event: string, detail: Readonly<Record<string, unknown>>) => void;
}

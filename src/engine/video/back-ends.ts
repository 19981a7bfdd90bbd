/**
 * BackEnds: the back end for videos of this machine, and whether it works.
 *
 * One that fails again and again is left alone for a while: each failure may
 * have taken all the time that a video is granted, of a worker that others wait for.
 */
import { type FoundBackEnd, findBackEnd } from '../../video/find-back-end.ts';
import type { Log } from '../engine-options.ts';
import type { Timer } from '../timer.ts';
import type { VideoUse } from './video-use.ts';

/** Failures in a row after which a back end rests. */
const MOST_FAILURES = 3;

/** Milliseconds for which it does. */
const REST = 60_000;

/** Milliseconds for which what was found counts: hits look for it as well. */
const FOUND_FOR = 1000;

export interface BackEndsOptions {
  /** `auto`, `off`, or the path of a program. */
  readonly encoder: string;
  /** `videoTimeout`: milliseconds for one video; it may change. */
  readonly limits: { readonly videoTimeout: number };
  readonly timer: Timer;
  readonly log: Log;
  /** Told when one is there that was not, after the first look: workers that run may not start it. */
  readonly appeared?: () => void;
  /** For tests. */
  readonly find?: (setting: string) => FoundBackEnd | undefined;
}

export class BackEnds {
  readonly #options: BackEndsOptions;
  /** Failures in a row, of the version that failed. */
  #failures = 0;
  #version = '';
  #restsUntil = 0;
  #found: FoundBackEnd | undefined;
  #foundAt = Number.NEGATIVE_INFINITY;
  #failed = 0;

  constructor(options: BackEndsOptions) {
    this.#options = options;
  }

  /** Videos since the start that the back end did not make. */
  get failed(): number {
    return this.#failed;
  }

  /** Names the back end that a rendition depends on; empty where there is none. */
  version(): string {
    return this.#find()?.version ?? '';
  }

  /** What a worker is to do about a video that is asked for now. */
  use(): VideoUse {
    const found = this.#find();
    if (found === undefined) return { kind: 'none' };
    if (found.version !== this.#version) {
      this.#version = found.version;
      this.#failures = 0;
      this.#restsUntil = 0;
    }
    if (this.#options.timer.now() < this.#restsUntil) return { kind: 'resting' };
    return { kind: 'ready', backEnd: found.ref, milliseconds: this.#options.limits.videoTimeout };
  }

  /** A video was made. */
  worked(): void {
    this.#failures = 0;
  }

  /** @param reason absent where the back end was not even tried */
  failedWith(reason: string | undefined): void {
    this.#failed++;
    if (reason === undefined) return;
    this.#options.log('video-failed', { reason });
    this.#failures++;
    if (this.#failures >= MOST_FAILURES) this.#restsUntil = this.#options.timer.now() + REST;
  }

  #find(): FoundBackEnd | undefined {
    const { find = findBackEnd, encoder, timer, appeared } = this.#options;
    const now = timer.now();
    if (now - this.#foundAt >= FOUND_FOR) {
      const before = this.#found;
      this.#found = find(encoder);
      const looked = this.#foundAt >= 0;
      this.#foundAt = now;
      if (looked && before === undefined && this.#found !== undefined) appeared?.();
    }
    return this.#found;
  }
}

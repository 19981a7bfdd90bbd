/**
 * Readiness: whether this server should be sent requests, and why not.
 *
 * It is asked every second or so by whoever spreads requests, so it is answered from what is known; the
 * disk is tried in between, beside requests.
 */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Engine, EngineStatus } from '../engine/engine.ts';
import { makeFolder } from '../stores/folders.ts';
import type { SelfTest } from './self-test.ts';

/**
 * Why requests should go elsewhere: no worker came up yet, all have gone, what every picture needs has
 * failed its self-test, the cache's disk takes nothing, it is told to stop.
 */
export type Unready = 'starting' | 'workers' | 'self-test' | 'disk' | 'stopping';

/** What readiness follows from. */
export interface ReadinessFacts {
  readonly stopping: boolean;
  /** A worker has shown that it can render, and one is up or coming up. */
  readonly renders: boolean;
  /** A worker came up some time. */
  readonly rendered: boolean;
  readonly diskTakes: boolean;
  /** What every picture needs has passed its self-test, or was not tried yet. */
  readonly sound: boolean;
}

/** The first reason why not; undefined where there is none. Pure. */
export function unreadyReason(facts: ReadinessFacts): Unready | undefined {
  if (facts.stopping) return 'stopping';
  if (!facts.renders) return facts.rendered ? 'workers' : 'starting';
  if (!facts.sound) return 'self-test';
  return facts.diskTakes ? undefined : 'disk';
}

/** Milliseconds for which what was found of the disk counts. */
const TRIED_EVERY = 5000;

/** A disk that is full makes room by eviction, and is no reason to send nobody. */
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** Tries whether a folder takes files; it did when the server was made. */
export class DiskProbe {
  readonly #folder: string;
  readonly #now: () => number;
  #failure: string | undefined;
  #triedAt: number;
  #trying: Promise<void> | undefined;

  /** @param now milliseconds on a clock that moves forward */
  constructor(folder: string, now: () => number = () => performance.now()) {
    this.#folder = folder;
    this.#now = now;
    this.#triedAt = now();
  }

  /** The system's word for what was found last, such as `EROFS`; undefined where it took a file. Looks again where that is old. */
  get failure(): string | undefined {
    if (this.#now() - this.#triedAt >= TRIED_EVERY) void this.look();
    return this.#failure;
  }

  /** Tries now, once at a time. */
  look(): Promise<void> {
    this.#trying ??= this.#try().finally(() => {
      this.#trying = undefined;
    });
    return this.#trying;
  }

  async #try(): Promise<void> {
    this.#triedAt = this.#now();
    const file = join(this.#folder, `.probe-${process.pid}`);
    try {
      // The store makes its folders anew where somebody took them away
      await makeFolder(this.#folder);
      await fs.writeFile(file, '', { mode: 0o600 });
      await fs.rm(file, { force: true });
      this.#failure = undefined;
    } catch (error) {
      const { code = 'EIO' } = error as NodeJS.ErrnoException;
      this.#failure = FULL.has(code) ? undefined : code;
    }
  }
}

/** What is said of readiness to one who may know more. */
export interface ReadinessDetail {
  readonly ready: boolean;
  readonly reason?: Unready;
  readonly draining: boolean;
  readonly workers: Pick<EngineStatus, 'workers' | 'running' | 'queued' | 'quarantined'> & {
    /** Seconds that a new picture is likely to wait. */
    readonly waitSeconds: number;
  };
  readonly disk: { readonly writable: boolean; readonly code?: string };
  /** What it does without for now, and is ready all the same. */
  readonly degraded?: readonly string[];
  /** Where nodes share a bucket. */
  readonly bucket?: { readonly available: boolean; readonly reason?: string };
  /** Where other nodes are told of by Redis. */
  readonly redis?: { readonly available: boolean; readonly reason?: string };
  /** Parts of the self-test that have failed; absent where none has. */
  readonly failedParts?: readonly string[];
}

export class Readiness {
  readonly #engine: Pick<Engine, 'ready' | 'status'>;
  readonly #stopping: () => boolean;
  readonly #disk: Pick<DiskProbe, 'failure'> | undefined;
  readonly #selfTest: Pick<SelfTest, 'failedNeeds' | 'failedParts'> | undefined;
  #rendered = false;

  /**
   * @param disk absent: nothing is kept
   * @param selfTest absent: there is none
   */
  constructor(
    engine: Pick<Engine, 'ready' | 'status'>,
    stopping: () => boolean,
    disk?: Pick<DiskProbe, 'failure'>,
    selfTest?: Pick<SelfTest, 'failedNeeds' | 'failedParts'>,
  ) {
    this.#selfTest = selfTest;
    this.#engine = engine;
    this.#stopping = stopping;
    this.#disk = disk;
  }

  /** Why not; undefined where it is ready. */
  get reason(): Unready | undefined {
    const renders = this.#engine.ready();
    this.#rendered ||= renders;
    return unreadyReason({
      stopping: this.#stopping(),
      renders,
      rendered: this.#rendered,
      diskTakes: this.#disk?.failure === undefined,
      sound: (this.#selfTest?.failedNeeds.length ?? 0) === 0,
    });
  }

  get detail(): ReadinessDetail {
    const { reason } = this;
    const { workers, running, queued, quarantined, wait, nodes, shared } = this.#engine.status();
    const code = this.#disk?.failure;
    const failedParts = this.#selfTest?.failedParts ?? [];
    return {
      ready: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
      draining: this.#stopping(),
      workers: { workers, running, queued, quarantined, waitSeconds: wait / 1000 },
      disk: code === undefined ? { writable: true } : { writable: false, code },
      ...degradedBy({ redis: nodes, bucket: shared }),
      ...(failedParts.length === 0 ? {} : { failedParts }),
    };
  }
}

interface Service {
  readonly available: boolean;
  readonly reason?: string;
}

/** What nodes share, and what of it is away. */
function degradedBy({
  redis,
  bucket,
}: {
  readonly redis: Service | undefined;
  readonly bucket: Service | undefined;
}): Pick<ReadinessDetail, 'redis' | 'bucket' | 'degraded'> {
  const named = [['redis', redis] as const, ['bucket', bucket] as const];
  const degraded = named.filter(([, one]) => one?.available === false).map(([name]) => name);
  return {
    ...(degraded.length === 0 ? {} : { degraded }),
    ...(redis === undefined ? {} : { redis: stateOf(redis) }),
    ...(bucket === undefined ? {} : { bucket: stateOf(bucket) }),
  };
}

/** With what it failed with last, while it is away. */
function stateOf({ available, reason }: Service): Service {
  return { available, ...(available || reason === undefined ? {} : { reason }) };
}

/**
 * Rendition jobs: renditions that are improved or made by whichever node has time.
 *
 * A job says how a visitor asked: the source of the configuration, the target there, and the headers that its
 * meaning hangs on. The node that takes it compiles that anew by its own configuration and does nothing unless
 * it comes to the same rendition; so a job can ask for nothing that a visitor could not.
 */
import { z } from 'zod';
import { BoundedMap } from '../../base/bounded-map.ts';
import { isFault } from '../../base/fault.ts';
import type { Coordination } from '../../coordination/coordination.ts';
import type { Job, JobQueue, JobStatus } from '../../coordination/job-queue.ts';
import { hashKey } from '../../plan/key.ts';
import type { RenderRequest } from '../engine.ts';
import type { ResolvedRequest } from '../resolved-request.ts';
import type { Timer } from '../timer.ts';
import { type Asked, askedSchema } from './asked.ts';

/** Milliseconds for which a job that was queued is not queued again. */
const TOLD_FOR = 60_000;
/** Jobs of which that is remembered. */
const MOST_TOLD = 20_000;

const data = z.strictObject({ kind: z.enum(['refine', 'make']), asked: askedSchema });

/** `refine`: the rendition may become smaller. `make`: it is not there. */
export type JobKind = z.output<typeof data>['kind'];

export interface RenditionJobsParts {
  readonly coordination: Coordination;
  readonly timer: Timer;
  /** Whether results can be shared at present. */
  readonly shares: () => boolean;
  /** What a request means here; undefined where it means nothing. @throws Fault */
  readonly requestOf: (asked: Asked) => RenderRequest | undefined;
  /** @throws Fault */
  readonly resolve: (request: RenderRequest) => Promise<ResolvedRequest>;
  /** No visitor waits for a worker. */
  readonly idle: () => boolean;
  /** Whether this node does such work at all. */
  readonly works: () => boolean;
}

export class RenditionJobs {
  readonly #parts: RenditionJobsParts;
  #worker: (kind: JobKind, resolved: ResolvedRequest) => Promise<void> = async () => undefined;
  readonly #told = new BoundedMap<string, number>(MOST_TOLD);
  #queue: JobQueue | undefined;
  #closed = false;

  constructor(parts: RenditionJobsParts) {
    this.#parts = parts;
  }

  /** Who carries jobs out here. */
  doneBy(worker: (kind: JobKind, resolved: ResolvedRequest) => Promise<void>): void {
    this.#worker = worker;
  }

  /** Undefined before the queue is open. */
  get status(): JobStatus | undefined {
    return this.#queue?.status;
  }

  /** Opens the queue of all nodes with this version of the encoders, and works on it. */
  async open(version: string): Promise<void> {
    const { coordination, idle, works } = this.#parts;
    const queue = await coordination.openJobs(`renditions-${hashKey(version).slice(0, 16)}`);
    if (this.#closed) {
      await queue.close(0);
      return;
    }
    this.#queue = queue;
    if (works()) queue.work({ idle, carryOut: (job) => this.#carryOut(job) });
  }

  /**
   * Queues work for all nodes. False where that is not possible; `otherwise` is called where it turns out not to be.
   */
  offer(kind: JobKind, { request, key }: ResolvedRequest, otherwise: () => void): boolean {
    const { timer, shares } = this.#parts;
    const queue = this.#queue;
    if (queue === undefined || !queue.available || !shares()) return false;
    const now = timer.now();
    const told = this.#told.get(key);
    if (told !== undefined && now - told < TOLD_FOR) return true;
    const read = askedSchema.safeParse(request.asked?.());
    if (!read.success) return false;
    this.#told.set(key, now);
    void queue.add({ key, data: { kind, asked: read.data } }, kind === 'make').then((queued) => {
      if (!queued) otherwise();
    });
    return true;
  }

  /** @param milliseconds for the job in hand */
  async close(milliseconds: number): Promise<void> {
    this.#closed = true;
    await this.#queue?.close(milliseconds);
  }

  async #carryOut({ key, data: given }: Job): Promise<void> {
    const read = data.safeParse(given);
    if (!read.success) return;
    const { requestOf, resolve } = this.#parts;
    try {
      const request = requestOf(read.data.asked);
      if (request === undefined) return;
      const resolved = await resolve(request);
      if (resolved.key === key) await this.#worker(read.data.kind, resolved);
    } catch (error) {
      // What fails for its own sake fails on every node.
      if (!isFault(error) || error.kind.retry) throw error;
    }
  }
}

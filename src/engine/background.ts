/**
 * Background: renditions that are improved, or made, when there is time.
 *
 * A first answer is made again with all the time it takes and the better one
 * stays; a rendition that missed its visitor's deadline is made for the next.
 */
import { rm } from 'node:fs/promises';
import type { EngineSettings } from './engine-options.ts';
import type { Nodes } from './nodes/nodes.ts';
import type { JobKind, RenditionJobs } from './nodes/rendition-jobs.ts';
import { Refiner } from './refiner.ts';
import type { Renderer } from './renderer.ts';
import type { RenditionCache } from './renditions/rendition-cache.ts';
import { isBetter, isLacking, type StoredRendition } from './renditions/rendition-meta.ts';
import type { ResolvedRequest } from './resolved-request.ts';
import type { SharedRenditions } from './shared/shared-renditions.ts';
import { tracedLater } from './tracing/span.ts';

/** Pictures waiting for the background worker. */
const QUEUE_SIZE = 500;

/** What this node has in common with others. */
export interface Others {
  /** Where what was made is written for them. */
  readonly shared?: SharedRenditions | undefined;
  readonly nodes?: Pick<Nodes, 'improved'> | undefined;
  /** Work that any of them may do. */
  readonly jobs?: RenditionJobs | undefined;
}

export class Background {
  readonly #renderer: Renderer;
  readonly #cache: RenditionCache;
  readonly #settings: EngineSettings;
  readonly #refiner: Refiner;

  readonly #others: Others;

  constructor(
    renderer: Renderer,
    cache: RenditionCache,
    settings: EngineSettings,
    others: Others = {},
  ) {
    this.#others = others;
    others.jobs?.doneBy((kind, resolved) =>
      kind === 'refine' ? this.#refine(resolved) : this.#make(resolved, () => false),
    );
    this.#renderer = renderer;
    this.#cache = cache;
    this.#settings = settings;
    this.#refiner = new Refiner({ size: QUEUE_SIZE, log: settings.log });
  }

  /** Pictures queued or being worked on. */
  get waiting(): number {
    return this.#refiner.waiting;
  }

  /** Whether a better rendition may still come. */
  mayImprove({ meta }: StoredRendition): boolean {
    if (!this.#settings.refine || meta.refined || !meta.receipt) return false;
    // It is made again when its minute is over; improving it would keep what is missing.
    if (isLacking(meta)) return false;
    if (meta.cutShort) return true;
    return meta.receipt.mode !== 'background' && meta.receipt.kind !== 'source';
  }

  /**
   * Makes a rendition that missed its visitor's deadline, without one.
   *
   * It is no improvement but what was asked for, so it is made with `refine` off as well.
   *
   * @param underWay whether a worker is at it already
   */
  makeLater(resolved: ResolvedRequest, underWay: () => boolean): void {
    if (resolved.request.upload) return;
    this.#later('make', resolved, () => this.#make(resolved, underWay));
  }

  /** Queues a first answer for improvement, where there is something to improve. */
  refineLater(resolved: ResolvedRequest, stored: StoredRendition): void {
    // An upload is answered once and seldom asked for again.
    if (!this.mayImprove(stored) || resolved.request.upload) return;
    this.#later('refine', resolved, () => this.#refine(resolved));
  }

  /** @param milliseconds for what is done for other nodes and has begun */
  async close(milliseconds = 0): Promise<void> {
    this.#refiner.close();
    await this.#others.jobs?.close(milliseconds);
  }

  /** Has work done by any node, or by this one where the others cannot be told. */
  #later(kind: JobKind, resolved: ResolvedRequest, work: () => Promise<void>): void {
    const here = () => this.#refiner.add(resolved.key, work);
    if (this.#others.jobs?.offer(kind, resolved, here) !== true) here();
  }

  /** What is here, or with another node. */
  async #current(resolved: ResolvedRequest): Promise<StoredRendition | undefined> {
    return (await this.#cache.get(resolved.key)) ?? this.#others.shared?.find(resolved);
  }

  /** Makes a rendition that is not there. */
  async #make(resolved: ResolvedRequest, underWay: () => boolean): Promise<void> {
    const stored = await this.#current(resolved);
    if (underWay() || (stored && !this.#cache.isOutdated(stored))) return;
    await tracedLater(resolved.request.span, 'make later', async (span) => {
      const later = await this.#renderer.laterAnswer(resolved, span);
      const kept = await this.#cache.keep(resolved.key, later);
      await this.#others.shared?.offer(resolved, kept);
    });
  }

  /** Has other nodes take what is better here; resolves when they can. */
  async #share(resolved: ResolvedRequest, stored: StoredRendition): Promise<void> {
    const shared = await this.#others.shared?.offer(resolved, stored);
    if (shared) this.#others.nodes?.improved(resolved.key, stored.meta.etag);
  }

  /** Makes a rendition again with all the time it takes; the better one stays. */
  async #refine(resolved: ResolvedRequest): Promise<void> {
    const { key } = resolved;
    const current = await this.#current(resolved);
    if (!current || !this.mayImprove(current)) return;
    const better = await tracedLater(resolved.request.span, 'refine', (span) =>
      this.#renderer.refined(resolved, span),
    );
    if (better.videoFailure || better.signingFailure) {
      // It is no better than what is there; another visit may find what failed at work again.
      if ('file' in better.body) await rm(better.body.file, { force: true });
      return;
    }
    if (isBetter(better.receipt, current.meta.receipt)) {
      await this.#share(resolved, await this.#cache.keep(key, better, { refined: true }));
      return;
    }
    if ('file' in better.body) await rm(better.body.file, { force: true });
    const { fixedQuality } = better.receipt ?? {};
    await this.#share(resolved, await this.#cache.markRefined(key, current, fixedQuality));
  }
}

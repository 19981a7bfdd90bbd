/**
 * Background: renditions that are improved, or made, when there is time.
 *
 * A first answer is made again with all the time it takes and the better one
 * stays; a rendition that missed its visitor's deadline is made for the next.
 */
import { rm } from 'node:fs/promises';
import type { EngineSettings } from './engine-options.ts';
import { Refiner } from './refiner.ts';
import type { Renderer } from './renderer.ts';
import type { RenditionCache } from './renditions/rendition-cache.ts';
import { isBetter, isLacking, type StoredRendition } from './renditions/rendition-meta.ts';
import type { ResolvedRequest } from './resolved-request.ts';
import type { SharedRenditions } from './shared/shared-renditions.ts';
import { tracedLater } from './tracing/span.ts';

/** Pictures waiting for the background worker. */
const QUEUE_SIZE = 500;

export class Background {
  readonly #renderer: Renderer;
  readonly #cache: RenditionCache;
  readonly #settings: EngineSettings;
  readonly #refiner: Refiner;

  readonly #shared: SharedRenditions | undefined;

  /** @param shared where what was made is written for other nodes */
  constructor(
    renderer: Renderer,
    cache: RenditionCache,
    settings: EngineSettings,
    shared?: SharedRenditions,
  ) {
    this.#shared = shared;
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
    const { request, key } = resolved;
    if (request.upload) return;
    this.#refiner.add(key, async () => {
      const stored = await this.#cache.get(key);
      if (underWay() || (stored && !this.#cache.isOutdated(stored))) return;
      await tracedLater(request.span, 'make later', async (span) => {
        const later = await this.#renderer.laterAnswer(resolved, span);
        this.#offer(resolved, await this.#cache.keep(key, later));
      });
    });
  }

  /** Queues a first answer for improvement, where there is something to improve. */
  refineLater(resolved: ResolvedRequest, stored: StoredRendition): void {
    // An upload is answered once and seldom asked for again.
    if (!this.mayImprove(stored) || resolved.request.upload) return;
    this.#refiner.add(resolved.key, () => this.#refine(resolved));
  }

  #offer(resolved: ResolvedRequest, stored: StoredRendition): void {
    void this.#shared?.offer(resolved, stored);
  }

  close(): void {
    this.#refiner.close();
  }

  /** Makes a rendition again with all the time it takes; the better one stays. */
  async #refine(resolved: ResolvedRequest): Promise<void> {
    const { key } = resolved;
    const current = await this.#cache.get(key);
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
      this.#offer(resolved, await this.#cache.keep(key, better, { refined: true }));
      return;
    }
    if ('file' in better.body) await rm(better.body.file, { force: true });
    this.#offer(resolved, await this.#cache.markRefined(key, current));
  }
}

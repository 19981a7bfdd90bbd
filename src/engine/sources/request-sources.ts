/**
 * RequestSources: the source of a request, and its bytes or the file they are in.
 */
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import type { Freshness } from '../../stores/freshness.ts';
import type { StoredBody } from '../../stores/store.ts';
import type { RenderRequest } from '../engine.ts';
import { BLANK_BYTES, blankSource, isBlank } from './blank-source.ts';
import type { CachedSource, SourceCache } from './source-cache.ts';

export class RequestSources {
  readonly #cache: SourceCache;
  readonly #clock: Clock;

  constructor(cache: SourceCache, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  /** The same at once, where nothing has to be read or looked at. */
  near(request: RenderRequest): CachedSource | undefined {
    const { kind } = request.compiled.source;
    return kind === 'blank' ? blankSource(this.#clock.now()) : this.#cache.near(request);
  }

  /**
   * The source that a request names, read or checked if need be.
   *
   * @param mayRead called before a source is read that was not in the store; what it throws ends the request
   * @throws Fault
   */
  get(request: RenderRequest, mayRead?: () => void): Promise<CachedSource> {
    return request.compiled.source.kind === 'blank'
      ? Promise.resolve(blankSource(this.#clock.now()))
      : this.#cache.get(request, mayRead);
  }

  /**
   * The content of a source, read anew where it left the store between two steps.
   *
   * @throws Fault source-lost, when it left the store again or is another one by now
   */
  async content(request: RenderRequest, source: CachedSource): Promise<Uint8Array | StoredBody> {
    if (isBlank(source)) return BLANK_BYTES;
    const held = await this.#cache.content(source);
    if (held) return held;
    const again = await this.get(request);
    const content = again.hash === source.hash ? await this.#cache.content(again) : undefined;
    if (content) return content;
    throw new Fault('source-lost', 'The source left the store before it could be used.');
  }

  /** Has a source read anew from the disk, after it was found to be altered. */
  recheck(source: CachedSource): Promise<void> {
    return isBlank(source) ? Promise.resolve() : this.#cache.recheck(source);
  }

  /** How long answers made of a source may be kept. */
  freshness(request: RenderRequest, source: CachedSource): Freshness {
    return this.#cache.freshness(source, request.compiled.response.freshness);
  }
}

/**
 * RequestSources: the source of a request, and the file it stands in.
 */
import { Fault } from '../base/fault.ts';
import type { Freshness } from '../stores/freshness.ts';
import type { RenderRequest } from './engine.ts';
import type { CachedSource, SourceCache } from './source-cache.ts';

export class RequestSources {
  readonly #cache: SourceCache;

  constructor(cache: SourceCache) {
    this.#cache = cache;
  }

  /** The source that a request names, read or checked if need be. @throws Fault */
  get(request: RenderRequest): Promise<CachedSource> {
    const { source, response } = request.compiled;
    return this.#cache.get(request.mount, source, request.upload, response.freshness, request);
  }

  /**
   * The path of the file of a source, read anew where it left the store between two steps.
   *
   * @throws Fault overloaded, when it left the store again
   */
  async file(request: RenderRequest, source: CachedSource): Promise<string> {
    const path =
      (await this.#cache.path(source)) ?? (await this.#cache.path(await this.get(request)));
    if (path === undefined) {
      throw new Fault('overloaded', 'The source left the store before it could be used.');
    }
    return path;
  }

  /** How long answers made of a source may be kept. */
  freshness(request: RenderRequest, source: CachedSource): Freshness {
    return this.#cache.freshness(source, request.compiled.response.freshness);
  }
}

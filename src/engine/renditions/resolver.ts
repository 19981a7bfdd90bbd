/**
 * Resolver: requests whose source is known, and the name of their rendition.
 */
import type { Key } from '../../plan/key.ts';
import { renditionKey } from '../../plan/key.ts';
import { mayBeVideo } from '../../plan/output.ts';
import type { Plan } from '../../plan/plan.ts';
import type { RenderRequest } from '../engine.ts';
import { contentOf, type SecondPictures } from '../pictures/second-pictures.ts';
import type { Pool } from '../pool/pool.ts';
import { checkRead, planFor, type ResolvedRequest } from '../resolved-request.ts';
import type { RequestSources } from '../sources/request-sources.ts';
import type { CachedSource } from '../sources/source-cache.ts';
import type { BackEnds } from '../video/back-ends.ts';

export interface ResolverParts {
  readonly sources: RequestSources;
  readonly pictures: SecondPictures;
  readonly pool: Pool;
  readonly backEnds: BackEnds;
}

export class Resolver {
  readonly #parts: ResolverParts;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
  }

  /** Reads the source where need be. @throws Fault */
  async request(request: RenderRequest): Promise<ResolvedRequest> {
    const source = await this.#parts.sources.get(request);
    checkRead(request, source);
    return this.resolve(request, planFor(request, source), source);
  }

  /** @throws Fault */
  async resolve(
    request: RenderRequest,
    plan: Plan,
    source: CachedSource,
  ): Promise<ResolvedRequest> {
    const pictures = await this.#parts.pictures.get(request);
    const content = contentOf(request, source, pictures);
    const key = this.keyOf(request, plan, content, await this.#parts.pool.encoderVersion());
    return { request, plan, source, pictures, content, key };
  }

  /** What a rendition is stored under; a video depends on its back end too. */
  keyOf({ accepts }: RenderRequest, plan: Plan, content: string, version: string): Key {
    const video = mayBeVideo(plan.output) ? ` ${this.#parts.backEnds.version()}` : '';
    return renditionKey(plan, { accepts, source: content, encoderVersion: version + video });
  }
}

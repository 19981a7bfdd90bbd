/**
 * Answers: stored renditions as they are given, with how long they may be kept and what they are known by.
 */
import type { Clock } from '../../base/clock.ts';
import type { Background } from '../background.ts';
import type { Rendition } from '../engine.ts';
import type { EngineSettings } from '../engine-options.ts';
import type { SecondPictures } from '../pictures/second-pictures.ts';
import { lastModifiedOf } from '../pictures/second-pictures.ts';
import type { ResolvedRequest } from '../resolved-request.ts';
import type { SourceCache } from '../sources/source-cache.ts';
import { AnswerTags } from './answer-tags.ts';
import { type AnswerFacts, NEAR, renditionAnswer } from './rendition-answer.ts';
import { type RenditionCache, UNREFINED_SECONDS } from './rendition-cache.ts';
import type { StoredRendition } from './rendition-meta.ts';

export interface AnswersParts {
  readonly clock: Clock;
  readonly pictures: SecondPictures;
  readonly sources: SourceCache;
  readonly cache: RenditionCache;
  readonly background: Background;
  /** Whether answers say by which tags they can be purged. */
  readonly settings: Pick<EngineSettings, 'tags'>;
}

export class Answers {
  readonly #parts: AnswersParts;
  readonly #tags = new AnswerTags();

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  of(
    resolved: ResolvedRequest,
    stored: StoredRendition,
    facts: Pick<AnswerFacts, 'timings' | 'forward' | 'collapsed' | 'tier'> & {
      /** Made by a former version of the encoders. */
      readonly former?: boolean;
    },
  ): Rendition {
    const { request, source, key } = resolved;
    const { clock, pictures, settings } = this.#parts;
    const now = clock.now();
    return renditionAnswer(stored, {
      purged: facts.timings !== NEAR.timings && this.#isPurged(resolved),
      timings: facts.timings,
      forward: facts.forward,
      collapsed: facts.collapsed,
      tier: facts.tier,
      request,
      source,
      key,
      lastModified: lastModifiedOf(resolved),
      freshness: pictures.freshness(resolved, now),
      tags: settings.tags ? this.#tags.of(resolved) : undefined,
      now,
      mostSeconds: facts.former ? UNREFINED_SECONDS : this.#mostSeconds(stored),
    });
  }

  /** Purged while the answer was on its way: nobody may keep it. */
  #isPurged({ source, pictures }: ResolvedRequest): boolean {
    const all = [source, ...pictures.map((picture) => picture.source)];
    return all.some((one) => one !== undefined && this.#parts.sources.isPurged(one));
  }

  /** Seconds that an answer may be kept at most, while a better one may come. */
  #mostSeconds(stored: StoredRendition): number {
    const { meta } = stored;
    if (meta.cutShort) {
      return Math.max(1, UNREFINED_SECONDS - Math.floor(this.#parts.cache.secondsSince(meta)));
    }
    return this.#parts.background.mayImprove(stored) ? UNREFINED_SECONDS : Number.POSITIVE_INFINITY;
  }
}

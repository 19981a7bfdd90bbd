/**
 * ResolvedRequest: a request whose source is known, and with it the name of
 * the rendition. All steps after the source cache pass it on as one value.
 */
import type { Key } from '../plan/key.ts';
import type { Plan } from '../plan/plan.ts';
import type { RenderRequest } from './engine.ts';
import type { CachedSource } from './sources/source-cache.ts';

/** A second picture of a request. */
export interface ResolvedPicture {
  /** The parameter that names it. */
  readonly param: string;
  /** The request for it alone. */
  readonly request: RenderRequest;
  /** Absent: it could not be had. */
  readonly source?: CachedSource;
}

export interface ResolvedRequest {
  readonly request: RenderRequest;
  /** Canonical. */
  readonly plan: Plan;
  readonly source: CachedSource;
  /** By their places in the plan. */
  readonly pictures: readonly ResolvedPicture[];
  /** Names the content of the source and of all second pictures. */
  readonly content: string;
  /** Names the rendition in the store. */
  readonly key: Key;
}

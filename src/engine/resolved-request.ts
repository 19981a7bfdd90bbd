/**
 * ResolvedRequest: a request whose source is known, and with it the name of
 * the rendition. All steps after the source cache pass it on as one value.
 */
import type { Key } from '../plan/key.ts';
import type { Plan } from '../plan/plan.ts';
import type { RenderRequest } from './engine.ts';
import type { CachedSource } from './sources/source-cache.ts';

export interface ResolvedRequest {
  readonly request: RenderRequest;
  /** Canonical. */
  readonly plan: Plan;
  readonly source: CachedSource;
  /** Names the rendition in the store. */
  readonly key: Key;
}

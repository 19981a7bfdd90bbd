/**
 * ResolvedRequest: a request whose source is known, and with it the name of
 * the rendition. All steps after the source cache pass it on as one value.
 */
import { Fault } from '../base/fault.ts';
import { canonicalPlan } from '../plan/canonicalize.ts';
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

/** The canonical plan of a request; what a source is may choose between two. */
export function planFor({ compiled }: RenderRequest, { format }: CachedSource): Plan {
  const { plan, svgPlan = plan } = compiled;
  return canonicalPlan(format === 'svg' ? svgPlan : plan);
}

/** @throws Fault source-unsupported, for a format that the service does not take */
export function checkRead(request: RenderRequest, source: CachedSource): void {
  if (!isUnread(request, source)) return;
  const message = `Expected a source this service reads, got ${source.format?.toUpperCase()}.`;
  throw new Fault('source-unsupported', message);
}

export function isUnread({ compiled }: RenderRequest, { format }: CachedSource): boolean {
  return format !== undefined && compiled.response.unread?.includes(format) === true;
}

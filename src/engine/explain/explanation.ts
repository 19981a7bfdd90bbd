/**
 * Explanation: what a request and its source come to, without a pixel, as it is shown.
 *
 * Pure.
 */
import { printPlan } from '../../plan/print.ts';
import type { Explanation } from '../engine.ts';
import type { StoredRendition } from '../renditions/rendition-meta.ts';
import type { ResolvedRequest } from '../resolved-request.ts';
import type { ExplainResult } from '../worker-protocol.ts';

/** What is shown of a request. @param stored its rendition, where there is one already */
export function explanationOf(
  { plan, key }: ResolvedRequest,
  { info, program, predicted }: ExplainResult,
  stored: StoredRendition | undefined,
): Explanation {
  return {
    plan: printPlan(plan),
    key,
    source: info,
    program,
    ...(predicted === undefined ? {} : { predicted }),
    ...(stored?.meta.receipt ? { receipt: stored.meta.receipt } : {}),
  };
}

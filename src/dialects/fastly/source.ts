/**
 * Source: from the path of a target to a source reference
 * (docs/spec/fastly-io.md 1.1, 1.3).
 */
import { Fault } from '../../base/fault.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import type { FastlyTarget } from './query.ts';
import type { ServiceSettings } from './settings.ts';

/**
 * The source that a path names, with the query that the origin gets.
 * @throws Fault source-not-found where the target has no path
 */
export function sourceOf({ path, unknown }: FastlyTarget, settings: ServiceSettings): SourceRef {
  if (path === '') throw new Fault('source-not-found', 'Expected the path of a picture, got none.');
  return settings.originQuery === 'unknown' && unknown !== ''
    ? { kind: 'path', path, query: unknown }
    : { kind: 'path', path };
}

/**
 * Source place: where a source lives, for those who purge.
 */
import { isFault } from '../../base/fault.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import type { Location } from '../../origins/origin.ts';
import type { Mount } from '../engine.ts';
import type { Place } from '../purge/purge-target.ts';
import { ELSEWHERE } from './source-tags.ts';

/** Its mount is that of the configuration, also for what comes from elsewhere for its sake. */
export function placeOf({ name }: Mount, { id, below }: Location): Place {
  const mount = name.endsWith(ELSEWHERE) ? name.slice(0, -ELSEWHERE.length) : name;
  return { mount, id, ...(below === undefined ? {} : { below }) };
}

/**
 * The identity of a source below its origin, as `locate` gives it. A file that is not there any more has the one
 * it had, unless a symbolic link led to it.
 *
 * @throws Fault as the origin
 */
export async function purgeableId({ origin }: Mount, ref: SourceRef): Promise<string> {
  try {
    return (await origin.locate(ref)).id;
  } catch (error) {
    const removed = origin.kind === 'folder' && ref.kind === 'path';
    if (!removed || !isFault(error, 'source-not-found')) throw error;
    const segments = decodeURIComponent(ref.path).split('/');
    return segments.filter((segment) => segment !== '' && segment !== '.').join('/');
  }
}

/** Whether other nodes get a source from one another: not where each has it as near. */
export function isShared({ origin }: Mount): boolean {
  return origin.kind === 'http' || origin.kind === 'web';
}

/**
 * Same until: how long the answer that memory gives now stays what it is, as far as time decides.
 *
 * Pure. Ages are told in whole seconds, a file in a folder is believed for one (RECHECK_AFTER),
 * and what was cut short counts its own seconds; so the answer is the same for a second at most.
 * A better rendition, or one less, is told by whoever stores it.
 */
import type { Freshness } from '../../stores/freshness.ts';
import type { ResolvedRequest } from '../resolved-request.ts';
import type { StoredRendition } from './rendition-meta.ts';

/** A request with what is stored for it. */
export interface StoredRequest {
  readonly resolved: ResolvedRequest;
  readonly stored: StoredRendition;
}

/** Milliseconds since 1970 until which an answer from memory is the same. */
export function sameUntil(
  { resolved: { source, pictures }, stored: { meta } }: StoredRequest,
  { freshSeconds }: Pick<Freshness, 'freshSeconds'>,
  now: number,
): number {
  const times = [nextSecond(source.checkedAt, now)];
  for (const { source: picture } of pictures) {
    if (picture !== undefined) times.push(nextSecond(picture.checkedAt, now));
  }
  if (meta.cutShort !== undefined) times.push(nextSecond(meta.storedAt, now));
  const stale = source.checkedAt + freshSeconds * 1000;
  if (stale > now) times.push(stale);
  return Math.min(...times);
}

/** The first time after `now` that is whole seconds after `since`. */
function nextSecond(since: number, now: number): number {
  return since + (Math.floor((now - since) / 1000) + 1) * 1000;
}

/**
 * Places: which of several answers a target, and what of the target is below it.
 *
 * A source answers under its mount on any host and at the root for its hosts; the longest prefix wins.
 */
import type { RequestTarget } from './http/target.ts';

/** Where a site answers. */
export interface Place {
  /** Begins with "/", does not end with one; "" is the root of every host; absent: only at the root of its hosts. */
  readonly prefix?: string;
  /** Lower case, without ports. */
  readonly hosts: readonly string[];
}

/** The place that a target belongs to, and the raw rest of the target below it. */
export function findPlace<P extends Place>(
  places: readonly P[],
  target: RequestTarget,
): { readonly place: P; readonly rest: string } | undefined {
  let best: { place: P; rest: string; length: number } | undefined;
  const consider = (place: P, rest: string, length: number) => {
    if (best === undefined || length > best.length) best = { place, rest, length };
  };
  for (const place of places) {
    const { prefix, hosts } = place;
    if (prefix !== undefined && isBelow(target.path, prefix)) {
      const rest = target.path.slice(prefix.length);
      consider(place, rest.startsWith('?') ? `/${rest}` : rest, prefix.length);
    }
    // One's own host outranks a mount at the root
    if (target.host !== undefined && hosts.includes(target.host)) consider(place, target.path, 0.5);
  }
  return best;
}

function isBelow(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  const next = path[prefix.length];
  return next === undefined || next === '/' || next === '?';
}

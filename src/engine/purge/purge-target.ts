/**
 * Purge targets: what can be purged, and how a source is recognized by it.
 *
 * Pure.
 */
import type { Key } from '../../plan/key.ts';

/** What a mark names: one source, all with a tag, or all whose address begins so. */
export type MarkTarget =
  | { readonly kind: 'source'; readonly key: Key }
  | { readonly kind: 'tag'; readonly tag: string }
  /** Without a mount: below every one. */
  | { readonly kind: 'prefix'; readonly prefix: string; readonly mount?: string };

/** Where a source lives, as its mount knows it. */
export interface Place {
  readonly mount: string;
  /** Of `Location`. */
  readonly id: string;
  /** The same below the origin, without a slash in front; absent where there is no such thing. */
  readonly below?: string;
}

/** What a source is known by. */
export interface Identity {
  readonly key: Key;
  readonly tags: readonly string[];
  /** Absent for sources that have no address. */
  readonly place?: Place | undefined;
}

/** One spelling per target, for maps and files. */
export function markName(target: MarkTarget): string {
  switch (target.kind) {
    case 'source':
      return `source ${target.key}`;
    case 'tag':
      return `tag ${target.tag}`;
    case 'prefix':
      return `prefix ${target.mount ?? ''} ${spelled(target.prefix)}`;
  }
}

/** Whether a target names a source. */
export function names(target: MarkTarget, { key, tags, place }: Identity): boolean {
  switch (target.kind) {
    case 'source':
      return target.key === key;
    case 'tag':
      return tags.includes(target.tag);
    case 'prefix': {
      if (place === undefined) return false;
      if (target.mount !== undefined && target.mount !== place.mount) return false;
      const prefix = spelled(target.prefix);
      const addresses = place.below === undefined ? [place.id] : [place.id, place.below];
      return addresses.some((address) => spelled(address).startsWith(prefix));
    }
  }
}

/** An address without a slash in front and with its escapes read, so that both spellings of a path agree. */
function spelled(address: string): string {
  const path = address.replace(/^\/+/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

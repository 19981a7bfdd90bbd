/**
 * Source tags: what a source may be purged by beside its address, here and at a CDN in front: the name of
 * its mount, a tag of its own, and the tags that its origin sent.
 *
 * Pure.
 */
import type { Key } from '../../plan/key.ts';

/** Tags of an origin that count, and the characters of the longest. */
const MOST = 32;
const LONGEST = 128;

/** Headers of an origin that hold tags. */
const TAG_HEADERS = ['surrogate-key', 'cache-tag'] as const;

/** Follows the name of a mount where pictures come from other hosts than its origin. */
export const ELSEWHERE = ' elsewhere';

/**
 * The tags of a source: `shop`, `source-0123456789abcdef`, then those of its origin.
 *
 * @param mount its name, also of what comes from elsewhere for its sake
 * @param headers of the origin's answer, lower case
 */
export function sourceTags(
  mount: string,
  key: Key,
  headers: Readonly<Record<string, string>>,
): readonly string[] {
  const name = mount.endsWith(ELSEWHERE) ? mount.slice(0, -ELSEWHERE.length) : mount;
  return [...new Set([name, ownTag(key), ...originTags(headers)])];
}

/** The tag that one source alone has. */
export function ownTag(key: Key): string {
  return `source-${key.slice(0, 16)}`;
}

/** Those of an origin: printable ASCII without blanks and commas; what is none is left out (docs/spec/http.md 5.4). */
function originTags(headers: Readonly<Record<string, string>>): string[] {
  const words = TAG_HEADERS.flatMap((name) => headers[name]?.split(/[\s,]+/) ?? []);
  return words
    .filter((word) => word.length <= LONGEST && /^[\x21-\x2b\x2d-\x7e]+$/.test(word))
    .slice(0, MOST);
}

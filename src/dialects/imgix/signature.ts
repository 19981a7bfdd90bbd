/**
 * Signature: whether a raw target carries the MD5 that a token gives it
 * (docs/spec/imgix.md 2).
 *
 * Hashed are the token, the path and, where something is left of it, `?` and
 * the query without the pair `s`, byte for byte as received: decoding or
 * re-ordering before the check would refuse URLs that clients really sign.
 *
 * A plain MD5 over a concatenation can be extended by whoever knows one
 * signed URL, but only with padding that holds NUL bytes; targets with control
 * characters are refused before they come here.
 */
import { md5 } from '@noble/hashes/legacy.js';
import { bytesOfTarget, type RawTarget, sameText, splitTarget } from '../raw-target.ts';

export { type RawTarget, splitTarget };

/** `absent`: no `s` at all; `wrong`: one that no token gives. */
export type SignatureCheck = 'good' | 'wrong' | 'absent';

/**
 * The verdict on a target. Every token is tried, and comparing takes the same
 * time wherever two signatures differ.
 */
export function verify({ path, query }: RawTarget, tokens: readonly string[]): SignatureCheck {
  const pairs = query.split('&');
  // The hash covers the rest, so that s may stand anywhere; of several the last one signs.
  const at = pairs.findLastIndex((pair) => pair.startsWith('s='));
  if (at < 0) return 'absent';
  const received = pairs[at]!.slice(2).toLowerCase();
  const rest = pairs.toSpliced(at, 1).join('&');
  // An empty token would let everybody sign.
  const usable = tokens.filter((token) => token !== '');
  const matches = usable.map((token) => sameText(received, sign(token, { path, query: rest })));
  return matches.includes(true) ? 'good' : 'wrong';
}

/** The signature of a target by a token: 32 lower-case hexadecimal digits. */
export function sign(token: string, { path, query }: RawTarget): string {
  const target = query === '' ? path : `${path}?${query}`;
  const prefix = new TextEncoder().encode(token);
  const bytes = new Uint8Array([...prefix, ...bytesOfTarget(target)]);
  return Array.from(md5(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

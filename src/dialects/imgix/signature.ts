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

export interface RawTarget {
  /** With its leading slash, still percent-encoded. */
  readonly path: string;
  /** Without the question mark; empty where there is none. */
  readonly query: string;
}

/** The two halves of a raw target, split at the first question mark. */
export function splitTarget(target: string): RawTarget {
  const at = target.indexOf('?');
  return at < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, at), query: target.slice(at + 1) };
}

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
  const bytes = new Uint8Array([...prefix, ...bytesOf(target)]);
  return Array.from(md5(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** HTTP hands on bytes as Latin-1 characters; a target typed into a page may hold others. */
function bytesOf(target: string): Uint8Array {
  const codes = Array.from(target, (char) => char.codePointAt(0)!);
  return codes.every((code) => code < 256)
    ? Uint8Array.from(codes)
    : new TextEncoder().encode(target);
}

/** Equality in time that depends on the lengths alone. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < b.length; index++) {
    difference |= (a.charCodeAt(index) || 0) ^ b.charCodeAt(index);
  }
  return difference === 0;
}

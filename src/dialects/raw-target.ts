/**
 * Raw target: a request target as it was received, and what checking its signature needs.
 */

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

/** HTTP hands on bytes as Latin-1 characters; a target typed into a page may hold others. */
export function bytesOfTarget(target: string): Uint8Array {
  const codes = Array.from(target, (char) => char.codePointAt(0)!);
  return codes.every((code) => code < 256)
    ? Uint8Array.from(codes)
    : new TextEncoder().encode(target);
}

/** Equality in time that depends on the lengths alone. */
export function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < b.length; index++) {
    difference |= (a.charCodeAt(index) || 0) ^ b.charCodeAt(index);
  }
  return difference === 0;
}

/**
 * Target signature: HMAC-SHA256 over a raw target, for the services whose URLs have no signature of
 * their own (docs/spec/http.md 17.1 to 17.3).
 *
 * The signature is the last pair of the query, and everything before it is signed, byte for byte as
 * received: `/a.jpg?width=300&sig=…` signs `/a.jpg?width=300`, and `/a.jpg?sig=…` signs `/a.jpg`.
 * What was signed is all that the dialect then reads, so a source behind the options keeps its own
 * query, whatever that holds.
 *
 * Pure, and free of Node.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Diagnostic, notUsed } from '../base/diagnostic.ts';
import { Fault } from '../base/fault.ts';
import { bytesOfTarget, sameText } from './raw-target.ts';

/** The pair that signs, and the one before it that ends the life of a URL. */
export const SIGNATURE_PARAM = 'sig';
export const EXPIRY_PARAM = 'expires';

/** Base64url digits of 32 bytes, without padding. */
const SIGNATURE_LENGTH = 43;

/** Keys in order of rotation, all of which count, and whether a URL has to be signed by one. */
export interface TargetSigning {
  readonly tokens: readonly string[];
  readonly required: boolean;
}

/** A target as its dialect reads it. */
export interface CheckedTarget {
  /** Without the pairs of the signature, where it is good; else as it came. */
  readonly target: string;
  /** End of the URL's life, in milliseconds since 1970. */
  readonly until?: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** The signature of a target by a key: 43 characters of base64url (RFC 4648 section 5). */
export function targetSignature(key: string, target: string): string {
  const mac = hmac(sha256, new TextEncoder().encode(key), bytesOfTarget(target));
  const base64 = btoa(String.fromCharCode(...mac));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', '');
}

/**
 * A target with its signature behind it.
 * @param until end of its life, in whole seconds since 1970
 */
export function signTarget(key: string, target: string, until?: number): string {
  const signed = until === undefined ? target : withPair(target, EXPIRY_PARAM, String(until));
  return withPair(signed, SIGNATURE_PARAM, targetSignature(key, signed));
}

/**
 * A target whose signature was looked at, and what it signs.
 *
 * @param now milliseconds since 1970
 * @throws Fault signature-invalid where a signature is asked for, and it is wrong or missing;
 * link-expired for a good one whose time is past; bad-parameter for one whose time is none
 */
export function checkTarget(
  target: string,
  signing: TargetSigning | undefined,
  now: number,
): CheckedTarget {
  if (signing === undefined) return { target, diagnostics: [] };
  const last = lastPair(target, SIGNATURE_PARAM);
  if (last === undefined) {
    if (!signing.required) return { target, diagnostics: [] };
    throw new Fault('signature-invalid', 'Expected a signed URL, got one without a signature.');
  }
  if (!isSignedBy(signing.tokens, last)) {
    if (signing.required) {
      throw new Fault('signature-invalid', 'The signature of this URL does not match.');
    }
    const message = 'The signature of this URL does not match; none is required here.';
    return { target, diagnostics: [notUsed(message, SIGNATURE_PARAM)] };
  }
  return { ...inTime(last.before, now), diagnostics: [] };
}

/** A pair at the end of a target. */
interface LastPair {
  /** The target before it, and before what separates them. */
  readonly before: string;
  readonly value: string;
}

function lastPair(target: string, name: string): LastPair | undefined {
  const mark = target.indexOf('?');
  if (mark < 0) return undefined;
  // One spelling: behind the first "?" pairs are parted by "&", and "&" in a path parts nothing
  const at = Math.max(mark, target.lastIndexOf('&'));
  const begins = `${name}=`;
  if (!target.startsWith(begins, at + 1)) return undefined;
  return { before: target.slice(0, at), value: target.slice(at + 1 + begins.length) };
}

/** A target without the pair of a name at its end; as it is where its last pair is another one. */
export function withoutLastPair(target: string, name: string): string {
  return lastPair(target, name)?.before ?? target;
}

/** Every key is tried, and comparing takes the same time wherever two signatures differ. */
function isSignedBy(keys: readonly string[], { before, value }: LastPair): boolean {
  if (value.length !== SIGNATURE_LENGTH) return false;
  // An empty key would let everybody sign.
  const usable = keys.filter((key) => key !== '');
  const matches = usable.map((key) => sameText(value, targetSignature(key, before)));
  return matches.includes(true);
}

function inTime(signed: string, now: number): { readonly target: string; readonly until?: number } {
  const last = lastPair(signed, EXPIRY_PARAM);
  if (last === undefined) return { target: signed };
  if (!/^\d{1,12}$/.test(last.value)) {
    throw new Fault('bad-parameter', 'Expected whole seconds since 1970 for the end of this URL.');
  }
  const until = Number(last.value) * 1000;
  if (until <= now) throw new Fault('link-expired', 'This URL has expired.');
  return { target: last.before, until };
}

function withPair(target: string, name: string, value: string): string {
  return `${target}${target.includes('?') ? '&' : '?'}${name}=${value}`;
}

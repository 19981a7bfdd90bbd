/**
 * Key: the hash of a canonical plan. Equal meaning, equal key.
 *
 * The hash runs over JSON with sorted names, so that the order in which a
 * dialect happened to write its fields has no influence.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Brand } from '../base/brand.ts';
import { canonicalize } from './canonicalize.ts';
import type { Plan } from './plan.ts';

/** 64 hexadecimal digits. */
export type Key = Brand<string, 'key'>;

/** The key of a plan; it need not be canonical yet. */
export function planKey(plan: Plan): Key {
  return hashKey(canonicalize(plan));
}

/** The key of any plain data: a plan with its formats and its source, for a store. */
export function hashKey(...parts: readonly unknown[]): Key {
  return bytesToHex(sha256(utf8ToBytes(sortedJson(parts)))) as Key;
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}

/**
 * Key: the hash of a canonical plan with what its rendition depends on. Equal
 * meaning, equal key.
 *
 * The hash runs over JSON with sorted names, so that the order in which a
 * dialect happened to write its fields has no influence.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Brand } from '../base/brand.ts';
import type { FormatName } from '../image/format.ts';
import { canonicalize } from './canonicalize.ts';
import type { Plan } from './plan.ts';

/** 64 hexadecimal digits. */
export type Key = Brand<string, 'key'>;

/** What a rendition depends on beside its plan. */
export interface RenditionInputs {
  /** Formats of the client. */
  readonly accepts: ReadonlySet<FormatName>;
  /** SHA-256 of the bytes of the source, hexadecimal. */
  readonly source: string;
  /** Encoders and their versions. */
  readonly encoderVersion: string;
}

/** The key of a plan by itself: equal for plans that mean the same. The plan need not be canonical. */
export function planKey(plan: Plan): Key {
  return hashKey(canonicalize(plan));
}

/**
 * The key of a rendition: plan, negotiated formats, content of the source and encoder version.
 *
 * @param plan canonical; every hit comes by here, so it is not made canonical again
 */
export function renditionKey(plan: Plan, inputs: RenditionInputs): Key {
  const { accepts, source, encoderVersion } = inputs;
  const last = lastKeys.get(plan);
  if (last?.accepts === accepts && last.source === source && last.encoderVersion === encoderVersion)
    return last.key;
  const hash = hashKey(plan, negotiated(plan, accepts), source, encoderVersion);
  const key = ((keyGroup(source) ?? '') + hash).slice(0, hash.length) as Key;
  lastKeys.set(plan, { accepts, source, encoderVersion, key });
  return key;
}

/** Digits of a rendition's key that are those of its source. */
const GROUP = 16;

/**
 * How the keys of all renditions of a content begin, so that a store finds them by their keys alone; undefined
 * for a content that is no hash.
 */
export function keyGroup(content: string): string | undefined {
  return /^[0-9a-f]{64}$/.test(content) ? content.slice(0, GROUP) : undefined;
}

/** The group that a key belongs to. */
export function groupOf(key: string): string {
  return key.slice(0, GROUP);
}

/** The key that each plan had last, with what it had it for. */
const lastKeys = new WeakMap<Plan, RenditionInputs & { readonly key: Key }>();

/** The formats of the client that the plan asks about, sorted: the key's part of `Accept`. */
export function negotiated(plan: Plan, accepts: ReadonlySet<FormatName>): FormatName[] {
  if (plan.output.kind !== 'picture') return [];
  const asked = new Set(plan.output.formats.flatMap((rule) => rule.when?.accepts ?? []));
  return [...asked].filter((format) => accepts.has(format)).sort();
}

/** The key of any plain data. */
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

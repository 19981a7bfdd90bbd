/**
 * CachedSource: a source as it is kept, and as it is handed to those who work on it.
 */

import type { Validators } from '../../origins/origin.ts';
import type { Key } from '../../plan/key.ts';
import type { Forward } from '../engine.ts';
import type { SourceFacts } from './source-facts.ts';

/** A source ready to be worked on. */
export interface CachedSource extends SourceFacts {
  /** Its key in the store. */
  readonly key: Key;
  /** Of the origin's answer, lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** When the origin last vouched for it, milliseconds since 1970. */
  readonly checkedAt: number;
  /** Public URL, where it has one. */
  readonly url?: string;
  /** It was in the store and fresh; `stale`: served although its time had passed. */
  readonly state: 'fresh' | 'stale' | 'read';
  /** Its origin was asked for it, and said so. */
  readonly forwarded?: Forwarded;
}

/** Why an origin was asked, and the status of its answer where it speaks HTTP. */
export interface Forwarded {
  readonly why: Forward;
  readonly status?: number;
}

/** What is kept of a source beside its bytes. */
export interface SourceMeta extends SourceFacts {
  readonly headers: Readonly<Record<string, string>>;
  readonly checkedAt: number;
  readonly url?: string;
  /** A folder's cheap validators at the time of reading. */
  readonly fileValidators?: Validators;
}

/** A kept source for one who asks for it. */
export function held(
  key: Key,
  meta: SourceMeta,
  state: CachedSource['state'],
  forwarded?: Forwarded,
): CachedSource {
  const { fileValidators: _, ...facts } = meta;
  return { key, ...facts, state, ...(forwarded === undefined ? {} : { forwarded }) };
}

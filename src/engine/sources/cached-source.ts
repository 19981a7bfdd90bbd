/**
 * CachedSource: a source as it is kept, and as it is handed to those who work on it.
 */

import type { Validators } from '../../origins/origin.ts';
import { hashKey, type Key } from '../../plan/key.ts';
import type { Forward } from '../engine.ts';
import type { Identity, Place } from '../purge/purge-target.ts';
import type { SourceFacts } from './source-facts.ts';
import { sourceTags } from './source-tags.ts';

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
  /** Where it lives; absent where it has no address. */
  readonly place?: Place;
  /** In which epoch of purges it was asked for (purge/purge-marks.ts); 0 when absent. */
  readonly epoch?: number;
  /** Names its bytes after a purge, so that nothing made of them before is found; by their hash when absent. */
  readonly content?: string;
  /** Purged softly: served while it is asked for again. */
  readonly outdated?: true;
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
  readonly place?: Place;
  readonly epoch?: number;
  readonly content?: string;
  readonly outdated?: true;
  /** A folder's cheap validators at the time of reading. */
  readonly fileValidators?: Validators;
}

/** What names the bytes of a source in all that is made of them. */
export function contentName({ hash, content = hash }: Pick<CachedSource, 'hash' | 'content'>) {
  return content;
}

/** The same for a source whose renditions are shared with no other. */
export function privateContent(mount: string, content: string): string {
  return hashKey('private', mount, content);
}

/** All that the bytes of a source go by in what was made of them, for whomever. */
export function contentsOf(source: Pick<SourceMeta, 'hash' | 'content' | 'place'>): string[] {
  const name = contentName(source);
  return source.place === undefined ? [name] : [name, privateContent(source.place.mount, name)];
}

/** What a source is known by to those who purge. */
export function identityOf(
  key: Key,
  { place, headers }: Pick<SourceMeta, 'place' | 'headers'>,
): Identity {
  return { key, tags: place === undefined ? [] : sourceTags(place.mount, key, headers), place };
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

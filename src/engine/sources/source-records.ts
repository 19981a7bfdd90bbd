/**
 * Source records: what is known of the sources used last, so that a hit reads no file for them.
 *
 * Invariant: what has been purged is not held here; so hits ask no mark.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import { heapWeight } from '../../base/memory/heap-size.ts';
import { hashKey, type Key } from '../../plan/key.ts';
import type { Store } from '../../stores/store.ts';
import type { GivenEpoch, Mark, PurgeMarks } from '../purge/purge-marks.ts';
import { type MarkTarget, names, type Place } from '../purge/purge-target.ts';
import type { SharedSources } from '../shared/shared-sources.ts';
import { type CachedSource, identityOf, type SourceMeta } from './cached-source.ts';

/** Bytes of the records held in memory: of 20,000 with the headers of most origins. */
const MOST_BYTES = 20e6;

/** What a purge took away. */
export interface PurgedSources {
  readonly sources: number;
  readonly keys: readonly Key[];
  /** What names the bytes of each, and of what was made of it. */
  readonly contents: ReadonlySet<string>;
  /** It holds after a restart. */
  readonly durable: boolean;
  readonly mark: Mark;
}

export class SourceRecords {
  readonly #store: Pick<Store, 'head'>;
  readonly #marks: PurgeMarks;
  readonly #records = new BoundedMap<Key, SourceMeta>(MOST_BYTES, { weigh: heapWeight });

  readonly #elsewhere: Pick<SharedSources, 'record' | 'find'> | undefined;

  /** @param elsewhere what other nodes know */
  constructor(
    store: Pick<Store, 'head'>,
    marks: PurgeMarks,
    elsewhere?: Pick<SharedSources, 'record' | 'find'>,
  ) {
    this.#store = store;
    this.#marks = marks;
    this.#elsewhere = elsewhere;
  }

  /** Bytes of the records held in memory. */
  get bytes(): number {
    return this.#records.weight;
  }

  /** The record of a source, where it is in memory. */
  use(key: Key): SourceMeta | undefined {
    return this.#records.use(key);
  }

  has(key: Key): boolean {
    return this.#records.has(key);
  }

  delete(key: Key): void {
    this.#records.delete(key);
  }

  /** The record of a source, unless it has been purged. @param elsewhere that of another node will do */
  async find(key: Key, place: Place, elsewhere = false): Promise<SourceMeta | undefined> {
    const near = this.#records.use(key);
    if (near) return near;
    const stored = await this.stored(key, elsewhere);
    return stored && this.remember(key, { ...stored, place });
  }

  /** The record that another node has just written, unless it has been purged. */
  async findElsewhere(key: Key, place: Place): Promise<SourceMeta | undefined> {
    const near = this.#records.use(key);
    if (near) return near;
    const written = await this.#elsewhere?.find(key);
    return written && this.remember(key, { ...written, place });
  }

  /** What the store has of a source, or (elsewhere) another node, purged or not. */
  async stored(key: Key, elsewhere = true): Promise<SourceMeta | undefined> {
    const here = (await this.#store.head(key)) as SourceMeta | undefined;
    return here ?? (elsewhere ? this.#elsewhere?.record(key) : undefined);
  }

  /** Holds a record; not where it was purged since its source was asked for. */
  remember(key: Key, meta: SourceMeta): SourceMeta | undefined {
    const verdict = this.#marks.judge(identityOf(key, meta), meta.epoch ?? 0);
    if (verdict === 'gone') return undefined;
    const record = verdict === 'outdated' ? { ...meta, outdated: true as const } : meta;
    this.#records.set(key, record);
    return record;
  }

  /** A file that was looked at, without the word that it should be. */
  lookedAt(key: Key, meta: SourceMeta): SourceMeta {
    if (meta.outdated === undefined) return meta;
    const { outdated: _, ...clean } = { ...meta, epoch: this.#marks.epoch };
    this.#records.set(key, clean);
    return clean;
  }

  /** A new name for the bytes of a source that was ever purged by what it is or was known by. */
  async renamed(
    key: Key,
    hash: string,
    meta: Required<Pick<SourceMeta, 'place' | 'headers' | 'epoch'>>,
  ): Promise<Pick<SourceMeta, 'content'>> {
    if (this.#marks.epoch === 0) return {};
    const former = await this.stored(key);
    const known = former === undefined ? [meta] : [meta, { ...former, place: meta.place }];
    const newest = Math.max(...known.map((one) => this.#marks.newest(identityOf(key, one), false)));
    if (newest === 0) return {};
    // Purged while it was read: what is made of it is for those alone who asked before.
    return { content: hashKey('purged', hash, newest, newest > meta.epoch) };
  }

  /** Whether a source was purged since it was asked for, and is of no use any more. */
  isGone(key: Key, meta: SourceMeta): boolean {
    return this.#marks.judge(identityOf(key, meta), meta.epoch ?? 0) === 'gone';
  }

  /** Whether a source was purged since it was asked for, softly or not. */
  isPurged({ key, epoch = 0, ...source }: CachedSource): boolean {
    if (source.place === undefined) return false;
    return this.#marks.judge(identityOf(key, source), epoch) !== 'kept';
  }

  /** Takes marks of other nodes in; what they name is held no more. */
  adopt(marks: readonly Mark[]): void {
    void this.#marks.adopt(marks);
    for (const key of [...this.#records.keys()]) {
      const meta = this.#records.get(key);
      if (meta === undefined) continue;
      this.#records.delete(key);
      this.remember(key, meta);
    }
  }

  /** Marks what a target names; gives those that were held, which are gone or (soft) outdated now. */
  purge(
    target: MarkTarget,
    soft: boolean,
    epoch?: GivenEpoch,
  ): {
    readonly found: Map<Key, SourceMeta>;
    readonly durable: Promise<boolean>;
    readonly mark: Mark;
  } {
    const { durable, mark } = this.#marks.add(target, soft, epoch);
    const found = new Map<Key, SourceMeta>();
    for (const key of [...this.#records.keys()]) {
      const meta = this.#records.get(key);
      if (meta === undefined || !names(target, identityOf(key, meta))) continue;
      found.set(key, meta);
      if (soft) this.#records.set(key, { ...meta, outdated: true });
      else this.#records.delete(key);
    }
    return { found, durable, mark };
  }
}

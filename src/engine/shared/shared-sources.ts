/**
 * Shared sources: originals that any node has read, found on a local miss and written after they were read.
 *
 * A record and its bytes are two entries whose keys begin alike: a record is small and asked for often, the
 * bytes only where a picture is made. The bytes are written first, and named by their hash.
 */
import { z } from 'zod';
import { BoundedMap } from '../../base/bounded-map.ts';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { FORMATS, type FormatName } from '../../image/format.ts';
import type { Key } from '../../plan/key.ts';
import type { AnswerTime } from '../../stores/answer-time.ts';
import type { SharedStore } from '../../stores/shared-store.ts';
import type { Receiver, Spooled } from '../../stores/spool.ts';
import type { OpenEntry } from '../../stores/store.ts';
import type { WriteBehind } from '../../stores/write-behind.ts';
import type { SourceMeta } from '../sources/cached-source.ts';
import type { Timer } from '../timer.ts';
import { within } from './within.ts';

export interface SharedSourcesParts {
  readonly store: SharedStore;
  readonly writes: WriteBehind;
  readonly time: AnswerTime;
  /** Takes bodies in. */
  readonly incoming: Receiver;
  readonly clock: Clock;
  readonly timer: Timer;
}

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const isFormat = (name: unknown) => typeof name === 'string' && Object.hasOwn(FORMATS, name);
const side = z.int().nonnegative();
const place = z.object({ mount: z.string(), id: z.string(), below: z.string().exactOptional() });

/** What another node has written, which may have been another version. */
const record = z.object({
  hash: hex,
  bytes: z.int().nonnegative(),
  format: z.custom<FormatName>(isFormat).exactOptional(),
  size: z.object({ width: side, height: side }).exactOptional(),
  headers: z.record(z.string(), z.string()),
  checkedAt: z.number(),
  url: z.string().exactOptional(),
  place: place.exactOptional(),
  epoch: z.int().nonnegative().exactOptional(),
  content: hex.exactOptional(),
});

/** Records whose bytes were not there, and the milliseconds for which that is remembered. */
const MOST_LACKING = 1000;
const LACKING_MS = 60_000;

const NOTHING = new Uint8Array();

export class SharedSources {
  readonly #parts: SharedSourcesParts;
  readonly #reads = new Map<Key, Promise<SourceMeta | undefined>>();
  readonly #lacking = new BoundedMap<Key, number>(MOST_LACKING);

  constructor(parts: SharedSourcesParts) {
    this.#parts = parts;
  }

  /**
   * What another node knows of a source, whether or not it has been purged; once for all who ask meanwhile.
   * Nobody waits for a store that is slow: the origin is asked instead.
   */
  record(key: Key): Promise<SourceMeta | undefined> {
    const { time, clock, timer } = this.#parts;
    const milliseconds = time.wait();
    if (milliseconds <= 0 || (this.#lacking.get(key) ?? 0) > clock.now()) {
      return Promise.resolve(undefined);
    }
    return within(this.#read(key), milliseconds, timer);
  }

  /** The same for one who knows that it is there, however long that takes. */
  find(key: Key): Promise<SourceMeta | undefined> {
    return this.#read(key);
  }

  get available(): boolean {
    return this.#parts.store.status.available;
  }

  /** The bytes of a source, whole and as they were; undefined where they cannot be had. */
  async content(key: Key, { hash, bytes }: SourceMeta): Promise<Spooled | undefined> {
    const { store, incoming, clock } = this.#parts;
    const spooled = await (async () => {
      const entry = await store.open(bodyKey(key, hash));
      if (entry === undefined) return undefined;
      const tooLarge = () => new Fault('source-too-large', 'The source is not what it was.');
      const arriving = { length: entry.length, maxBytes: bytes, tooLarge };
      return (await incoming.admit(arriving)).read(entry.body);
    })().catch(() => undefined);
    if (spooled?.hash === hash) {
      this.#lacking.delete(key);
      return spooled;
    }
    await spooled?.discard();
    this.#lacking.set(key, clock.now() + LACKING_MS);
    return undefined;
  }

  /**
   * Has a source written that is here, and its record once its bytes are there.
   *
   * @param wanted whether it is still to be kept
   * @returns whether every node may read it
   */
  async offer(
    key: Key,
    meta: SourceMeta,
    content: OpenEntry['body'],
    wanted: () => boolean,
  ): Promise<boolean> {
    const { writes } = this.#parts;
    const { hash } = meta;
    const written = await writes.offer(bodyKey(key, hash), {
      meta: { hash },
      body: content,
      wanted,
    });
    return written && this.renew(key, meta, wanted);
  }

  /** Has the record alone written: the bytes are as they were. */
  renew(key: Key, meta: SourceMeta, wanted: () => boolean): Promise<boolean> {
    const { fileValidators: _, outdated: __, ...shared } = meta;
    return this.#parts.writes.offer(key, { meta: shared, body: NOTHING, wanted });
  }

  #read(key: Key): Promise<SourceMeta | undefined> {
    const known = this.#reads.get(key);
    if (known !== undefined) return known;
    const read = this.#record(key)
      .catch(() => undefined)
      .finally(() => this.#reads.delete(key));
    this.#reads.set(key, read);
    return read;
  }

  async #record(key: Key): Promise<SourceMeta | undefined> {
    const { store, time, clock, timer } = this.#parts;
    const start = timer.now();
    const entry = await store.get(key);
    if (store.status.available) time.note(timer.now() - start);
    const read = record.safeParse(entry?.meta);
    if (!read.success) return undefined;
    // The clock of another node may be ahead.
    return { ...read.data, checkedAt: Math.min(read.data.checkedAt, clock.now()) };
  }
}

/** What the bytes of a source are kept under: beside its record, and another name for other bytes. */
function bodyKey(key: Key, hash: string): string {
  return key.slice(0, 32) + hash.slice(0, 32);
}

/**
 * Source bodies: the bytes of sources in the store, or elsewhere for those who are about to use them
 * where the disk does not take them.
 *
 * Invariant: a stored source is always whole; a body that breaks off or passes its limit leaves nothing
 * behind.
 */
import pLimit from 'p-limit';
import { Fault } from '../../base/fault.ts';
import type { Fetched } from '../../origins/origin.ts';
import type { Key } from '../../plan/key.ts';
import type { Receiver, Spooled } from '../../stores/spool.ts';
import type { FileStore, StoredBody } from '../../stores/store.ts';
import type { SharedSources } from '../shared/shared-sources.ts';
import { SingleFlight } from '../single-flight.ts';
import type { CachedSource, SourceMeta } from './cached-source.ts';
import { UnkeptSources } from './unkept-sources.ts';

export interface BodyOptions {
  readonly store: FileStore;
  /** Takes the bodies in that origins send. */
  readonly incoming: Receiver;
  /** `sourceBytes`: most bytes of one source; it may change. */
  readonly limits: { readonly sourceBytes: number };
  /** What other nodes have read. */
  readonly shared?: SharedSources | undefined;
}

/** Sources taken away side by side. */
const ABREAST = 32;

export class SourceBodies {
  readonly #options: BodyOptions;
  readonly #unkept = new UnkeptSources();
  readonly #taking = new SingleFlight<boolean>();

  constructor(options: BodyOptions) {
    this.#options = options;
  }

  /** Takes in what an origin sends. @throws Fault */
  async spool({ body, length }: Extract<Fetched, { kind: 'bytes' }>): Promise<Spooled> {
    const { incoming, limits } = this.#options;
    const maxBytes = limits.sourceBytes;
    const tooLarge = () =>
      new Fault('source-too-large', `The source is larger than ${Math.round(maxBytes / 1e6)} MB.`);
    return (await incoming.admit({ length, maxBytes, tooLarge })).read(body);
  }

  /** The bytes of a held source, or the file they are in; undefined when it was evicted or replaced. */
  async content({ key, hash }: CachedSource): Promise<Uint8Array | StoredBody | undefined> {
    const unkept = await this.#unkept.content(key, hash);
    if (unkept) return unkept;
    const entry = await this.#options.store.open(key);
    return entry?.meta.hash === hash ? entry.body : undefined;
  }

  /** The same from another node, kept here from now on; undefined where none has them. */
  async fromElsewhere(source: CachedSource): Promise<Uint8Array | StoredBody | undefined> {
    const { shared } = this.#options;
    if (shared === undefined || source.place === undefined) return undefined;
    const { key, state: _, forwarded: __, ...meta } = source;
    const taken = await this.#taking.run(`${key} ${source.hash}`, async () => {
      const spooled = await shared.content(key, meta);
      if (spooled !== undefined) await this.keep(key, meta, spooled);
      return spooled !== undefined;
    });
    return taken ? this.content(source) : undefined;
  }

  /** Has a source that is here written for other nodes; whether all may read it. */
  async offer(key: Key, meta: SourceMeta, wanted: () => boolean): Promise<boolean> {
    const { shared, store } = this.#options;
    if (shared === undefined) return false;
    const entry = await store.open(key);
    return entry?.meta.hash === meta.hash && shared.offer(key, meta, entry.body, wanted);
  }

  /** Reads the bytes of a source anew, which was found altered; false where none are left. */
  recheck(key: Key): Promise<boolean> {
    this.#unkept.delete(key);
    return this.#options.store.recheck(key);
  }

  /** Keeps a source in the store, or for a while where it is, where the store does not take it. */
  async keep(key: Key, meta: SourceMeta, spooled: Spooled): Promise<void> {
    const { store } = this.#options;
    const { body, room } = spooled;
    this.#unkept.delete(key);
    const put = () =>
      body instanceof Uint8Array
        ? store.put(key, { ...meta }, body)
        : store.adopt(key, { ...meta }, body.file, spooled, room, true);
    if ((await this.#keptAlready(key, meta)) || (await put())) await spooled.discard();
    else this.#unkept.set(key, spooled);
  }

  /** Lets go of a source that is held in memory only; false when there is none. */
  relieve(): boolean {
    return this.#unkept.relieve();
  }

  /** Holds a source for those alone who are about to use it. */
  hold(key: Key, spooled: Spooled): void {
    this.#unkept.set(key, spooled);
  }

  /** Takes sources away, wherever they are. @param still asked of each when its turn comes */
  async deleteAll(keys: readonly Key[], still: (key: Key) => boolean): Promise<void> {
    const limit = pLimit(ABREAST);
    await Promise.all(
      keys.map((key) =>
        limit(async () => {
          if (!still(key)) return;
          this.#unkept.delete(key);
          await this.#options.store.delete(key);
        }),
      ),
    );
  }

  close(): void {
    this.#unkept.close();
  }

  /** Whether the same bytes are there: a worker may be reading them, and a file put in their place would look altered. */
  async #keptAlready(key: Key, meta: SourceMeta): Promise<boolean> {
    const { store } = this.#options;
    const entry = await store.open(key);
    return entry?.meta.hash === meta.hash && (await store.update(key, { ...meta }));
  }
}

/**
 * Sources: the originals as the store holds them.
 *
 * A source is read once into the store, kept with its HTTP facts, checked
 * again when it is no longer fresh, and handed to the workers as bytes or as a
 * file. A source that is unchanged keeps its content hash, and with it all its
 * renditions. Where the disk cannot keep a source, it is held elsewhere for
 * those who are about to use it.
 *
 * Invariant: a stored source is always whole; a body that breaks off or passes
 * its limit leaves nothing behind.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import type { Clock } from '../../base/clock.ts';
import { Fault, isFault } from '../../base/fault.ts';
import type { FreshnessPolicy } from '../../base/freshness-policy.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import type { Fetched, Location } from '../../origins/origin.ts';
import { hashKey, type Key } from '../../plan/key.ts';
import { type Freshness, mergeHeaders } from '../../stores/freshness.ts';
import type { Receiver, Spooled } from '../../stores/spool.ts';
import type { FileStore, StoredBody } from '../../stores/store.ts';
import type { Mount, RenderRequest } from '../engine.ts';
import { SingleFlight } from '../single-flight.ts';
import { type CachedSource, held, type SourceMeta } from './cached-source.ts';
import { type Lookup, RecentLookups } from './recent-lookups.ts';
import { factsOf } from './source-facts.ts';
import { lifetime, sourceFreshness, validators } from './source-freshness.ts';
import { UnkeptSources } from './unkept-sources.ts';
import { checkBody, type DecodeBody } from './whole-source.ts';

export type { CachedSource } from './cached-source.ts';

export interface SourceOptions {
  readonly store: FileStore;
  /** Takes the bodies in that origins send. */
  readonly incoming: Receiver;
  readonly clock: Clock;
  /** Most bytes of one source. */
  readonly maxBytes: number;
  /** Decodes a body that has just come in, to see whether it is whole. */
  readonly decode: DecodeBody;
}

/** A copy in the store. */
interface Known {
  readonly held: CachedSource;
  /** Its time has passed. */
  readonly check: boolean;
  /** It may be served while it is checked. */
  readonly usable: boolean;
}

/** Source records held in memory, about half a kilobyte each. */
const HELD_RECORDS = 20_000;

/** Failed lookups remembered, so that a missing source is not asked for again and again. */
const REMEMBERED_FAILURES = 2000;

export class SourceCache {
  readonly #options: SourceOptions;
  readonly #flights = new SingleFlight<CachedSource>();
  /** Records of the sources used last, so that a hit reads no file for them. */
  readonly #records = new BoundedMap<Key, SourceMeta>(HELD_RECORDS);
  readonly #failures = new BoundedMap<Key, { readonly fault: Fault; readonly until: number }>(
    REMEMBERED_FAILURES,
  );

  readonly #unkept = new UnkeptSources();
  readonly #lookups: RecentLookups<SourceMeta, CachedSource>;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#lookups = new RecentLookups(options.clock);
  }

  /** The source that a request names, at once: only where it is in memory, fresh, and looked at a moment ago. */
  near({ mount, compiled }: RenderRequest): CachedSource | undefined {
    const { source: ref, response } = compiled;
    const lookup = this.#lookups.recent(mount, ref);
    if (lookup === undefined) return undefined;
    const meta = this.#records.use(lookup.key);
    if (meta === undefined) return undefined;
    if (mount.origin.stat) {
      if (lookup.vouched !== meta) return undefined;
      if (this.#lookups.isAging(lookup)) void this.#lookAgain(mount, ref, lookup, meta);
      lookup.held ??= held(lookup.key, { ...meta, checkedAt: lookup.at }, 'fresh');
      return lookup.held;
    }
    if (lookup.vouched !== meta || lookup.held === undefined) {
      lookup.vouched = meta;
      lookup.held = held(lookup.key, meta, 'fresh');
    }
    const { freshSeconds, noStore } = sourceFreshness(lookup.held, response.freshness);
    const age = (this.#options.clock.now() - meta.checkedAt) / 1000;
    return age < freshSeconds && !noStore ? lookup.held : undefined;
  }

  /**
   * The source that a request names, read or checked if need be.
   *
   * @param mayRead called before a source is read that was not in the store; may throw
   * @throws Fault
   */
  async get(request: RenderRequest, mayRead?: () => void): Promise<CachedSource> {
    const { mount, compiled, id } = request;
    const { source: ref, response } = compiled;
    if (ref.kind === 'upload') {
      mayRead?.();
      return this.#keepUpload(request.upload);
    }
    const policy = response.freshness;
    const lookup = await this.#lookups.locate(mount, ref);
    const { location, key } = lookup;
    const known = await this.#known(lookup, mount, policy);
    if (known && !known.check) return known.held;
    if (known?.usable) {
      // The visitor gets what is there; one request in the background looks again.
      void this.#flights
        .run(
          key,
          (s) => this.#read(key, mount, location, policy, s, id),
          new AbortController().signal,
        )
        .catch(() => undefined);
      return known.held;
    }
    if (request.storedOnly) throw notStored();
    const failure = this.#failures.get(key);
    if (failure && failure.until > this.#options.clock.now()) throw failure.fault;
    if (known === undefined) mayRead?.();
    return this.#flights.run(
      key,
      (s) => this.#read(key, mount, location, policy, s, id),
      request.signal,
    );
  }

  /** How long answers made of a source may be kept. */
  freshness(source: CachedSource, policy: FreshnessPolicy): Freshness {
    return sourceFreshness(source, policy);
  }

  /** The bytes of a held source, or the file they are in; undefined when it was evicted or replaced. */
  async content({ key, hash }: CachedSource): Promise<Uint8Array | StoredBody | undefined> {
    const unkept = await this.#unkept.content(key, hash);
    if (unkept) return unkept;
    const entry = await this.#options.store.open(key);
    if (entry?.meta.hash === hash) return entry.body;
    this.#records.delete(key);
    return undefined;
  }

  /** Reads a held source anew, which was found altered; what is not as it was is dropped. */
  async recheck({ key }: CachedSource): Promise<void> {
    this.#unkept.delete(key);
    if (!(await this.#options.store.recheck(key))) this.#records.delete(key);
  }

  /** Lets go of a source that is held in memory only; false when there is none. */
  relieve(): boolean {
    return this.#unkept.relieve();
  }

  close(): void {
    this.#unkept.close();
  }

  /** Looks at a file that is in use again, before what is known of it runs out. */
  #lookAgain(
    mount: Mount,
    ref: SourceRef,
    lookup: Lookup<SourceMeta, CachedSource>,
    meta: SourceMeta,
  ): Promise<void> {
    return this.#lookups.renew(mount, ref, lookup, async (location) => {
      const peeked = await mount.origin.stat?.(location);
      return peeked !== undefined && peeked.etag === meta.fileValidators?.etag;
    });
  }

  /** The copy in the store. */
  async #known(
    lookup: Lookup<SourceMeta, CachedSource>,
    mount: Mount,
    policy: FreshnessPolicy,
  ): Promise<Known | undefined> {
    const { key, location, at } = lookup;
    const meta = this.#records.use(key) ?? (await this.#record(key));
    if (!meta) return undefined;
    if (mount.origin.stat) {
      if (lookup.vouched !== meta) {
        const peeked = await mount.origin.stat(location);
        if (!peeked) throw new Fault('source-not-found', 'The source was not found.');
        if (peeked.etag !== meta.fileValidators?.etag) return undefined;
        lookup.vouched = meta;
        lookup.held = undefined;
      }
      lookup.held ??= held(key, { ...meta, checkedAt: at }, 'fresh');
      return { held: lookup.held, check: false, usable: true };
    }
    return this.#usable(key, meta, policy);
  }

  /** What the headers of an origin make of a copy. */
  #usable(key: Key, meta: SourceMeta, policy: FreshnessPolicy): Known {
    const facts = lifetime(meta.headers, policy, meta.checkedAt);
    const age = (this.#options.clock.now() - meta.checkedAt) / 1000;
    if (age < facts.freshSeconds && !facts.noStore) {
      return { held: held(key, meta, 'fresh'), check: false, usable: true };
    }
    const usable = age < facts.freshSeconds + facts.staleWhileRevalidate && !facts.mustRevalidate;
    return { held: held(key, meta, 'stale'), check: true, usable };
  }

  async #read(
    key: Key,
    mount: Mount,
    location: Location,
    policy: FreshnessPolicy,
    signal: AbortSignal,
    requestId: string | undefined,
  ): Promise<CachedSource> {
    const { store, clock } = this.#options;
    const meta = await this.#record(key);
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    try {
      const peeked = await mount.origin.stat?.(location);
      const fetched = await mount.origin.fetch(
        location,
        meta && validators(meta),
        either,
        requestId,
      );
      if (fetched.kind === 'unchanged' && meta) {
        const checked: SourceMeta = {
          ...meta,
          headers: mergeHeaders(meta.headers, fetched.headers),
          checkedAt: clock.now(),
        };
        await store.update(key, { ...checked });
        this.#records.set(key, checked);
        return held(key, checked, 'read');
      }
      if (fetched.kind === 'unchanged') {
        throw new Fault(
          'origin-failed',
          'The origin says a source is unchanged that was never read.',
        );
      }
      const spooled = await this.#spool(fetched);
      await checkBody(spooled, fetched.unframed === true, this.#options.decode, either);
      const read: SourceMeta = {
        ...factsOf(spooled),
        headers: fetched.headers,
        checkedAt: clock.now(),
        ...(location.url === undefined ? {} : { url: location.url }),
        ...(peeked === undefined ? {} : { fileValidators: peeked }),
      };
      await this.#keep(key, read, spooled);
      this.#failures.delete(key);
      return held(key, read, 'read');
    } catch (error) {
      // A body that nobody begins to read would hold its connection.
      over.abort(error);
      const stale = await this.#staleIfError(key, meta, policy, error);
      if (stale) return stale;
      this.#remember(key, error);
      throw error;
    }
  }

  async #spool({ body, length }: Extract<Fetched, { kind: 'bytes' }>): Promise<Spooled> {
    const { incoming, maxBytes } = this.#options;
    const tooLarge = () =>
      new Fault('source-too-large', `The source is larger than ${Math.round(maxBytes / 1e6)} MB.`);
    return (await incoming.admit({ length, maxBytes, tooLarge })).read(body);
  }

  async #record(key: Key): Promise<SourceMeta | undefined> {
    const near = this.#records.use(key);
    if (near) return near;
    const meta = (await this.#options.store.head(key)) as SourceMeta | undefined;
    if (meta) this.#records.set(key, meta);
    return meta;
  }

  /** The old copy, where the origin fails in a way that may pass (RFC 5861 section 4). */
  async #staleIfError(
    key: Key,
    meta: SourceMeta | undefined,
    policy: FreshnessPolicy,
    error: unknown,
  ): Promise<CachedSource | undefined> {
    if (!meta || !isFault(error) || !error.kind.retry) return undefined;
    const facts = lifetime(meta.headers, policy, meta.checkedAt);
    const age = (this.#options.clock.now() - meta.checkedAt) / 1000;
    if (facts.mustRevalidate || age >= facts.freshSeconds + facts.staleIfError) return undefined;
    return held(key, meta, 'stale');
  }

  #remember(key: Key, error: unknown): void {
    if (!isFault(error) || error.kind.ttl === 0) return;
    this.#failures.set(key, {
      fault: error,
      until: this.#options.clock.now() + error.kind.ttl * 1000,
    });
  }

  async #keepUpload(upload: Spooled | undefined): Promise<CachedSource> {
    if (!upload || upload.length === 0) {
      throw new Fault('upload-missing', 'Expected a picture in the body of the request, got none.');
    }
    const key = hashKey('upload', upload.hash);
    const meta = { ...factsOf(upload), headers: {}, checkedAt: this.#options.clock.now() };
    // Passed on before: kept by an earlier step of the same request.
    const own = upload.pass();
    if (own) await this.#keep(key, meta, own);
    return held(key, meta, 'read');
  }

  /** Whether the same bytes are there: a worker may be reading them, and a file put in their place would look altered. */
  async #keptAlready(key: Key, meta: SourceMeta): Promise<boolean> {
    const { store } = this.#options;
    const entry = await store.open(key);
    return entry?.meta.hash === meta.hash && (await store.update(key, { ...meta }));
  }

  /** Keeps a source in the store, or for a while where it is, where the store does not take it. */
  async #keep(key: Key, meta: SourceMeta, spooled: Spooled): Promise<void> {
    const { store } = this.#options;
    const { body, room } = spooled;
    this.#unkept.delete(key);
    const put = () =>
      body instanceof Uint8Array
        ? store.put(key, { ...meta }, body)
        : store.adopt(key, { ...meta }, body.file, spooled, room);
    if ((await this.#keptAlready(key, meta)) || (await put())) await spooled.discard();
    else this.#unkept.set(key, spooled);
    this.#records.set(key, meta);
  }
}

/** For requests that want a stored answer or none (`only-if-cached`). */
export function notStored(): Fault {
  return new Fault('origin-timeout', 'The picture is not in the store.');
}

/**
 * Sources: the originals as the store holds them.
 *
 * A source is read once into the store, kept with its HTTP facts, checked
 * again when it is no longer fresh, and handed to the workers as bytes or as a
 * file. A source that is unchanged keeps its content hash, and with it all its
 * renditions.
 */
import type { Clock } from '../../base/clock.ts';
import { Fault, isFault } from '../../base/fault.ts';
import type { FreshnessPolicy } from '../../base/freshness-policy.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import { hashKey, type Key } from '../../plan/key.ts';
import { type Freshness, mergeHeaders, useAt } from '../../stores/freshness.ts';
import type { Spooled } from '../../stores/spool.ts';
import type { StoredBody } from '../../stores/store.ts';
import type { Forward, Mount, RenderRequest } from '../engine.ts';
import type { NodeFlights } from '../nodes/node-flights.ts';
import type { GivenEpoch, Mark, PurgeMarks } from '../purge/purge-marks.ts';
import type { MarkTarget } from '../purge/purge-target.ts';
import type { SharedSources } from '../shared/shared-sources.ts';
import { SingleFlight } from '../single-flight.ts';
import type { EngineObserver } from '../tracing/observer.ts';
import { type CachedSource, contentsOf, held, type SourceMeta } from './cached-source.ts';
import { type KnownSource, knownSource } from './known-source.ts';
import { OriginReader } from './origin-reader.ts';
import { type Offered, type Reading, readOnce } from './read-once.ts';
import { type Lookup, RecentLookups } from './recent-lookups.ts';
import { RememberedFaults } from './remembered-faults.ts';
import { type BodyOptions, SourceBodies } from './source-bodies.ts';
import { factsOf } from './source-facts.ts';
import { type OriginFacts, sourceFreshness, validators } from './source-freshness.ts';
import { isShared, placeOf, purgeableId } from './source-place.ts';
import { type PurgedSources, SourceRecords } from './source-records.ts';
import { checkBody, type DecodeBody } from './whole-source.ts';

export type { CachedSource } from './cached-source.ts';

export interface SourceOptions extends BodyOptions {
  readonly clock: Clock;
  /** What has been purged. */
  readonly marks: PurgeMarks;
  /** Decodes a body that has just come in, to see whether it is whole. */
  readonly decode: DecodeBody;
  /** Told of what is read. */
  readonly observer?: EngineObserver;
  /** What other nodes have read. */
  readonly shared?: SharedSources | undefined;
  /** What another node is reading is not read here as well. */
  readonly nodes?: NodeFlights | undefined;
}

export class SourceCache {
  readonly #options: SourceOptions;
  readonly #flights = new SingleFlight<CachedSource>();
  readonly #records: SourceRecords;
  /** So that a missing source is not asked for again and again. */
  readonly #failures: RememberedFaults;
  readonly #bodies: SourceBodies;
  readonly #origins: OriginReader;
  readonly #lookups: RecentLookups<SourceMeta, CachedSource>;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#records = new SourceRecords(options.store, options.marks, options.shared);
    this.#bodies = new SourceBodies(options);
    this.#failures = new RememberedFaults(options.clock);
    this.#origins = new OriginReader(this.#bodies, options.observer);
    this.#lookups = new RecentLookups(options.clock);
  }

  /** The source that a request names, at once: only where it is in memory, fresh, and looked at a moment ago. */
  near({ mount, compiled }: RenderRequest): CachedSource | undefined {
    const { source: ref, response } = compiled;
    const lookup = this.#lookups.recent(mount, ref);
    if (lookup === undefined) return undefined;
    const meta = this.#records.use(lookup.key);
    if (meta === undefined || meta.outdated) return undefined;
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
    const { mount, compiled, id, span } = request;
    const { source: ref, response } = compiled;
    if (ref.kind === 'upload') {
      mayRead?.();
      return this.#keepUpload(request.upload);
    }
    const policy = response.freshness;
    const lookup = await this.#lookups.locate(mount, ref);
    const { key } = lookup;
    // What was asked for before a purge is no answer to who comes after it.
    const flight = () => `${key} ${this.#options.marks.epoch}`;
    const known = await this.#known(lookup, request, !this.#flights.has(flight()));
    if (known && !known.check) return known.held;
    const reading = { key, location: lookup.location, mount, policy, id, span };
    const failure = this.#failures.of(key);
    if (known?.usable) {
      // The visitor gets what is there; one request in the background looks again, unless it just failed.
      const untraced = { ...reading, span: undefined };
      if (failure === undefined)
        void this.#flights
          .run(flight(), (s) => this.#read(untraced, 'stale', s), new AbortController().signal)
          .catch(() => undefined);
      return known.held;
    }
    if (request.storedOnly) throw notStored();
    if (failure) {
      if (known && this.#mayStandIn(known.held, policy, failure)) return known.held;
      throw failure;
    }
    if (known === undefined) mayRead?.();
    const why = known === undefined ? 'uri-miss' : known.reload ? 'request' : 'stale';
    const parts = { ...this.#options, records: this.#records };
    const once = (s: AbortSignal) =>
      readOnce(parts, reading, why, s, (offered) => this.#read(reading, why, s, offered));
    return this.#flights.run(flight(), once, request.signal);
  }

  /** How long answers made of a source may be kept. */
  freshness(source: CachedSource, policy: FreshnessPolicy): Freshness {
    return sourceFreshness(source, policy);
  }

  /** The bytes of a held source, or the file they are in; undefined when it was evicted or replaced. */
  async content(source: CachedSource): Promise<Uint8Array | StoredBody | undefined> {
    const content =
      (await this.#bodies.content(source)) ?? (await this.#bodies.fromElsewhere(source));
    if (content === undefined) this.#records.delete(source.key);
    return content;
  }

  /** Reads a held source anew, which was found altered; what is not as it was is dropped. */
  async recheck({ key }: CachedSource): Promise<void> {
    if (!(await this.#bodies.recheck(key))) this.#records.delete(key);
  }

  /** Asks again for what could not be had: its origin may be another one now. */
  forgetFailures(): void {
    this.#failures.clear();
  }

  /** Whether what was read in the epoch of a source is of no use any more. */
  isGone(source: CachedSource): boolean {
    return source.place !== undefined && this.#records.isGone(source.key, source);
  }

  /** Whether a source was purged after it was asked for. */
  isPurged(source: CachedSource): boolean {
    return this.#records.isPurged(source);
  }

  /** The key of a source, also of one that its origin does not have any more. @throws Fault */
  async keyOf(mount: Mount, ref: SourceRef): Promise<Key> {
    return hashKey('source', mount.name, await purgeableId(mount, ref));
  }

  /**
   * Purges what a target names: it is not used any more, or asked for again at its next use (soft),
   * whatever is under way and whatever happens to the process.
   *
   * @returns the sources that were there, as far as they are in memory or named by their key
   */
  async purge(target: MarkTarget, soft: boolean, epoch?: GivenEpoch): Promise<PurgedSources> {
    const { found, durable, mark } = this.#records.purge(target, soft, epoch);
    this.#failures.clear();
    if (target.kind === 'source' && !found.has(target.key)) {
      const stored = await this.#records.stored(target.key);
      if (stored) found.set(target.key, stored);
    }
    // What was read again meanwhile stays.
    if (!soft) await this.#bodies.deleteAll([...found.keys()], (key) => !this.#records.has(key));
    const contents = new Set([...found.values()].flatMap(contentsOf));
    const keys = [...found.keys()];
    return { sources: found.size, keys, contents, durable: await durable, mark };
  }

  /** Takes in what was purged elsewhere while nobody could tell. */
  adopt(marks: readonly Mark[]): void {
    this.#records.adopt(marks);
    this.#failures.clear();
  }

  /** Lets go of a source that is held in memory only; false when there is none. */
  relieve = (): boolean => this.#bodies.relieve();

  close = (): void => this.#bodies.close();

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

  /** The copy in the store. @param elsewhere look at what other nodes have as well */
  async #known(
    lookup: Lookup<SourceMeta, CachedSource>,
    { mount, compiled, maxAge }: RenderRequest,
    elsewhere: boolean,
  ): Promise<KnownSource | undefined> {
    const { key, location, at } = lookup;
    const meta = await this.#records.find(
      key,
      placeOf(mount, location),
      elsewhere && isShared(mount),
    );
    if (!meta) return undefined;
    if (mount.origin.stat) {
      let vouched = meta;
      if (lookup.vouched !== meta || maxAge !== undefined) {
        const look = () => mount.origin.stat!(location);
        const peeked = await (maxAge === undefined ? this.#lookups.peek(lookup, look) : look());
        if (!peeked) throw new Fault('source-not-found', 'The source was not found.');
        if (peeked.etag !== meta.fileValidators?.etag) return undefined;
        vouched = this.#records.lookedAt(key, meta);
        lookup.vouched = vouched;
        lookup.held = undefined;
      }
      lookup.held ??= held(key, { ...vouched, checkedAt: at }, 'fresh');
      return { held: lookup.held, check: false, usable: true };
    }
    const freshness = sourceFreshness(meta, compiled.response.freshness);
    return knownSource(key, meta, freshness, this.#options.clock.now(), maxAge);
  }

  async #read(
    { key, mount, location, policy, id, span }: Reading,
    why: Forward,
    signal: AbortSignal,
    offered: Offered = () => undefined,
  ): Promise<CachedSource> {
    const { store, clock, marks, shared } = this.#options;
    const { epoch } = marks;
    const place = placeOf(mount, location);
    const meta = await this.#records.find(key, place);
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    try {
      const peeked = await mount.origin.stat?.(location);
      const copy = meta && validators(meta);
      const question = { mount, location, held: copy, signal: either, requestId: id, span };
      const fetched = await this.#origins.read(question);
      const forwarded = (status: number) => (peeked === undefined ? { why, status } : { why });
      if (fetched.kind === 'unchanged' && meta) {
        const { outdated: _, ...same } = meta;
        const checked: SourceMeta = {
          ...same,
          epoch,
          headers: mergeHeaders(meta.headers, fetched.headers),
          checkedAt: clock.now(),
        };
        await store.update(key, { ...checked });
        this.#records.remember(key, checked);
        if (isShared(mount)) void shared?.renew(key, checked, this.#wanted(key, checked));
        this.#failures.delete(key);
        return held(key, checked, 'read', forwarded(304));
      }
      if (fetched.kind === 'unchanged') {
        throw new Fault(
          'origin-failed',
          'The origin says a source is unchanged that was never read.',
        );
      }
      const { spooled } = fetched;
      await checkBody(spooled, fetched.unframed === true, this.#options.decode, either);
      const { headers } = fetched;
      const read: SourceMeta = {
        ...{ ...factsOf(spooled), headers, checkedAt: clock.now(), place, epoch },
        ...(await this.#records.renamed(key, spooled.hash, { place, epoch, headers })),
        ...(location.url === undefined ? {} : { url: location.url }),
        ...(peeked === undefined ? {} : { fileValidators: peeked }),
      };
      await this.#keep(key, read, spooled);
      if (isShared(mount)) offered(this.#bodies.offer(key, read, this.#wanted(key, read)));
      this.#failures.delete(key);
      return held(key, read, 'read', forwarded(200));
    } catch (error) {
      // A body that nobody begins to read would hold its connection.
      over.abort(error);
      // Of before a purge, it says nothing of what is there now.
      if (marks.epoch === epoch) this.#failures.add(key, error, policy.negative);
      if (!meta || !this.#mayStandIn(meta, policy, error)) throw error;
      const status = isFault(error) ? error.detail.status : undefined;
      return held(key, meta, 'stale', typeof status === 'number' ? { why, status } : { why });
    }
  }

  /** Whether an old copy may be served, where the origin fails in a way that may pass (RFC 5861 section 4). */
  #mayStandIn(copy: OriginFacts, policy: FreshnessPolicy, error: unknown): boolean {
    if (!isFault(error) || !error.kind.retry) return false;
    const age = (this.#options.clock.now() - copy.checkedAt) / 1000;
    return useAt(age, sourceFreshness(copy, policy)) !== 'never';
  }

  #wanted(key: Key, meta: SourceMeta): () => boolean {
    return () => !this.#records.isGone(key, meta);
  }

  async #keepUpload(upload: Spooled | undefined): Promise<CachedSource> {
    if (!upload || upload.length === 0) {
      throw new Fault('upload-missing', 'Expected a picture in the body of the request, got none.');
    }
    const key = hashKey('upload', upload.hash);
    const { clock, marks } = this.#options;
    const meta = { ...factsOf(upload), headers: {}, checkedAt: clock.now(), epoch: marks.epoch };
    // Passed on before: kept by an earlier step of the same request.
    const own = upload.pass();
    if (own) await this.#keep(key, meta, own);
    return held(key, meta, 'read');
  }

  async #keep(key: Key, meta: SourceMeta, spooled: Spooled): Promise<void> {
    // Purged while it was read: for those alone who asked before.
    if (this.#records.isGone(key, meta)) this.#bodies.hold(key, spooled);
    else await this.#bodies.keep(key, meta, spooled);
    this.#records.remember(key, meta);
  }
}

/** For requests that want a stored answer or none (`only-if-cached`). */
export function notStored(): Fault {
  return new Fault('origin-timeout', 'The picture is not in the store.');
}

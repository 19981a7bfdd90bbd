/**
 * RecentLookups: where sources were found a moment ago.
 *
 * A hit would otherwise follow symbolic links and look at a file, which takes
 * longer than everything else it does.
 *
 * Invariant: what may change behind our back (a file in a folder) is believed
 * for RECHECK_AFTER milliseconds at most.
 *
 * Whoever comes while a source is looked for waits for that look, where it began a moment ago: of
 * many who ask at once, each with looks of its own, all would wait for all of them.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import type { Clock } from '../../base/clock.ts';
import { heapWeight } from '../../base/memory/heap-size.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import type { Location, Origin, Validators } from '../../origins/origin.ts';
import { hashKey, type Key } from '../../plan/key.ts';
import type { Mount } from '../engine.ts';

/** Milliseconds after which a file is looked at again. */
export const RECHECK_AFTER = 1000;
/** Milliseconds after which one that is used is looked at again beforehand. */
const RENEW_AFTER = RECHECK_AFTER / 2;
/** Bytes of the lookups held: of 20,000 with names of usual length. */
const MOST_BYTES = 20e6;
/** Bytes of what comes to a lookup later: the source for all who ask. */
const LATER = 400;

/** A source that was located. */
export interface Lookup<Vouched, Held> {
  readonly location: Location;
  /** Its key in the store. */
  readonly key: Key;
  /** When it was located, milliseconds since 1970. */
  readonly at: number;
  /** What was found to be unchanged at that time. */
  vouched?: Vouched;
  /** The file is being looked at. */
  peek?: Promise<Validators | undefined> | undefined;
  /** It is being looked at again, or was. */
  renewed?: boolean;
  /** What has been made of it, for all who ask in the meantime. */
  held?: Held | undefined;
}

/** A look for a source that is under way. */
interface Look<Vouched, Held> {
  readonly at: number;
  readonly found: Promise<Lookup<Vouched, Held>>;
}

export class RecentLookups<Vouched, Held> {
  readonly #clock: Clock;
  readonly #lookups = new BoundedMap<string, Lookup<Vouched, Held>>(MOST_BYTES, {
    weigh: ({ location, key, at }, name) => LATER + heapWeight({ location, key, at }, name),
  });
  /** Looks that are under way, by what is looked for. */
  readonly #looks = new Map<string, Look<Vouched, Held>>();
  /** The name of each reference at the origin that it was last asked for at: hits bring the same ones again and again. */
  readonly #names = new WeakMap<SourceRef, { readonly origin: Origin; readonly name: string }>();
  /** Origins have no name that is theirs alone: that of a mount passes to another one with a new configuration. */
  readonly #ordinals = new WeakMap<Origin, number>();
  #origins = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Bytes of the lookups held. */
  get bytes(): number {
    return this.#lookups.weight;
  }

  /** Where a source was found, where that still counts. */
  recent({ origin }: Mount, ref: SourceRef): Lookup<Vouched, Held> | undefined {
    const known = this.#lookups.use(this.#nameOf(origin, ref));
    if (known === undefined || origin.stat === undefined) return known;
    return this.#isRecent(known) ? known : undefined;
  }

  /** Whether it is time to look at a source again that is in use. */
  isAging({ at, renewed }: Lookup<Vouched, Held>): boolean {
    return renewed !== true && this.#clock.now() - at >= RENEW_AFTER;
  }

  /**
   * Looks at a source again that is asked for all the time, before what is known of it runs out,
   * so that nobody waits for it. Once at a time; where anything is new, nothing changes.
   *
   * @param stillHolds whether what was vouched for is unchanged at a location
   */
  async renew(
    mount: Mount,
    ref: SourceRef,
    lookup: Lookup<Vouched, Held>,
    stillHolds: (location: Location) => Promise<boolean>,
  ): Promise<void> {
    const { key, vouched } = lookup;
    lookup.renewed = true;
    const at = this.#clock.now();
    try {
      const location = await mount.origin.locate(ref);
      if (location.id !== lookup.location.id || !(await stillHolds(location))) return;
      const asked = this.#nameOf(mount.origin, ref);
      // Another look may have come to its end meanwhile.
      if (this.#lookups.get(asked) !== lookup || vouched === undefined) return;
      this.#lookups.set(asked, { location, key, at, vouched });
    } catch {
      // Whoever comes when the time is over is told.
    }
  }

  /** Where a source is, as found before where that still counts. @throws Fault as the origin */
  async locate(mount: Mount, ref: SourceRef): Promise<Lookup<Vouched, Held>> {
    const recent = this.recent(mount, ref);
    if (recent) return recent;
    const asked = this.#nameOf(mount.origin, ref);
    // The key of what is found is of this mount alone
    const sought = `${mount.name}\n${asked}`;
    const other = this.#looks.get(sought);
    if (other !== undefined && this.#isRecent(other)) return other.found;
    const at = this.#clock.now();
    const look = { at, found: this.#look(mount, ref, asked, at) };
    this.#looks.set(sought, look);
    try {
      return await look.found;
    } finally {
      if (this.#looks.get(sought) === look) this.#looks.delete(sought);
    }
  }

  /** What a file at its origin is marked with, looked at once for all who ask meanwhile. @throws as `stat` */
  async peek(
    lookup: Lookup<Vouched, Held>,
    stat: () => Promise<Validators | undefined>,
  ): Promise<Validators | undefined> {
    if (lookup.peek !== undefined) return lookup.peek;
    const peek = stat();
    lookup.peek = peek;
    try {
      return await peek;
    } finally {
      lookup.peek = undefined;
    }
  }

  #isRecent({ at }: { readonly at: number }): boolean {
    const age = this.#clock.now() - at;
    return age >= 0 && age < RECHECK_AFTER;
  }

  async #look(
    { name, origin }: Mount,
    ref: SourceRef,
    asked: string,
    at: number,
  ): Promise<Lookup<Vouched, Held>> {
    const known = this.#lookups.get(asked);
    const location = await origin.locate(ref);
    const key =
      known?.location.id === location.id ? known.key : hashKey('source', name, location.id);
    const lookup = { location, key, at };
    this.#lookups.set(asked, lookup);
    return lookup;
  }

  #nameOf(origin: Origin, ref: SourceRef): string {
    const known = this.#names.get(ref);
    if (known?.origin === origin) return known.name;
    const name = nameOf(this.#ordinal(origin), ref);
    this.#names.set(ref, { origin, name });
    return name;
  }

  #ordinal(origin: Origin): number {
    let ordinal = this.#ordinals.get(origin);
    if (ordinal === undefined) {
      ordinal = this.#origins++;
      this.#ordinals.set(origin, ordinal);
    }
    return ordinal;
  }
}

function nameOf(origin: number, ref: SourceRef): string {
  switch (ref.kind) {
    case 'path':
      // A line break stands in neither.
      return `${origin} path ${ref.path}\n${ref.query ?? ''}`;
    case 'url':
      return `${origin} url ${ref.url}`;
    case 'upload':
    case 'blank':
      return `${origin} ${ref.kind}`;
  }
}

/**
 * RecentLookups: where sources were found a moment ago.
 *
 * A hit would otherwise follow symbolic links and look at a file, which takes
 * longer than everything else it does.
 *
 * Invariant: what may change behind our back (a file in a folder) is believed
 * for RECHECK_AFTER milliseconds at most.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import type { Clock } from '../../base/clock.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import type { Location, Origin } from '../../origins/origin.ts';
import { hashKey, type Key } from '../../plan/key.ts';
import type { Mount } from '../engine.ts';

/** Milliseconds after which a file is looked at again. */
export const RECHECK_AFTER = 1000;
/** Milliseconds after which one that is used is looked at again beforehand. */
const RENEW_AFTER = RECHECK_AFTER / 2;
/** Lookups held, about half a kilobyte each. */
const MOST = 20_000;

/** A source that was located. */
export interface Lookup<Vouched, Held> {
  readonly location: Location;
  /** Its key in the store. */
  readonly key: Key;
  /** When it was located, milliseconds since 1970. */
  readonly at: number;
  /** What was found to be unchanged at that time. */
  vouched?: Vouched;
  /** It is being looked at again, or was. */
  renewed?: boolean;
  /** What has been made of it, for all who ask in the meantime. */
  held?: Held | undefined;
}

export class RecentLookups<Vouched, Held> {
  readonly #clock: Clock;
  readonly #lookups = new BoundedMap<string, Lookup<Vouched, Held>>(MOST);
  /** The name of each reference at the origin that it was last asked for at: hits bring the same ones again and again. */
  readonly #names = new WeakMap<SourceRef, { readonly origin: Origin; readonly name: string }>();
  /** Origins have no name that is theirs alone: that of a mount passes to another one with a new configuration. */
  readonly #ordinals = new WeakMap<Origin, number>();
  #origins = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Where a source was found, where that still counts. */
  recent({ origin }: Mount, ref: SourceRef): Lookup<Vouched, Held> | undefined {
    const known = this.#lookups.use(this.#nameOf(origin, ref));
    if (known === undefined || origin.stat === undefined) return known;
    const age = this.#clock.now() - known.at;
    return age >= 0 && age < RECHECK_AFTER ? known : undefined;
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
    const { name, origin } = mount;
    const asked = this.#nameOf(origin, ref);
    const known = this.#lookups.get(asked);
    const now = this.#clock.now();
    const location = await origin.locate(ref);
    const key =
      known?.location.id === location.id ? known.key : hashKey('source', name, location.id);
    const lookup = { location, key, at: now };
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

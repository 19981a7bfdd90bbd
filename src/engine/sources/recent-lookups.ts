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
import type { Location } from '../../origins/origin.ts';
import { hashKey, type Key } from '../../plan/key.ts';
import type { Mount } from '../engine.ts';

/** Milliseconds after which a file is looked at again. */
export const RECHECK_AFTER = 1000;
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
  /** What has been made of it, for all who ask in the meantime. */
  held?: Held | undefined;
}

export class RecentLookups<Vouched, Held> {
  readonly #clock: Clock;
  readonly #lookups = new BoundedMap<string, Lookup<Vouched, Held>>(MOST);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Where a source was found, where that still counts. */
  recent({ name, origin }: Mount, ref: SourceRef): Lookup<Vouched, Held> | undefined {
    const known = this.#lookups.use(nameOf(name, ref));
    if (known === undefined || origin.stat === undefined) return known;
    const age = this.#clock.now() - known.at;
    return age >= 0 && age < RECHECK_AFTER ? known : undefined;
  }

  /** Where a source is, as found before where that still counts. @throws Fault as the origin */
  async locate(mount: Mount, ref: SourceRef): Promise<Lookup<Vouched, Held>> {
    const recent = this.recent(mount, ref);
    if (recent) return recent;
    const { name, origin } = mount;
    const asked = nameOf(name, ref);
    const known = this.#lookups.get(asked);
    const now = this.#clock.now();
    const location = await origin.locate(ref);
    const key =
      known?.location.id === location.id ? known.key : hashKey('source', name, location.id);
    const lookup = { location, key, at: now };
    this.#lookups.set(asked, lookup);
    return lookup;
  }
}

function nameOf(mount: string, ref: SourceRef): string {
  switch (ref.kind) {
    case 'path':
      return `${mount} path ${ref.path}`;
    case 'url':
      return `${mount} url ${ref.url}`;
    case 'upload':
      return `${mount} upload`;
  }
}

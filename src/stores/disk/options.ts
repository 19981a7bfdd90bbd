/** What a disk store may be told beside its folder and its capacity. */
import { type Clock, systemClock } from '../../base/clock.ts';

export interface DiskOptions {
  /** How long a replaced or evicted body stays readable, in milliseconds, while there is room. */
  readonly graceMs?: number;
  /** A use is written down at most this often per entry, in milliseconds. */
  readonly touchMs?: number;
  /** Sync bodies to the disk once they are in their places; without, a power cut costs more entries. */
  readonly sync?: boolean;
  readonly clock?: Clock;
  /** Told of failures of the disk and of altered files; the store itself goes on without the entry. */
  readonly onError?: (error: unknown) => void;
}

/** The options with their defaults. */
export function diskSettings(options: DiskOptions): Required<DiskOptions> {
  return {
    graceMs: 60_000,
    touchMs: 600_000,
    sync: true,
    clock: systemClock,
    onError: () => {},
    ...options,
  };
}

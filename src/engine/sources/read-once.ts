/**
 * Read once: a source that no node has is read by one of them, and the others have it from there.
 */
import type { FreshnessPolicy } from '../../base/freshness-policy.ts';
import type { Location } from '../../origins/origin.ts';
import type { Key } from '../../plan/key.ts';
import type { Forward, Mount } from '../engine.ts';
import type { NodeFlights } from '../nodes/node-flights.ts';
import type { PurgeMarks } from '../purge/purge-marks.ts';
import type { SharedSources } from '../shared/shared-sources.ts';
import type { Span } from '../tracing/span.ts';
import { type CachedSource, held } from './cached-source.ts';
import { isShared, placeOf } from './source-place.ts';
import type { SourceRecords } from './source-records.ts';

/** A source that is read or checked, for the first who asked. */
export interface Reading {
  readonly key: Key;
  readonly location: Location;
  readonly mount: Mount;
  readonly policy: FreshnessPolicy;
  /** Of the request. */
  readonly id: string | undefined;
  readonly span: Span | undefined;
}

export interface ReadOnceParts {
  readonly nodes?: NodeFlights | undefined;
  readonly shared?: Pick<SharedSources, 'available'> | undefined;
  readonly marks: PurgeMarks;
  readonly records: SourceRecords;
}

/** Takes what tells whether all nodes may read a source that was just read. */
export type Offered = (done: Promise<boolean>) => void;

/**
 * What is known here is asked about here.
 *
 * @param why it is read
 * @param read reads it, here
 * @throws Fault
 */
export function readOnce(
  { nodes, shared, marks, records }: ReadOnceParts,
  { key, mount, location }: Reading,
  why: Forward,
  signal: AbortSignal,
  read: (offered: Offered) => Promise<CachedSource>,
): Promise<CachedSource> {
  let offered = Promise.resolve(false);
  const make = () =>
    read((done) => {
      offered = done;
    });
  const alone = nodes === undefined || shared?.available !== true || !isShared(mount);
  if (alone || why !== 'uri-miss') return make();
  return nodes.run({
    // What was read before a purge is no answer to who comes after it.
    key: `${key}-${marks.epoch}`,
    signal,
    make,
    async read() {
      const meta = await records.findElsewhere(key, placeOf(mount, location));
      return meta && held(key, meta, 'fresh');
    },
    shared: () => offered,
  });
}

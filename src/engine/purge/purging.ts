/**
 * Purging: what is purged leaves every tier: sources and what is known of them, renditions in memory and on
 * the disk, remembered failures, and what all nodes keep together. What workers have found of a source goes by
 * its new name. Other nodes are told, and do the same.
 */
import type { Coordination } from '../../coordination/coordination.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import type { Mount, PurgeCounts, PurgeTarget } from '../engine.ts';
import type { RenditionCache } from '../renditions/rendition-cache.ts';
import type { SharedTier } from '../shared/shared-tier.ts';
import type { RememberedFaults } from '../sources/remembered-faults.ts';
import type { SourceCache } from '../sources/source-cache.ts';
import { ownTag } from '../sources/source-tags.ts';
import { PurgeJournal } from './purge-journal.ts';
import type { GivenEpoch, Mark, PurgeMarks } from './purge-marks.ts';
import type { MarkTarget } from './purge-target.ts';
import type { SharedMarks } from './shared-marks.ts';

export interface PurgingParts {
  readonly sources: SourceCache;
  readonly renditions: RenditionCache;
  /** What pictures failed with. */
  readonly faults: RememberedFaults;
  /** What all nodes keep together. */
  readonly shared?: Pick<SharedTier, 'purge'> | undefined;
  /** Marks beside that. */
  readonly sharedMarks?: Pick<SharedMarks, 'follow' | 'tell'> | undefined;
  readonly nodes?: Pick<Coordination, 'journal'> | undefined;
  readonly marks: PurgeMarks;
  /** Told that another node has purged something. */
  readonly purged?: (() => void) | undefined;
}

export class Purging {
  readonly #parts: PurgingParts;
  readonly #journal: PurgeJournal | undefined;
  #count = 0;

  constructor(parts: PurgingParts) {
    this.#parts = parts;
    const { nodes, marks, sources, faults, purged, sharedMarks } = parts;
    const adopt = (missed: readonly Mark[]) => {
      if (missed.length === 0) return;
      sources.adopt(missed);
      faults.clear();
      purged?.();
    };
    sharedMarks?.follow(adopt);
    if (nodes === undefined) return;
    this.#journal = new PurgeJournal({
      journal: nodes.journal,
      marks,
      carryOut: async ({ targets, soft, epoch }) => {
        // One source is taken from what is shared by who was asked to; of others only this node may know.
        const known = targets.every(({ kind }) => kind === 'source');
        await this.#carryOut(targets, soft, epoch, !known);
        purged?.();
      },
      adopt,
      told(marked) {
        adopt(marked);
        void sharedMarks?.tell(marked);
      },
    });
  }

  /** Purges so far, those of other nodes included. */
  get count(): number {
    return this.#count;
  }

  /** @throws Fault for a source that no origin can have */
  async purge(target: PurgeTarget, soft: boolean): Promise<PurgeCounts> {
    const targets = await this.#targetsOf(target);
    const told = await this.#journal?.tell(targets, soft);
    const when = told?.epoch ?? (this.#journal === undefined ? undefined : 'untold');
    const counts = await this.#carryOut(targets, soft, when, true);
    const nodes = await told?.acknowledged;
    return nodes === undefined ? counts : { ...counts, ...nodes };
  }

  /** @throws Fault for a source that no origin can have */
  async tagOf(mount: Mount, ref: SourceRef): Promise<string> {
    return ownTag(await this.#parts.sources.keyOf(mount, ref));
  }

  /** @param shares take away what all nodes keep together as well, and mark it there */
  async #carryOut(
    targets: readonly MarkTarget[],
    soft: boolean,
    epoch: GivenEpoch,
    shares: boolean,
  ): Promise<PurgeCounts> {
    const { sources, renditions, faults } = this.#parts;
    this.#count++;
    const gone = await Promise.all(targets.map((one) => sources.purge(one, soft, epoch)));
    faults.clear();
    const contents = new Set(gone.flatMap((one) => [...one.contents]));
    const keys = soft ? [] : gone.flatMap((one) => one.keys);
    const taken = soft || contents.size === 0 ? 0 : renditions.purge(contents);
    const marked = gone.map(({ mark }) => mark);
    const bucket = shares ? await this.#carryOutTogether(keys, contents, marked) : undefined;
    return {
      sources: gone.reduce((sum, one) => sum + one.sources, 0),
      renditions: await taken,
      durable: gone.every(({ durable }) => durable),
      ...(bucket === undefined ? {} : { bucket }),
    };
  }

  /** What all nodes keep together: entries of those keys go, and whoever comes finds the marks. */
  async #carryOutTogether(
    keys: readonly string[],
    contents: ReadonlySet<string>,
    marks: readonly Mark[],
  ): Promise<PurgeCounts['bucket']> {
    const { shared, sharedMarks } = this.#parts;
    if (shared === undefined) return undefined;
    const [gone, marked = false] = await Promise.all([
      keys.length > 0 ? shared.purge(keys, contents) : { deleted: 0, left: 0, whole: true },
      sharedMarks?.tell(marks),
    ]);
    return { ...gone, marked };
  }

  async #targetsOf(target: PurgeTarget): Promise<MarkTarget[]> {
    if (target.kind !== 'sources') return [target];
    const keys = target.sources.map(({ mount, ref }) => this.#parts.sources.keyOf(mount, ref));
    return [...new Set(await Promise.all(keys))].map((key) => ({ kind: 'source', key }));
  }
}

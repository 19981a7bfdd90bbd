/**
 * Purge journal: purges told to all nodes, and taken from them.
 *
 * What a node is told is which sources are named (`MarkTarget`), never an address of a visitor; all nodes know
 * it by one epoch, so that they judge what lies in the shared store alike.
 */
import { z } from 'zod';
import type { Appended, Journal, JournalEntry } from '../../coordination/journal.ts';
import { markTarget } from './purge-file.ts';
import { EVERYTHING, type Mark, type PurgeMarks } from './purge-marks.ts';
import type { MarkTarget } from './purge-target.ts';

/** Sources that one order names. */
const MOST_TARGETS = 100;

const orders = z.object({
  targets: z.array(markTarget).max(MOST_TARGETS),
  soft: z.boolean(),
});

/** A purge as nodes tell it. */
export interface PurgeTold {
  readonly targets: readonly MarkTarget[];
  readonly soft: boolean;
  readonly epoch: number;
}

export interface PurgeJournalParts {
  readonly journal: Journal;
  readonly marks: Pick<PurgeMarks, 'epoch' | 'all'>;
  /** Carries out a purge of another node. */
  readonly carryOut: (purge: PurgeTold) => Promise<void>;
  /** Takes in marks that were missed. */
  readonly adopt: (marks: readonly Mark[]) => void;
  /** Takes in marks of purges of this node that others have been told of at last. */
  readonly told: (marks: readonly Mark[]) => void;
}

export class PurgeJournal {
  readonly #journal: Journal;

  constructor({ journal, marks, carryOut, adopt, told }: PurgeJournalParts) {
    this.#journal = journal;
    journal.follow({
      latest: () => marks.epoch,
      async carryOut(entry) {
        const purge = readOrder(entry);
        if (purge !== undefined) await carryOut(purge);
      },
      async catchUp(entries, forgotten) {
        const purges = entries.map(readOrder).filter((purge) => purge !== undefined);
        // Anything may have been purged in what is not there any more.
        const everything = { targets: [EVERYTHING], soft: true, epoch: forgotten };
        adopt([...(forgotten > 0 ? [everything] : []), ...purges].flatMap(marksOf));
      },
      told(entry) {
        const purge = readOrder(entry);
        if (purge !== undefined) told(marksOf(purge));
      },
    });
    void this.#tellAtLast(marks.all, told);
  }

  /** Tells of purges that this node took before it ended and that nobody could be told of. */
  async #tellAtLast(marks: readonly Mark[], told: PurgeJournalParts['told']): Promise<void> {
    const untold = marks.filter((mark) => mark.untold === true);
    for (const soft of [false, true]) {
      const targets = untold.filter((mark) => mark.soft === soft).map(({ target }) => target);
      for (let at = 0; at < targets.length; at += MOST_TARGETS) {
        const page = targets.slice(at, at + MOST_TARGETS);
        const appended = await this.tell(page, soft);
        if (appended !== undefined) told(marksOf({ targets: page, soft, epoch: appended.epoch }));
      }
    }
  }

  /** Tells all other nodes; undefined where none can be told now. */
  tell(targets: readonly MarkTarget[], soft: boolean): Promise<Appended | undefined> {
    return this.#journal.append({ targets, soft });
  }
}

function marksOf({ targets, soft, epoch }: PurgeTold): Mark[] {
  return targets.map((target) => ({ target, soft, epoch }));
}

/** Undefined for what is no purge: another program may have written it. */
function readOrder({ epoch, order }: JournalEntry): PurgeTold | undefined {
  const read = orders.safeParse(order);
  return read.success ? { ...read.data, epoch } : undefined;
}

/**
 * Purge journal: purges told to all nodes, and taken from them.
 *
 * What a node is told is which sources are named (`MarkTarget`), never an address of a visitor; all nodes know
 * it by one epoch, so that they judge what lies in the shared store alike.
 */
import { z } from 'zod';
import type { Appended, Journal, JournalEntry } from '../../coordination/journal.ts';
import { markTarget } from './purge-file.ts';
import type { Mark, PurgeMarks } from './purge-marks.ts';
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
  readonly marks: Pick<PurgeMarks, 'epoch'>;
  /** Carries out a purge of another node. */
  readonly carryOut: (purge: PurgeTold) => Promise<void>;
  /** Takes in marks that were missed. */
  readonly adopt: (marks: readonly Mark[]) => void;
}

export class PurgeJournal {
  readonly #journal: Journal;

  constructor({ journal, marks, carryOut, adopt }: PurgeJournalParts) {
    this.#journal = journal;
    journal.follow({
      latest: () => marks.epoch,
      async carryOut(entry) {
        const purge = readOrder(entry);
        if (purge !== undefined) await carryOut(purge);
      },
      async catchUp(entries, forgotten) {
        const told = entries.map(readOrder).filter((purge) => purge !== undefined);
        // Anything may have been purged in what is not there any more.
        const everything = { targets: [{ kind: 'prefix', prefix: '/' }], soft: true } as const;
        const lost = forgotten > 0 ? [{ ...everything, epoch: forgotten }] : [];
        adopt(
          [...lost, ...told].flatMap(({ targets, soft, epoch }) =>
            targets.map((target) => ({ target, soft, epoch })),
          ),
        );
      },
    });
  }

  /** Tells all other nodes; undefined where none can be told now. */
  tell(targets: readonly MarkTarget[], soft: boolean): Promise<Appended | undefined> {
    return this.#journal.append({ targets, soft });
  }
}

/** Undefined for what is no purge: another program may have written it. */
function readOrder({ epoch, order }: JournalEntry): PurgeTold | undefined {
  const read = orders.safeParse(order);
  return read.success ? { ...read.data, epoch } : undefined;
}

/** A spool for the tests of those who take bodies in. */
import { ByteBudget } from '../base/byte-budget.ts';
import { Spool } from './spool.ts';

/** One that holds everything in memory, in this budget. */
export function memorySpool(memory = new ByteBudget(1e9)): Spool {
  const store = {
    temporary: () => '',
    reserve: async () => undefined,
    clear: async () => false,
  };
  return new Spool({ store, memory, disk: new ByteBudget(0), elsewhere: new ByteBudget(0) });
}

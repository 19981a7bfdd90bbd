/** A spool for the tests of those who take bodies in. */
import { Spool } from './spool.ts';

/** One that holds everything in memory. */
export function memorySpool(memoryBytes = 1e9): Spool {
  const store = {
    temporary: () => '',
    reserve: async () => 'never' as const,
    clear: async () => false,
  };
  return new Spool({ store, memoryBytes, elsewhereBytes: 0 });
}

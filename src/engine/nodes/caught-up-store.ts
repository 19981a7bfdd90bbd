/**
 * Caught-up store: a shared store that is not read before this node knows of all purges.
 *
 * Only so long as others can be asked, and only for a moment: a node that is alone goes by what it knows.
 */
import type { SharedStore } from '../../stores/shared-store.ts';

/** Longest wait of one read, in milliseconds. */
const LONGEST_WAIT = 1000;

/** @param caughtUp resolves when nothing can have been missed, or after so many milliseconds */
export function caughtUpStore(
  store: SharedStore,
  caughtUp: (milliseconds: number) => Promise<unknown>,
): SharedStore {
  return {
    async get(key, options) {
      await caughtUp(LONGEST_WAIT);
      return store.get(key, options);
    },
    async open(key, options) {
      await caughtUp(LONGEST_WAIT);
      return store.open(key, options);
    },
    put: (key, meta, body) => store.put(key, meta, body),
    update: (key, meta) => store.update(key, meta),
    delete: (key) => store.delete(key),
    deletePrefix: (prefix) => store.deletePrefix(prefix),
    list: (prefix, after) => store.list(prefix, after),
    notices: store.notices,
    probe: async () => (await store.probe?.()) ?? true,
    get status() {
      return store.status;
    },
    close: () => store.close(),
  };
}

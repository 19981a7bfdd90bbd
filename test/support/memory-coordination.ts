/** Nodes of one process that tell one another at once; what they cannot reach is a test's to say. */
import type { Coordination } from '../../src/coordination/coordination.ts';
import type { JournalEntry, JournalReader } from '../../src/coordination/journal.ts';
import { FakeLeases } from './fake-leases.ts';
import { FakeTimer } from './fake-timer.ts';

export class MemoryNodes {
  /** Nobody can be told or asked. */
  away = false;
  readonly timer = new FakeTimer();
  readonly leases = new FakeLeases(this.timer);
  readonly entries: JournalEntry[] = [];
  readonly learned = new Map<string, string>();
  /** Keys of renditions that somebody said are improved. */
  readonly improved: string[] = [];
  readonly #readers = new Map<number, JournalReader>();
  readonly #listeners = new Map<number, (key: string, etag: string) => void>();
  #count = 0;

  /** Another node; one that begins later has missed what was said before. */
  join(): Coordination {
    const number = ++this.#count;
    const others = () => [...this.#readers].filter(([one]) => one !== number).map(([, r]) => r);
    const leases = this.leases.node(() => this.away);
    return {
      leases,
      journal: {
        append: async (order) => {
          if (this.away) return undefined;
          const latest = [...this.#readers.values()].map((reader) => reader.latest());
          const last = this.entries.at(-1)?.epoch ?? 0;
          const entry = { epoch: Math.max(last, ...latest, 1_000) + 1, order };
          this.entries.push(entry);
          const told = others();
          const done = Promise.all(told.map((reader) => reader.carryOut(entry)));
          const nodes = told.length + 1;
          const acknowledged = done.then(() => ({ nodes, acknowledged: nodes }));
          return { epoch: entry.epoch, acknowledged };
        },
        follow: (reader) => {
          this.#readers.set(number, reader);
          void reader.catchUp(this.entries, 0);
        },
        caughtUp: async () => undefined,
      },
      announcements: {
        tell: (key, etag) => {
          this.improved.push(key);
          for (const [one, tell] of this.#listeners) if (one !== number) tell(key, etag);
        },
        follow: (listener) => void this.#listeners.set(number, listener),
      },
      learned: {
        get: async (source, name) => {
          const text = this.learned.get(`${source} ${name}`);
          return this.away || text === undefined ? undefined : JSON.parse(text);
        },
        put: (source, name, value) =>
          void this.learned.set(`${source} ${name}`, JSON.stringify(value)),
      },
      status: { available: !this.away, losses: 0 },
      close: async () => {
        this.#readers.delete(number);
        this.#listeners.delete(number);
      },
    };
  }
}

/** Nodes of one process that tell one another at once; what they cannot reach is a test's to say. */
import type { Coordination } from '../../src/coordination/coordination.ts';
import type { Job, JobQueue, JobWorker } from '../../src/coordination/job-queue.ts';
import type { JournalEntry, JournalReader } from '../../src/coordination/journal.ts';
import { FakeLeases } from './fake-leases.ts';
import { FakeTimer } from './fake-timer.ts';

export class MemoryNodes {
  #away = false;
  #losses = 0;
  /** Orders of nodes that could not be told. */
  readonly #held: { readonly number: number; readonly order: unknown }[] = [];
  readonly timer = new FakeTimer();
  readonly leases = new FakeLeases(this.timer);
  readonly entries: JournalEntry[] = [];
  readonly learned = new Map<string, string>();
  /** Keys of renditions that somebody said are improved. */
  readonly improved: string[] = [];
  readonly jobs = new MemoryJobQueue(() => !this.away);
  readonly #readers = new Map<number, JournalReader>();
  readonly #listeners = new Map<number, (key: string, etag: string) => void>();
  #count = 0;

  /** Nobody can be told or asked. */
  get away(): boolean {
    return this.#away;
  }

  set away(away: boolean) {
    if (away && !this.#away) this.#losses++;
    this.#away = away;
    if (away) return;
    for (const reader of this.#readers.values()) void reader.catchUp(this.entries, 0);
    for (const { number, order } of this.#held.splice(0)) {
      const reader = this.#readers.get(number);
      if (reader === undefined) continue;
      const { entry } = this.#append(number, order);
      reader.told?.(entry);
    }
  }

  /** Another node; one that begins later has missed what was said before. */
  join(): Coordination {
    const number = ++this.#count;
    const now = () => ({ available: !this.#away, losses: this.#losses });
    const leases = this.leases.node(() => this.away);
    return {
      leases,
      journal: {
        append: async (order) => {
          if (this.away) {
            this.#held.push({ number, order });
            return undefined;
          }
          const { entry, done, nodes } = this.#append(number, order);
          const acknowledged = done.then(() => ({ nodes, acknowledged: nodes }));
          return { epoch: entry.epoch, acknowledged };
        },
        follow: (reader) => {
          this.#readers.set(number, reader);
          if (!this.away) void reader.catchUp(this.entries, 0);
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
      openJobs: async () => this.jobs,
      get status() {
        return now();
      },
      close: async () => {
        this.#readers.delete(number);
        this.#listeners.delete(number);
      },
    };
  }

  #append(number: number, order: unknown) {
    const latest = [...this.#readers.values()].map((reader) => reader.latest());
    const last = this.entries.at(-1)?.epoch ?? 0;
    const entry = { epoch: Math.max(last, ...latest, 1_000) + 1, order };
    this.entries.push(entry);
    const told = [...this.#readers].filter(([one]) => one !== number).map(([, reader]) => reader);
    const done = Promise.all(told.map((reader) => reader.carryOut(entry)));
    return { entry, done, nodes: told.length + 1 };
  }
}

/** Jobs in memory, which wait until a test has a node work on them. */
export class MemoryJobQueue implements JobQueue {
  readonly #available: () => boolean;
  readonly waiting = new Map<string, Job>();
  readonly workers: JobWorker[] = [];
  #added = 0;
  #done = 0;

  constructor(available: () => boolean) {
    this.#available = available;
  }

  get available(): boolean {
    return this.#available();
  }

  get status() {
    return { waiting: this.waiting.size, added: this.#added, done: this.#done, failed: 0 };
  }

  async add(job: Job): Promise<boolean> {
    if (!this.available) return false;
    if (!this.waiting.has(job.key)) this.#added++;
    this.waiting.set(job.key, JSON.parse(JSON.stringify(job)));
    return true;
  }

  work(worker: JobWorker): void {
    this.workers.push(worker);
  }

  /** Has a node carry out what waits. @param node its number, in the order in which they began to work */
  async run(node: number): Promise<void> {
    for (const [key, job] of this.waiting) {
      this.waiting.delete(key);
      await this.workers[node]?.carryOut(job);
      this.#done++;
    }
  }

  async close(): Promise<void> {}
}

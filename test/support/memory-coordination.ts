/** Nodes of one process that tell one another at once; what they cannot reach is a test's to say. */
import type { Coordination } from '../../src/coordination/coordination.ts';
import type { Job, JobQueue, JobWorker } from '../../src/coordination/job-queue.ts';
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
  readonly jobs = new MemoryJobQueue(() => !this.away);
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
      openJobs: async () => this.jobs,
      status: { available: !this.away, losses: 0 },
      close: async () => {
        this.#readers.delete(number);
        this.#listeners.delete(number);
      },
    };
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

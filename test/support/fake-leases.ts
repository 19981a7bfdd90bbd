/** Leases in memory between the nodes of a test, which may die, miss words, and lose sight of one another. */
import type { Lease, Leases, News, Turn } from '../../src/coordination/leases.ts';
import type { FakeTimer } from './fake-timer.ts';

interface Held {
  readonly token: number;
  readonly until: () => number;
  readonly waits: Set<(news: News) => void>;
}

/** Milliseconds that a lease holds without its holder. */
const HELD_FOR = 5000;

export class FakeLeases {
  /** Nobody can be asked. */
  away = false;
  /** Whether the next word reaches those who wait. */
  loses: () => boolean = () => false;
  readonly #timer: FakeTimer;
  readonly #held = new Map<string, Held>();
  readonly #made = new Set<string>();
  #tokens = 0;

  constructor(timer: FakeTimer) {
    this.#timer = timer;
  }

  /** The leases as one node sees them. @param dead whether it has died, so that it renews and says nothing */
  node(dead: () => boolean): Leases {
    return { take: (key, again = false) => this.#take(key, again, dead) };
  }

  async #take(key: string, again: boolean, dead: () => boolean): Promise<Turn> {
    if (this.away || dead()) return { kind: 'alone' };
    const now = this.#timer.now();
    const other = this.#held.get(key);
    if (other !== undefined && other.until() > now) {
      return { kind: 'elsewhere', news: (most, signal) => this.#news(other, most, signal) };
    }
    if (!again && this.#made.has(key)) return { kind: 'made' };
    const token = ++this.#tokens;
    let diedAt: number | undefined;
    const until = () => {
      if (dead()) diedAt ??= this.#timer.now();
      return diedAt === undefined ? Number.POSITIVE_INFINITY : diedAt + HELD_FOR;
    };
    const held = { token, until, waits: new Set<(news: News) => void>() };
    this.#held.set(key, held);
    return { kind: 'held', lease: this.#lease(key, held, dead) };
  }

  #lease(key: string, held: Held, dead: () => boolean): Lease {
    const end = (news: News) => {
      if (dead() || this.away) return;
      if (this.#held.get(key) === held) this.#held.delete(key);
      if (news.kind === 'made') this.#made.add(key);
      for (const tell of held.waits) if (!this.loses()) tell(news);
    };
    return {
      token: held.token,
      made: () => end({ kind: 'made' }),
      unshared: () => end({ kind: 'unshared' }),
      freed: () => end({ kind: 'freed' }),
      failed: (fault) => end({ kind: 'failed', fault }),
    };
  }

  #news(held: Held, most: number, signal: AbortSignal): Promise<News> {
    return new Promise((resolve, reject) => {
      const disarm: (() => void)[] = [];
      const tell = (news: News) => {
        for (const one of disarm) one();
        held.waits.delete(tell);
        resolve(news);
      };
      held.waits.add(tell);
      disarm.push(this.#timer.after(most, () => tell({ kind: 'late' })));
      disarm.push(this.#timer.after(HELD_FOR, () => tell({ kind: 'freed' })));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }
}

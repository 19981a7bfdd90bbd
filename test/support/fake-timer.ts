/** A timer that stands still until it is told to go on. */
import type { Timer } from '../../src/engine/timer.ts';

export class FakeTimer implements Timer {
  #now = 0;
  readonly #alarms = new Set<{ readonly at: number; readonly work: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, work: () => void): () => void {
    const alarm = { at: this.#now + Math.max(0, milliseconds), work };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /** Moves on, ringing alarms in their order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const due = [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#alarms.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.work();
    }
    this.#now = end;
  }
}

/** Lets everything that is only waiting for its turn go on. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((ok) => setImmediate(ok));
}

/** Progress of a long command: a bar on a terminal, a line every few seconds elsewhere. */
import type { Surroundings } from '../surroundings.ts';

const WIDTH = 30;
/** Milliseconds between two drawings, on a terminal and elsewhere. */
const PAUSE = { terminal: 100, lines: 10_000 };

export class ProgressBar {
  readonly #around: Surroundings;
  #last: number;
  #drawn = false;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#last = performance.now();
  }

  /** `done` is a share, 0..1; `count` what was done so far. */
  show(done: number, count: number): void {
    const { interactive = false, err } = this.#around;
    const now = performance.now();
    if (now - this.#last < (interactive ? PAUSE.terminal : PAUSE.lines)) return;
    this.#last = now;
    const percent = `${Math.floor(100 * done)} %`;
    if (!interactive) return err(`${count} requests, ${percent} of the file\n`);
    this.#drawn = true;
    const filled = Math.round(WIDTH * done);
    err(`\r[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${percent}, ${count} requests `);
  }

  /** The same where nobody knows how many there will be. */
  count(count: number): void {
    const { interactive = false, err } = this.#around;
    const now = performance.now();
    if (now - this.#last < (interactive ? PAUSE.terminal : PAUSE.lines)) return;
    this.#last = now;
    this.#drawn = interactive;
    err(interactive ? `\r${count} requests ` : `${count} requests\n`);
  }

  /** Leaves the line of the bar. */
  end(): void {
    if (this.#drawn) this.#around.err('\n');
  }
}

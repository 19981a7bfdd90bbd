/** Progress of a long command: a bar on a terminal, a line every few seconds elsewhere. */
import type { Surroundings } from '../surroundings.ts';

const WIDTH = 30;
/** Milliseconds between two drawings, on a terminal and elsewhere. */
const PAUSE = { terminal: 100, lines: 10_000 };

export class ProgressBar {
  readonly #around: Surroundings;
  readonly #unit: string;
  #last: number;
  #drawn = false;

  /** @param unit what is counted, in the plural */
  constructor(around: Surroundings, unit = 'requests') {
    this.#around = around;
    this.#unit = unit;
    this.#last = performance.now();
  }

  /** `done` is a share, 0..1; `count` what was done so far. */
  show(done: number, count: number): void {
    const { interactive = false, err } = this.#around;
    const now = performance.now();
    if (now - this.#last < (interactive ? PAUSE.terminal : PAUSE.lines)) return;
    this.#last = now;
    const percent = `${Math.floor(100 * done)} %`;
    if (!interactive) return err(`${count} ${this.#unit}, ${percent} of the file\n`);
    this.#drawn = true;
    const filled = Math.round(WIDTH * done);
    const bar = `${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}`;
    err(`\r[${bar}] ${percent}, ${count} ${this.#unit} `);
  }

  /** The same where nobody knows how many there will be. */
  count(count: number): void {
    const { interactive = false, err } = this.#around;
    const now = performance.now();
    if (now - this.#last < (interactive ? PAUSE.terminal : PAUSE.lines)) return;
    this.#last = now;
    this.#drawn = interactive;
    err(interactive ? `\r${count} ${this.#unit} ` : `${count} ${this.#unit}\n`);
  }

  /** A line of its own, above the bar where there is one. */
  say(line: string): void {
    // To the start of the line, and what is on it away
    this.#around.err(this.#drawn ? `\r\u001b[K${line}` : line);
    this.#last = 0;
  }

  /** Leaves the line of the bar. */
  end(): void {
    if (this.#drawn) this.#around.err('\n');
  }
}

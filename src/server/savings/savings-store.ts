/**
 * Savings store: a small file per day in the cache folder.
 *
 * What is written is added to what the file of the day holds, so that a server that starts while
 * the one before still ends takes nothing from it. Files appear whole or not at all; one that
 * cannot be read as counts is begun anew, and older ones than are kept go.
 */
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder, makeFolderSync } from '../../stores/folders.ts';
import { COUNT_NAMES, type SavingsCounts } from './savings-counts.ts';
import { addDays, type DayCounts, dayBefore, MOST_DAYS } from './savings-ledger.ts';

/** Characters of a file: a thousand sources, with room to spare. */
const LONGEST = 4_000_000;

const FILE = /^(\d{4}-\d\d-\d\d)\.json(?:\.\d+)?$/;

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const row = z.object({
  source: z.string().max(64),
  ...(Object.fromEntries(COUNT_NAMES.map((name) => [name, count])) as Record<
    (typeof COUNT_NAMES)[number],
    typeof count
  >),
});
const fileShape = z.object({ sources: z.array(row) });

export class SavingsStore {
  readonly #folder: string;
  readonly #torn: (file: string) => void;
  /** The day for which older files were last taken away. */
  #swept = '';
  /** The folder was there once. */
  #made = false;

  /** @param torn told of a file that holds no counts */
  constructor(folder: string, torn: (file: string) => void) {
    this.#folder = folder;
    this.#torn = torn;
  }

  /**
   * Makes the folder, so that the last counts of a server that ends within a minute need none made. One
   * that cannot be made is told of when there is something to write.
   */
  prepare(): void {
    try {
      makeFolderSync(this.#folder);
      this.#made = true;
    } catch {
      this.#made = false;
    }
  }

  /** The counts of days, both ends included; days without any are absent. @throws the system's error */
  async read(from: string, to: string): Promise<DayCounts> {
    const found: DayCounts = new Map();
    for (const name of (await this.#names()).sort()) {
      const day = name.slice(0, 10);
      if (name !== `${day}.json` || day < from || day > to) continue;
      addDays(found, new Map([[day, await this.#day(day)]]));
    }
    return found;
  }

  /**
   * Adds counts to what is kept.
   *
   * @param today files of days too long before are taken away
   * @param last the server ends: a folder that was there and has gone is being taken away, and is not made again
   * @returns what could not be written, with the system's error
   */
  async add(
    days: DayCounts,
    today: string,
    last = false,
  ): Promise<{ readonly left: DayCounts; readonly error?: unknown }> {
    const left: DayCounts = new Map(days);
    try {
      for (const [day, sources] of days) {
        const sum: DayCounts = new Map([[day, await this.#day(day)]]);
        addDays(sum, new Map([[day, sources]]));
        await this.#write(day, sum.get(day) ?? new Map(), last);
        left.delete(day);
      }
      if (this.#swept !== today) await this.#sweep(today);
      return { left };
    } catch (error) {
      return last && isAbsent(error) ? { left } : { left, error };
    }
  }

  async #day(day: string): Promise<Map<string, SavingsCounts>> {
    const file = join(this.#folder, `${day}.json`);
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      if (isAbsent(error)) return new Map();
      throw error;
    }
    const read = text.length > LONGEST ? undefined : parsed(text);
    if (read === undefined) this.#torn(file);
    return new Map(read?.sources.map(({ source, ...counts }) => [source, counts]));
  }

  async #write(
    day: string,
    counted: ReadonlyMap<string, SavingsCounts>,
    last: boolean,
  ): Promise<void> {
    const sources = [...counted].map(([source, counts]) => ({ source, ...counts }));
    if (!last || !this.#made) await makeFolder(this.#folder);
    this.#made = true;
    const file = join(this.#folder, `${day}.json`);
    const beside = `${file}.${process.pid}`;
    const handle = await open(beside, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ day, sources })}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  }

  /** Takes away days that are too old, and what a server that was killed left half written before today. */
  async #sweep(today: string): Promise<void> {
    const oldest = dayBefore(today, MOST_DAYS - 1);
    for (const name of await this.#names()) {
      const day = name.slice(0, 10);
      const isHalf = name !== `${day}.json`;
      if (day < oldest || (isHalf && day < today)) {
        await rm(join(this.#folder, name), { force: true });
      }
    }
    this.#swept = today;
  }

  async #names(): Promise<string[]> {
    try {
      return (await readdir(this.#folder)).filter((name) => FILE.test(name));
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  }
}

function parsed(text: string): z.output<typeof fileShape> | undefined {
  try {
    return fileShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

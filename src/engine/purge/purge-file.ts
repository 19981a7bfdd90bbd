/**
 * Purge file: marks as lines of JSON, appended and synced, so that a purge that was answered holds after
 * a power cut.
 *
 * A line that cannot be read was torn while it was written, and its purge was not answered; it is passed
 * over. The file is written anew, beside and then in its place, where most of it says nothing any more.
 */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { Key } from '../../plan/key.ts';
import { type Mark, type MarkRecord, MOST_MARKS, PurgeMarks } from './purge-marks.ts';

export const markTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('source'), key: z.string().transform((text) => text as Key) }),
  z.object({ kind: z.literal('tag'), tag: z.string() }),
  z.object({ kind: z.literal('prefix'), prefix: z.string(), mount: z.string().exactOptional() }),
]);
const epoch = z.int().nonnegative();
const line = z.union([
  z.object({ floor: epoch }),
  z.object({
    ...{ epoch, target: markTarget, soft: z.boolean() },
    untold: z.literal(true).exactOptional(),
  }),
]);

/** What a text of marks says. */
export interface MarksRead {
  readonly marks: readonly Mark[];
  readonly floor: number;
  readonly lines: number;
  /** Lines that are none of these. */
  readonly unreadable: number;
}

/** Marks as other nodes read them. */
export function marksText(marks: readonly Mark[]): string {
  return marks.map(({ untold: _, ...mark }) => `${JSON.stringify(mark)}\n`).join('');
}

/** What a text of lines says; it may hold anything. */
export function readMarks(text: string): MarksRead {
  const marks: Mark[] = [];
  let floor = 0;
  let lines = 0;
  let unreadable = 0;
  for (const one of text.split('\n')) {
    if (one === '') continue;
    lines++;
    const read = line.safeParse(parsed(one));
    if (!read.success) unreadable++;
    else if ('floor' in read.data) floor = Math.max(floor, read.data.floor);
    else marks.push(read.data);
  }
  return { marks, floor, lines, unreadable };
}

/** Bytes of a file that are read: more than the most marks of the greatest length are taken for a mistake. */
const LARGEST = 64e6;

export class PurgeFile implements MarkRecord {
  readonly #path: string;
  readonly #onError: (error: unknown) => void;
  /** Changes of the file wait for one another. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string, onError: (error: unknown) => void) {
    this.#path = path;
    this.#onError = onError;
  }

  append(mark: Mark): Promise<boolean> {
    return this.#write('a', [mark]);
  }

  rewrite(marks: readonly Mark[], floor: number): Promise<boolean> {
    return this.#write('w', [{ floor }, ...marks]);
  }

  #write(how: 'a' | 'w', lines: readonly object[]): Promise<boolean> {
    const text = lines.map((one) => `${JSON.stringify(one)}\n`).join('');
    const turn = this.#turn.then(async () => {
      const path = how === 'a' ? this.#path : `${this.#path}.new`;
      try {
        const file = await open(path, how, 0o600);
        try {
          // What was torn before ends here; an empty line says nothing.
          await file.writeFile(`\n${text}`);
          await file.datasync();
        } finally {
          await file.close();
        }
        if (path !== this.#path) await rename(path, this.#path);
        return true;
      } catch (error) {
        this.#onError(error);
        return false;
      }
    });
    this.#turn = turn;
    return turn;
  }
}

/** The marks of a file, which need not be there. What cannot be read at all is reported, and purged is then nothing. */
export async function openMarks(
  path: string,
  clock: Clock,
  onError: (error: unknown) => void,
  most = MOST_MARKS,
): Promise<PurgeMarks> {
  const file = new PurgeFile(path, onError);
  const { marks, floor, lines } = readMarks(await contentOf(path, onError));
  const known = new PurgeMarks(clock, file, { marks, floor }, most);
  if (lines > 2 * known.size + 100) await known.rewrite();
  return known;
}

async function contentOf(path: string, onError: (error: unknown) => void): Promise<string> {
  try {
    await rm(`${path}.new`, { force: true });
    const bytes = await readFile(path);
    return bytes.subarray(0, LARGEST).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onError(error);
    return '';
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Picture files: a picture made in formats and widths for a build, each once: what was made is kept in a folder by
 * what it was made of, and found there by the next build.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { createOptimizer, type Optimizer } from '../library/create-optimizer.ts';
import type { OptimizeSettings, OutputFormat } from '../library/optimize-plan.ts';

/** What is made of each picture. */
export interface PictureSettings {
  /** Widths in pixels; those above the picture's own become its own. */
  readonly widths: readonly number[];
  /** The best first. `source`, the one for everybody, is added at the end. */
  readonly formats: readonly OutputFormat[];
  readonly target?: OptimizeSettings['target'];
}

/** A file that was made. */
export interface PictureFile {
  readonly file: string;
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** What is known of a file beside it. */
type Facts = Omit<PictureFile, 'file'>;

export class PictureFiles {
  readonly #folder: string;
  #optimizer: Optimizer | undefined;

  /** @param folder where files are kept; it is made when it is needed */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The files of a picture, one list a format, the narrowest first; widths that come out alike stand there once.
   *
   * @throws Fault for what is no picture, RangeError for settings that cannot be meant
   */
  async make(path: string, settings: PictureSettings): Promise<PictureFile[][]> {
    const bytes = await readFile(path);
    const formats = [...settings.formats, 'source'] as const;
    return await Promise.all(
      formats.map(async (format) => {
        const made = await Promise.all(
          settings.widths.map((width) =>
            this.#one(path, bytes, {
              width,
              formats: [format],
              ...(settings.target === undefined ? {} : { target: settings.target }),
            }),
          ),
        );
        return inWidths(made, format === 'source' ? undefined : format);
      }),
    ).then(worthSending);
  }

  /** Ends the render workers. What is made after that starts others. */
  async close(): Promise<void> {
    const optimizer = this.#optimizer;
    this.#optimizer = undefined;
    await optimizer?.close();
  }

  async #one(path: string, source: Uint8Array, settings: OptimizeSettings): Promise<PictureFile> {
    this.#optimizer ??= createOptimizer();
    const optimizer = this.#optimizer;
    const version = await optimizer.encoderVersion();
    const key = createHash('sha256')
      .update(JSON.stringify([version, settings]))
      .update(source)
      .digest('hex')
      .slice(0, 16);
    const record = join(this.#folder, `${key}.json`);
    const known = await factsIn(record);
    if (known !== undefined) return known;
    const { bytes, format, mediaType, width, height } = await optimizer.optimize(source, settings);
    const stem = basename(path, extname(path))
      .replace(/[^\w-]+/g, '-')
      .slice(0, 60);
    const file = join(
      this.#folder,
      `${stem}-${width}-${key}.${format === 'jpeg' ? 'jpg' : format}`,
    );
    const facts = { file, type: mediaType, width, height, bytes: bytes.length };
    await mkdir(this.#folder, { recursive: true });
    await written(file, bytes);
    await written(record, JSON.stringify(facts));
    return facts;
  }
}

/** Each width once, the narrowest first; where a format was asked for and the source is smaller, it is left out. */
function inWidths(made: readonly PictureFile[], format: OutputFormat | undefined): PictureFile[] {
  const wanted = made.filter(({ type }) => format === undefined || type === `image/${format}`);
  const byWidth = new Map(wanted.map((one) => [one.width, one]));
  return [...byWidth.values()].sort((a, b) => a.width - b.width);
}

/** The lists that take fewer bytes than all behind them, which browsers look at later. */
function worthSending(lists: readonly PictureFile[][]): PictureFile[][] {
  const bytesOf = (list: readonly PictureFile[]) => list.reduce((sum, { bytes }) => sum + bytes, 0);
  return lists.filter(
    (list, i) =>
      list.length > 0 && lists.slice(i + 1).every((later) => bytesOf(list) < bytesOf(later)),
  );
}

/** Whole or not at all. */
async function written(file: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, content);
  await rename(temporary, file);
}

/** What a record says, where its file is there in its length. */
async function factsIn(record: string): Promise<PictureFile | undefined> {
  try {
    const facts = JSON.parse(await readFile(record, 'utf8')) as Facts & { readonly file: string };
    const { length } = await readFile(facts.file);
    return length === facts.bytes ? facts : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Manifest: which files were made, of what, and under which key, so that a run goes on where another ended.
 *
 * While a run lasts, every file is put down in a journal of its own before it gets its name; a run that was
 * killed at any moment therefore has no file that is not known. At the end journals become the manifest.
 */
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { Size } from '../../base/size.ts';
import { FORMATS, type FormatName } from '../../image/format.ts';
import { UsageError } from '../usage-error.ts';

/** The name of a manifest that is not given another. */
export const MANIFEST_NAME = 'fovea-manifest.json';

/** The folder beside the results for what is not finished. */
export const WORK_FOLDER = '.fovea-work';

/** A file that was made. */
export interface MadeFile {
  /** Below the folder of the results, with slashes. */
  readonly file: string;
  readonly format: FormatName;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  /** SSIMULACRA 2, where it was measured. */
  readonly score?: number;
  /** Why it is not what was asked for: the source itself, for one. */
  readonly note?: string;
  /** Of plan, source and encoders. */
  readonly key: string;
  readonly source: {
    readonly name: string;
    readonly hash: string;
    readonly bytes: number;
    /** Upright; 0 for an SVG. */
    readonly width: number;
    readonly height: number;
  };
}

export class Manifest {
  readonly #path: string;
  readonly #folder: string;
  readonly #journal: string;
  readonly #files = new Map<string, MadeFile>();
  readonly #byKey = new Map<string, Set<string>>();
  /** Every content that a file is known to have had. */
  readonly #contents = new Map<string, Set<string>>();
  readonly #hashes = new Set<string>();
  readonly #sizes = new Map<string, Size>();
  #temporary = 0;
  #dirty = false;

  private constructor(path: string, folder: string) {
    this.#path = path;
    this.#folder = folder;
    this.#journal = join(folder, `journal-${process.pid}.jsonl`);
  }

  /**
   * The manifest in a file, with what runs that were killed had put down.
   *
   * @param out the folder of the results
   * @throws Error of the system; a file that is no manifest
   */
  static async open(path: string, out: string): Promise<Manifest> {
    const manifest = new Manifest(path, join(out, WORK_FOLDER));
    const text = await readFile(path, 'utf8').catch(absent);
    if (text !== undefined) manifest.#takeAll(path, text);
    await manifest.#takeJournals();
    return manifest;
  }

  /** A file of a key whose name a caller would take. */
  find(key: string, fits: (made: MadeFile) => boolean): MadeFile | undefined {
    for (const file of this.#byKey.get(key) ?? []) {
      const made = this.#files.get(file);
      if (made?.key === key && fits(made)) return made;
    }
    return undefined;
  }

  /** What a file was made of the last time. */
  made(file: string): MadeFile | undefined {
    return this.#files.get(file);
  }

  /** The upright size of a source that was seen before, by its content; 0 by 0 for an SVG. */
  sizeOf(hash: string): Size | undefined {
    return this.#sizes.get(hash);
  }

  /** Whether a file was made under this name, with this content or with any. */
  lists(file: string, hash?: string): boolean {
    const contents = this.#contents.get(file);
    return contents !== undefined && (hash === undefined || contents.has(hash));
  }

  /** Whether a content was made by a run, under whatever name. */
  holds(hash: string): boolean {
    return this.#hashes.has(hash);
  }

  /** A path for a file that is not finished, in a folder that is there. */
  async temporary(): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    return join(this.#folder, `${process.pid}-${this.#temporary++}.part`);
  }

  /** Puts a file down that is about to get its name. */
  async add(made: MadeFile): Promise<void> {
    this.#take(made);
    this.#dirty = true;
    await appendFile(this.#journal, `${JSON.stringify(made)}\n`);
  }

  /** Writes the manifest, where something has come to it, and takes away all that is not finished. */
  async save(): Promise<void> {
    if (this.#dirty) {
      const files = [...this.#files.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
      await mkdir(dirname(this.#path), { recursive: true });
      const part = join(dirname(this.#path), `.${basename(this.#path)}-${process.pid}.part`);
      await writeFile(part, `${JSON.stringify({ fovea: 1, files }, null, 1)}\n`);
      await rename(part, this.#path);
      this.#dirty = false;
    }
    await rm(this.#journal, { force: true });
    // Another run may have something in it
    await rmdir(this.#folder).catch(() => undefined);
  }

  /** What runs that were killed have left: their journals count, what they had not finished goes. */
  async #takeJournals(): Promise<void> {
    const left = await readdir(this.#folder).catch(() => []);
    const ended = left.filter((name) => !isOfAnother(name));
    for (const name of ended.filter((one) => one.startsWith('journal-'))) {
      const lines = (await readFile(join(this.#folder, name), 'utf8')).split('\n');
      for (const made of lines.map(lineOf)) if (made !== undefined) this.#take(made);
      this.#dirty = true;
    }
    // Only when the manifest has them
    if (ended.length > 0) await this.save();
    for (const name of ended) await rm(join(this.#folder, name), { force: true });
    await rmdir(this.#folder).catch(() => undefined);
  }

  #takeAll(path: string, text: string): void {
    const parsed = manifestOf(text);
    if (parsed === undefined)
      throw new UsageError([`expected a manifest in ${path}, got another file`]);
    for (const made of parsed) this.#take(made);
  }

  #take(made: MadeFile): void {
    const { file, key, hash, source } = made;
    this.#files.set(file, made);
    grow(this.#byKey, key, file);
    grow(this.#contents, file, hash);
    this.#hashes.add(hash);
    this.#sizes.set(source.hash, { width: source.width, height: source.height });
  }
}

function grow(sets: Map<string, Set<string>>, key: string, value: string): void {
  sets.set(key, (sets.get(key) ?? new Set<string>()).add(value));
}

/** Whether a file that is not finished belongs to another run that goes on. */
function isOfAnother(name: string): boolean {
  const pid = Number(/^(?:journal-)?(\d{1,10})[-.]/.exec(name)?.[1]);
  if (!(pid > 0) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

const HASH = z.string().regex(/^[0-9a-f]{64}$/);
const COUNT = z.number().int().min(0);

/** A name below a folder. */
const NAME = z
  .string()
  .refine((name) => !/^[/\\]|^[a-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/i.test(name));

const MADE = z.object({
  file: NAME,
  format: z.string().refine((name): name is FormatName => Object.hasOwn(FORMATS, name)),
  width: COUNT,
  height: COUNT,
  bytes: COUNT,
  hash: HASH,
  score: z.number().optional(),
  note: z.string().optional(),
  key: z.string(),
  source: z.object({ name: z.string(), hash: HASH, bytes: COUNT, width: COUNT, height: COUNT }),
});

const MANIFEST = z.object({ fovea: z.literal(1), files: z.array(MADE) });

/** The files of a manifest; undefined for what is none. */
function manifestOf(text: string): MadeFile[] | undefined {
  const { data } = MANIFEST.safeParse(jsonOf(text));
  return data?.files.map(madeOf);
}

/** A line of a journal; the last one of a run that was killed may be half. */
function lineOf(line: string): MadeFile | undefined {
  const { data } = MADE.safeParse(jsonOf(line));
  return data && madeOf(data);
}

function madeOf({ score, note, ...made }: z.infer<typeof MADE>): MadeFile {
  return {
    ...made,
    ...(score === undefined ? {} : { score }),
    ...(note === undefined ? {} : { note }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Former versions: renditions that another version of the encoders has made, found under the names they had.
 *
 * After an upgrade nothing stored has its name any more. What visitors ask for is served as it was, for a
 * minute at a time, while it is made again in the background; what nobody asks for is never made again.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Key } from '../../plan/key.ts';
import type { RenditionCache } from './rendition-cache.ts';
import { isRenditionMeta, type StoredRendition } from './rendition-meta.ts';

/** Versions before the present one whose renditions are looked for. */
const MOST = 2;
/** Characters of a version. */
const LONGEST = 10_000;

export class FormerVersions {
  readonly #path: string;
  readonly #onError: (error: unknown) => void;
  /** The latest first. */
  #known: readonly string[];

  constructor(path: string, known: readonly string[], onError: (error: unknown) => void) {
    this.#path = path;
    this.#known = known;
    this.#onError = onError;
  }

  /** The versions of a cache folder; none where that cannot be read. */
  static async open(path: string, onError: (error: unknown) => void): Promise<FormerVersions> {
    return new FormerVersions(path, await versionsOf(path), onError);
  }

  /** Those before the present one, which is the latest from now on. */
  before(present: string): readonly string[] {
    if (this.#known[0] !== present) {
      const others = this.#known.filter((version) => version !== present);
      this.#known = [present, ...others].slice(0, MOST + 1);
      void this.#write();
    }
    return this.#known.slice(1);
  }

  /**
   * What a former version has made.
   *
   * @param keyOf its key under a version
   */
  async find(
    cache: RenditionCache,
    present: string | undefined,
    keyOf: (version: string) => Key,
  ): Promise<StoredRendition | undefined> {
    if (present === undefined) return undefined;
    for (const version of this.before(present)) {
      const stored = await cache.get(keyOf(version));
      // Another version may have kept other facts.
      if (stored && isRenditionMeta(stored.meta) && !cache.isOutdated(stored)) return stored;
    }
    return undefined;
  }

  async #write(): Promise<void> {
    const beside = `${this.#path}.${process.pid}`;
    try {
      await writeFile(beside, JSON.stringify(this.#known), { mode: 0o600 });
      await rename(beside, this.#path);
    } catch (error) {
      this.#onError(error);
    }
  }
}

async function versionsOf(path: string): Promise<string[]> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    const versions = Array.isArray(value) ? value : [];
    return versions
      .filter((one): one is string => typeof one === 'string' && one.length <= LONGEST)
      .slice(0, MOST + 1);
  } catch {
    return [];
  }
}

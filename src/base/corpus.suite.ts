/**
 * The shared corpus of real pictures, where it stands beside the repository.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files of a folder of the shared corpus, where it stands beside the repository. */
export function corpus(folder: string): { name: string; path: string }[] {
  const here = dirname(fileURLToPath(import.meta.url));
  const path = resolve(here, '../../../shared/corpus', folder);
  if (!existsSync(path)) return [];
  return readdirSync(path).map((name) => ({ name, path: join(path, name) }));
}

/** The path of one file of the shared corpus; undefined where it is not there. */
export function corpusFile(folder: string, name: string): string | undefined {
  return corpus(folder).find((file) => file.name === name)?.path;
}

/**
 * Folders: made with all that is missing above them, one by one.
 *
 * `mkdir` with `recursive` never comes back below a folder that takes no new
 * ones but does not say so (`/proc/x/y`), so it is not used.
 */
import { promises as fs, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const MODE = 0o700;

/** @throws the system's error with the path that could not be made */
export async function makeFolder(path: string): Promise<void> {
  try {
    await fs.mkdir(path, MODE);
  } catch (error) {
    if (isThere(error)) return;
    const parent = parentOf(path, error);
    await makeFolder(parent);
    await fs.mkdir(path, MODE).catch((second: unknown) => {
      if (!isThere(second)) throw second;
    });
  }
}

/** @throws the system's error with the path that could not be made */
export function makeFolderSync(path: string): void {
  try {
    mkdirSync(path, MODE);
  } catch (error) {
    if (isThere(error)) return;
    makeFolderSync(parentOf(path, error));
    try {
      mkdirSync(path, MODE);
    } catch (second) {
      if (!isThere(second)) throw second;
    }
  }
}

/** What is there and no folder fails at the first use, with a better message. */
function isThere(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST';
}

/** The parent that may be missing. @throws the error itself, where it says something else */
function parentOf(path: string, error: unknown): string {
  const parent = dirname(path);
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
  return parent;
}

/**
 * Folders: made with all that is missing above them, one by one.
 *
 * `mkdir` with `recursive` never comes back below a folder that takes no new
 * ones but does not say so (`/proc/x/y`), so it is not used.
 */
import { promises as fs, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

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

/**
 * Proves that files can be made in a folder, which is made if it is not there.
 *
 * @throws UnwritableError
 */
export function proveWritable(folder: string): void {
  const file = join(folder, `.write-${process.pid}`);
  try {
    makeFolderSync(folder);
    writeFileSync(file, '', { mode: 0o600 });
    rmSync(file, { force: true });
  } catch (error) {
    const { code = 'EIO', path } = error as NodeJS.ErrnoException;
    // Of what is missing, the topmost is what cannot be made.
    throw new UnwritableError(path === undefined || path === file ? folder : path, code, error);
  }
}

/** A folder in which no file can be made. */
export class UnwritableError extends Error {
  readonly path: string;
  /** Of the system, such as `EACCES`. */
  readonly code: string;

  constructor(path: string, code: string, cause?: unknown) {
    super(`cannot write to ${path}: ${code}`, { cause });
    this.path = path;
    this.code = code;
  }
}

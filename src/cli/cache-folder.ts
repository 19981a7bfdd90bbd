/**
 * Cache folder: where a server without a configuration file keeps its pictures.
 */
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** `./.fovea`, or a folder for temporary files where the current one is not ours to write. */
export function cacheFolder(): string {
  try {
    accessSync('.', constants.W_OK);
    return resolve('.fovea');
  } catch {
    return join(tmpdir(), 'fovea');
  }
}

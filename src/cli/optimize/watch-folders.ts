/**
 * WatchFolders: calls back when pictures have changed, once for many changes.
 */
import { type FSWatcher, watch } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { WORK_FOLDER } from './manifest.ts';

/** Milliseconds without a further change after which what has changed is taken to be whole. */
const QUIET = 300;

/**
 * Watches files and folders until a signal fires; one call at a time.
 *
 * @param out the folder of the results, whose changes are ours
 */
export async function watchFolders(
  named: readonly string[],
  out: string,
  signal: AbortSignal,
  changed: () => Promise<unknown>,
): Promise<void> {
  const watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const call = () => {
    running = running.then(async () => {
      if (!signal.aborted) await changed();
    });
  };
  const noticed = (path: string) => {
    if (path === out || path.startsWith(out + sep) || path.includes(WORK_FOLDER)) return;
    clearTimeout(timer);
    timer = setTimeout(call, QUIET);
  };
  const ended = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
    const open = async (name: string) => {
      const real = await realpath(name);
      const watcher = watch(real, { recursive: true }, (_, file) =>
        noticed(file === null ? real : join(real, file)),
      );
      watchers.push(watcher.on('error', reject));
    };
    Promise.all(named.map(open)).catch(reject);
  });
  try {
    await ended;
  } finally {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
    await running;
  }
}

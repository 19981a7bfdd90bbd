/**
 * WatchFolders: calls for pictures that are there, and again when some have changed, once for many changes.
 *
 * It watches before it calls for the first time, so that nothing changes unseen in between.
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
 * @param ready called when the first call is over
 * @throws what a call throws, and errors of the system
 */
export async function watchFolders(
  named: readonly string[],
  out: string,
  signal: AbortSignal,
  changed: () => Promise<unknown>,
  ready: () => void,
): Promise<void> {
  const watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    fail = reject;
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  const call = () => {
    const work = async () => {
      if (!signal.aborted) await changed();
    };
    running = running.then(work);
    running.catch(fail);
  };
  const noticed = (path: string) => {
    if (path === out || path.startsWith(out + sep) || path.includes(WORK_FOLDER)) return;
    clearTimeout(timer);
    timer = setTimeout(call, QUIET);
  };
  const open = async (name: string) => {
    const real = await realpath(name);
    const watcher = watch(real, { recursive: true }, (_, file) =>
      noticed(file === null ? real : join(real, file)),
    );
    watchers.push(watcher.on('error', fail));
  };
  try {
    await Promise.all(named.map(open));
    call();
    running.then(
      () => signal.aborted || ready(),
      () => undefined,
    );
    await ended;
  } finally {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
    await running;
  }
}

import { constants, promises as fs, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { KEY, LARGE, OTHER, read, text } from '../store.suite.ts';
import { open } from './disk.suite.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Bodies that are opened to be synced. */
function synced(): string[] {
  const paths: string[] = [];
  const real = fs.open;
  vi.spyOn(fs, 'open').mockImplementation((path, flags, ...rest) => {
    const writes = typeof flags === 'number' && (flags & constants.O_RDWR) !== 0;
    if (writes) paths.push(String(path));
    return real(path, flags, ...rest);
  });
  return paths;
}

test('what was made here is synced, what can be had again is left to the system', async () => {
  const store = await open({ sync: true });
  const paths = synced();
  const file = () => {
    const path = store.temporary();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, LARGE);
    return path;
  };
  expect(await store.adopt(KEY, { n: 1 }, file(), undefined, undefined, true)).toBe(true);
  await store.put(OTHER, { n: 2 }, text(LARGE));
  await expect.poll(() => paths.length).toBeGreaterThan(0);
  expect(paths.every((path) => path.includes(OTHER))).toBe(true);
  expect(await store.adopt(KEY, { n: 3 }, file())).toBe(true);
  await expect.poll(() => paths.some((path) => path.includes(KEY))).toBe(true);
  expect(await read(store)).toEqual({ meta: { n: 3 }, body: LARGE });
  await store.close();
});

/**
 * A folder per test, for the tests of the disk store.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach } from 'vitest';
import { roomOf } from './space.ts';
import { type DiskOptions, DiskStore } from './store.ts';

export const base = mkdtempSync(join(tmpdir(), 'fovea-disk-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

export let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(base, String(count++));
});

/** A store whose index knows all that is in the folder. */
export async function open(options: DiskOptions = {}, capacity = 1_000_000): Promise<DiskStore> {
  const store = await DiskStore.open(folder, capacity, { sync: false, ...options });
  await store.scanned;
  return store;
}

/** Names of files below the folder, of one kind. */
export function files(kind: '.entry' | '.body' | '' = ''): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && one.name.endsWith(kind))
    .map((one) => join(one.parentPath, one.name));
}

/** Room on the disk that these files take by the store's own count. */
export const room = () => files().reduce((sum, file) => sum + roomOf(statSync(file).size), 0);

/** Blocks that the system gives the folder and all in it, in bytes. */
export const onDisk = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .concat('.')
    .reduce((sum, name) => {
      const stats = statSync(join(folder, name), { throwIfNoEntry: false });
      return sum + (stats?.blocks ?? 0) * 512;
    }, 0);

export const key = (n: number) => `dd${n.toString(16).padStart(8, '0')}`;

/** Goes on in another folder. */
export function moveTo(other: string): void {
  folder = other;
}

/** What every shared store does. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SharedStore } from './shared-store.ts';

export interface SharedStoreSetup {
  readonly store: SharedStore;
  readonly end?: () => Promise<void>;
}

const keyOf = (start: string, at = 0) =>
  (start + at.toString(16).padStart(8, '0')).padEnd(64, 'e').slice(0, 64);

export function sharedStoreSuite(open: () => Promise<SharedStoreSetup>): void {
  describe('as a shared store', () => {
    let setup: SharedStoreSetup;
    let store: SharedStore;
    beforeAll(async () => {
      setup = await open();
      store = setup.store;
    });
    afterAll(async () => {
      await setup.store.close();
      await setup.end?.();
    });
    const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31) & 255);
    const keys = async (prefix: string, after?: string) => {
      const found: string[] = [];
      for await (const key of store.list(prefix, after)) found.push(key);
      return found;
    };

    test.each([0, 1, 1000, 300_000])('gives back a body of %i bytes and its record', async (n) => {
      const meta = { name: 'ä "quoted"', list: [1, 2.5, null], of: { more: true } };
      expect(await store.put(keyOf('aaaa0000', n), meta, bytes(n))).toBe(true);
      const entry = await store.get(keyOf('aaaa0000', n));
      expect(entry?.meta).toEqual(meta);
      expect(Buffer.compare(entry?.body ?? Buffer.from('none'), bytes(n))).toBe(0);
      const open = await store.open(keyOf('aaaa0000', n));
      expect(open?.length).toBe(n);
      const pieces: Uint8Array[] = [];
      for await (const piece of open?.body ?? []) pieces.push(piece);
      expect(Buffer.compare(Buffer.concat(pieces), bytes(n))).toBe(0);
    });

    test('puts an entry in place of another, and another record on a body', async () => {
      const key = keyOf('bbbb0000');
      await store.put(key, { v: 1 }, bytes(10));
      await store.put(key, { v: 2 }, bytes(20));
      expect(await store.get(key)).toMatchObject({ meta: { v: 2 }, body: { length: 20 } });
      expect(await store.update(key, { v: 3 })).toBe(true);
      expect(await store.get(key)).toMatchObject({ meta: { v: 3 }, body: { length: 20 } });
      expect(await store.update(keyOf('bbbb1111'), { v: 3 })).toBe(false);
    });

    test('has nothing of what was never put or was deleted', async () => {
      const key = keyOf('cccc0000');
      expect(await store.get(key)).toBeUndefined();
      await store.put(key, {}, bytes(1));
      expect(await store.delete(key)).toBe(true);
      expect(await store.get(key)).toBeUndefined();
      expect(await store.delete(key)).toBe(true);
    });

    test('lists and deletes what begins alike, and nothing else', async () => {
      const of = (start: string) => Array.from({ length: 30 }, (_, i) => keyOf(start, i));
      const [mine, others] = [of('dddd000011112222'), of('dddd000011113333')];
      for (const key of [...mine, ...others]) await store.put(key, {}, bytes(3));
      expect(await keys('dddd000011112222')).toEqual(mine);
      expect(await keys('dddd0000')).toEqual([...mine, ...others]);
      expect(await keys('dddd0000', mine[27])).toEqual([...mine.slice(28), ...others]);
      expect(await store.deletePrefix('dddd000011112222')).toEqual({
        ...{ deleted: 30, left: 0, whole: true },
      });
      expect(await keys('dddd0000')).toEqual(others);
      expect(await store.deletePrefix('dddd000011112222')).toEqual({
        ...{ deleted: 0, left: 0, whole: true },
      });
    });

    test('takes many at once', async () => {
      const all = Array.from({ length: 40 }, (_, i) => keyOf('eeee0000', i));
      // A server on a file system makes the folder of the first before it is asked for many in it
      expect(await store.put(keyOf('eeee0000', 40), {}, bytes(1))).toBe(true);
      const kept = await Promise.all(all.map((key, i) => store.put(key, { i }, bytes(i))));
      expect([kept.filter(Boolean).length, store.status]).toMatchObject([40, { errors: 0 }]);
      const read = await Promise.all(all.map((key) => store.get(key)));
      expect(read.map((entry) => entry?.body.length)).toEqual(all.map((_, i) => i));
    });

    test('has notices beside its entries', async () => {
      const { notices } = store;
      expect(await notices.names()).toEqual([]);
      expect(await notices.read('1-a')).toEqual({ kind: 'none' });
      expect(await notices.write('2-b', 'über\n')).toBe(true);
      expect(await notices.write('1-a', '')).toBe(true);
      expect(await notices.write('2-b', 'other\n')).toBe(true);
      expect(await notices.names()).toEqual(['1-a', '2-b']);
      expect(await notices.read('2-b')).toEqual({ kind: 'text', text: 'other\n' });
      expect(await notices.read('1-a')).toEqual({ kind: 'text', text: '' });
      expect(await keys('')).not.toContain('2-b');
      await notices.delete(['1-a', '0-none']);
      expect(await notices.names()).toEqual(['2-b']);
    });

    test('refuses what is no key', async () => {
      await expect(async () => store.get('../../etc')).rejects.toThrow(TypeError);
      await expect(async () => store.deletePrefix('')).rejects.toThrow(TypeError);
    });
  });
}

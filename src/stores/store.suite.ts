/** What every store does, whatever it keeps its entries in. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bodyPart, bytesOf } from '../base/body.ts';
import { type FileStore, SMALL_BODY, type Store } from './store.ts';

export const KEY = 'aa00000000000001';
export const OTHER = 'bb00000000000002';
export const text = (value: string) => new TextEncoder().encode(value);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
/** More than travels as bytes. */
export const LARGE = 'abcdefgh'.repeat(SMALL_BODY / 8 + 2000);
export const read = async (store: Store, key = KEY) => {
  const entry = await store.get(key);
  return entry && { meta: entry.meta, body: decode(entry.body) };
};

/** @param open gives an empty store of about `capacity` bytes */
export function storeSuite(open: (capacity: number) => Promise<Store>): void {
  describe('as a store', () => {
    let store: Store;
    beforeEach(async () => {
      store = await open(1_000_000);
    });
    afterEach(() => store.close());

    test('gives back what was put, bit by bit', async () => {
      const body = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) & 255);
      await store.put(KEY, { type: 'image/png', list: [1, { a: null }] }, body);
      const entry = await store.get(KEY);
      expect(entry?.meta).toEqual({ type: 'image/png', list: [1, { a: null }] });
      expect(Buffer.compare(entry?.body ?? new Uint8Array(), body)).toBe(0);
      expect(await store.head(KEY)).toEqual(entry?.meta);
    });

    test('knows nothing of other keys', async () => {
      await store.put(KEY, {}, text('a'));
      expect(await store.get(OTHER)).toBeUndefined();
      expect(await store.head(OTHER)).toBeUndefined();
      expect(await store.update(OTHER, {})).toBe(false);
      expect(await store.delete(OTHER)).toBe(false);
    });

    test('deletes all entries with such keys, small and large, and no others', async () => {
      for (const end of ['1', '2', '3']) {
        await store.put(`aaaa000${end}`, {}, text(end));
        await store.put(`bbbb000${end}`, {}, text(end));
      }
      await store.put('aaaa0009', {}, text('abcdefgh'.repeat(40_000)));
      const before = store.bytes;
      expect(await store.deleteWhere((key) => key.startsWith('aaaa'))).toBe(4);
      expect(await store.get('aaaa0001')).toBeUndefined();
      expect(await store.head('aaaa0009')).toBeUndefined();
      expect(await read(store, 'bbbb0002')).toEqual({ meta: {}, body: '2' });
      expect(store.bytes).toBeLessThan(before);
      expect(await store.deleteWhere((key) => key.startsWith('aaaa'))).toBe(0);
      await store.put('aaaa0001', { again: true }, text('x'));
      expect(await read(store, 'aaaa0001')).toEqual({ meta: { again: true }, body: 'x' });
    });

    test('keeps empty bodies', async () => {
      await store.put(KEY, { empty: true }, new Uint8Array());
      expect(await read(store)).toEqual({ meta: { empty: true }, body: '' });
    });

    test('the newer entry takes the place of the older', async () => {
      await store.put(KEY, { n: 1 }, text('first'));
      await store.put(KEY, { n: 2 }, text('second'));
      expect(await read(store)).toEqual({ meta: { n: 2 }, body: 'second' });
    });

    test('of writes at once the last one stays', async () => {
      await Promise.all([1, 2, 3, 4, 5].map((n) => store.put(KEY, { n }, text('x'.repeat(n)))));
      expect(await read(store)).toEqual({ meta: { n: 5 }, body: 'xxxxx' });
    });

    test('is not changed by later changes to the array that was put', async () => {
      const body = text('before');
      await store.put(KEY, {}, body);
      body.fill(0);
      expect((await read(store))?.body).toBe('before');
    });

    test('update puts another record on the same body', async () => {
      await store.put(KEY, { n: 1 }, text('body'));
      expect(await store.update(KEY, { n: 2, more: 'x' })).toBe(true);
      expect(await read(store)).toEqual({ meta: { n: 2, more: 'x' }, body: 'body' });
    });

    test('what is deleted is gone', async () => {
      await store.put(KEY, {}, text('a'));
      expect(await store.delete(KEY)).toBe(true);
      expect(await store.get(KEY)).toBeUndefined();
      expect(await store.delete(KEY)).toBe(false);
      expect(await store.update(KEY, {})).toBe(false);
    });

    test('counts its bytes and gives them back', async () => {
      const empty = store.bytes;
      await store.put(KEY, {}, new Uint8Array(10_000));
      expect(store.bytes - empty).toBeGreaterThanOrEqual(10_000);
      expect(store.bytes - empty).toBeLessThan(25_000);
      await store.put(KEY, {}, new Uint8Array(20_000));
      expect(store.bytes - empty).toBeGreaterThanOrEqual(20_000);
      await store.delete(KEY);
      expect(store.bytes).toBe(empty);
    });

    test.each([
      '',
      'short',
      'AA00000000000001',
      '../../../etc/passwd',
      'aa0000000000000z',
      'a'.repeat(129),
    ])('a key like %j is a mistake of ours', async (key) => {
      await expect(async () => store.put(key, {}, text('a'))).rejects.toThrow(TypeError);
      await expect(async () => store.get(key)).rejects.toThrow(TypeError);
    });

    test('does what a map does', async () => {
      const keys = fc.constantFrom(KEY, OTHER, 'cc00000000000003');
      const step = fc.oneof(
        fc.record({ do: fc.constant('put'), key: keys, value: fc.string() }),
        fc.record({ do: fc.constant('update'), key: keys, value: fc.string() }),
        fc.record({ do: fc.constant('delete'), key: keys, value: fc.constant('') }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const map = new Map<string, { meta: string; body: string }>();
          for (const key of [KEY, OTHER, 'cc00000000000003']) await store.delete(key);
          for (const { do: what, key, value } of steps) {
            if (what === 'put') {
              await store.put(key, { value }, text(value));
              map.set(key, { meta: value, body: value });
            } else if (what === 'update') {
              const known = map.get(key);
              expect(await store.update(key, { value })).toBe(known !== undefined);
              if (known) map.set(key, { ...known, meta: value });
            } else expect(await store.delete(key)).toBe(map.delete(key));
            const expected = map.get(key);
            expect(await read(store, key)).toEqual(
              expected && { meta: { value: expected.meta }, body: expected.body },
            );
          }
        }),
        { numRuns: 25 },
      );
    });
  });

  describe('as a store of bounded size', () => {
    const key = (n: number) => `ee${n.toString(16).padStart(10, '0')}`;

    test('drops what was used least recently', async () => {
      const store = await open(100_000);
      for (let n = 0; n < 40; n++) {
        await store.put(key(n), { n }, new Uint8Array(10_000));
        await store.get(key(0));
      }
      await settled(store, 110_000);
      expect(store.bytes).toBeLessThanOrEqual(110_000);
      expect(await store.head(key(0))).toEqual({ n: 0 });
      expect(await store.head(key(39))).toEqual({ n: 39 });
      expect(await store.head(key(2))).toBeUndefined();
      await store.close();
    });

    test('an entry larger than the store is not kept, nor is what it replaced', async () => {
      const store = await open(100_000);
      await store.put(KEY, {}, text('small'));
      await store.put(KEY, {}, new Uint8Array(200_000));
      expect(await store.get(KEY)).toBeUndefined();
      await store.put(OTHER, {}, text('works'));
      expect((await read(store, OTHER))?.body).toBe('works');
      await store.close();
    });
  });
}

/** @param open gives an empty store of about `capacity` bytes */
export function fileStoreSuite(open: (capacity: number) => Promise<FileStore>): void {
  storeSuite(open);

  describe('as a store of files', () => {
    let store: FileStore;
    beforeEach(async () => {
      store = await open(1_000_000);
    });
    afterEach(() => store.close());
    const content = async (key = KEY) => {
      const body = (await store.open(key))?.body;
      if (body === undefined || body instanceof Uint8Array) return body && decode(body);
      // What another process reads is what we read.
      const file = await readFile(body.file, 'utf8');
      expect(decode(await bytesOf(body))).toBe(file);
      expect([body.bytes, body.crc]).toEqual([file.length, crc32(file)]);
      return file;
    };
    const fileOf = async () => {
      const body = (await store.open(KEY))?.body;
      return body === undefined || body instanceof Uint8Array ? '' : body.file;
    };

    test('open gives a small body as bytes, and a large one in a file that holds exactly it', async () => {
      await store.put(KEY, { n: 1 }, text('the body'));
      expect((await store.open(KEY))?.body).toBeInstanceOf(Uint8Array);
      expect(await content()).toBe('the body');
      await store.put(KEY, { n: 2 }, text(LARGE));
      expect(await fileOf()).not.toBe('');
      expect(await content()).toBe(LARGE);
      expect((await store.open(KEY))?.meta).toEqual({ n: 2 });
      expect(await store.open(OTHER)).toBeUndefined();
    });

    test('a part of a large body can be read alone', async () => {
      await store.put(KEY, {}, text(LARGE));
      const entry = await store.open(KEY);
      const part = bodyPart(entry!.body, { start: 270_000, end: 270_010 });
      expect(decode(await bytesOf(part))).toBe(LARGE.slice(270_000, 270_010));
    });

    test('recheck says whether a good body is there', async () => {
      expect(await store.recheck(KEY)).toBe(false);
      await store.put(KEY, {}, text(LARGE));
      expect(await store.recheck(KEY)).toBe(true);
      await writeFile(await fileOf(), LARGE.toUpperCase());
      expect(await store.recheck(KEY)).toBe(false);
      expect(await store.open(KEY)).toBeUndefined();
    });

    test('a large body altered behind its back does not leave it, whole or in part', async () => {
      await store.put(KEY, {}, text(LARGE));
      const before = await store.open(KEY);
      await writeFile(await fileOf(), LARGE.replace('a', 'b'));
      await expect(bytesOf(before!.body)).rejects.toThrow();
      const part = bodyPart(before!.body, { start: 5, end: 9 });
      await expect(bytesOf(part)).rejects.toThrow();
      expect(await store.open(KEY)).toBeUndefined();
      expect(await store.get(KEY)).toBeUndefined();
    });

    test('room is given as long as there is some, and given back', async () => {
      const first = await store.reserve(500_000);
      expect(first).toBeDefined();
      expect(await store.reserve(500_000)).toBeUndefined();
      expect(await store.reserve(5_000_000)).toBeUndefined();
      first?.release();
      first?.release();
      const second = await store.reserve(500_000);
      expect(second).toBeDefined();
      second?.release();
    });

    test('adopting passes the room of a file on to its entry', async () => {
      const room = await store.reserve(500_000);
      const file = store.temporary();
      await writeFile(file, 'x'.repeat(500_000));
      const sum = { length: 500_000, crc: crc32('x'.repeat(500_000)) };
      expect(await store.adopt(KEY, {}, file, sum, room)).toBe(true);
      expect((await store.get(KEY))?.body.length).toBe(500_000);
      const next = await store.reserve(600_000);
      expect(next).toBeDefined();
      expect(await store.get(KEY)).toBeUndefined();
      next?.release();
    });

    test('room is made on a disk that is fuller than it seems, while there are entries to go', async () => {
      await store.put(KEY, {}, new Uint8Array(100_000));
      expect(await store.clear(50_000)).toBe(true);
      expect(await store.get(KEY)).toBeUndefined();
      expect(await store.clear(50_000)).toBe(false);
    });

    test('adopt makes a file the body and takes it away from where it was', async () => {
      const file = store.temporary();
      await writeFile(file, 'made elsewhere');
      await store.put(KEY, { n: 1 }, text('older'));
      await store.adopt(KEY, { n: 2 }, file);
      expect(await read(store)).toEqual({ meta: { n: 2 }, body: 'made elsewhere' });
      expect(await content()).toBe('made elsewhere');
      expect(existsSync(file)).toBe(false);
    });

    test('adopting a file that is not there fails and changes nothing', async () => {
      await store.put(KEY, { n: 1 }, text('older'));
      await expect(store.adopt(KEY, { n: 2 }, store.temporary())).rejects.toThrow();
      expect(await read(store)).toEqual({ meta: { n: 1 }, body: 'older' });
    });

    test('a file larger than the store is not kept, and is left to the caller', async () => {
      const file = store.temporary();
      await writeFile(file, new Uint8Array(2_000_000));
      expect(await store.adopt(KEY, {}, file)).toBe(false);
      expect(await store.get(KEY)).toBeUndefined();
      expect(existsSync(file)).toBe(true);
    });

    test('a file given out stays readable after the entry was replaced or deleted', async () => {
      await store.put(KEY, {}, text(LARGE));
      const first = await fileOf();
      await store.delete(KEY);
      expect(await readFile(first, 'utf8')).toBe(LARGE);
      await store.put(KEY, {}, text(LARGE.toUpperCase()));
      const second = await fileOf();
      await store.put(KEY, {}, text('third'));
      expect(await readFile(second, 'utf8')).toBe(LARGE.toUpperCase());
    });

    test('temporary names are never given twice', () => {
      const names = new Set(Array.from({ length: 100 }, () => store.temporary()));
      expect(names.size).toBe(100);
    });
  });
}

/** Waits until eviction in the background has come down to `bytes`; the limit of the test ends it. */
export async function settled(store: Store, bytes: number): Promise<void> {
  while (store.bytes > bytes) await new Promise((resolve) => setTimeout(resolve, 5));
}

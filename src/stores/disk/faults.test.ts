/** The disk store on a disk that fails, is full, takes nothing or is altered; and its bound. */
import {
  promises as fs,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { KEY, LARGE, OTHER, read, text } from '../store.suite.ts';
import { base, files, folder, key, onDisk, open } from './disk.suite.ts';
import { AlteredError } from './files.ts';

describe('a failing disk', () => {
  test('costs the entry, not the request', async () => {
    const errors: unknown[] = [];
    const store = await open({ onError: (error) => errors.push(error) });
    // A file where the shard should be: every write below it fails.
    writeFileSync(join(folder, 'v1', KEY.slice(0, 1)), '');
    await store.put(KEY, {}, text('a'));
    expect(errors).not.toHaveLength(0);
    expect(await store.get(KEY)).toBeUndefined();
    expect(store.bytes).toBe(0);
    await store.put(OTHER, {}, text('b'));
    expect((await read(store, OTHER))?.body).toBe('b');
    await store.close();
  });

  test('a folder removed under a running store is made anew', async () => {
    const store = await open();
    await store.put(KEY, {}, text('a'));
    rmSync(folder, { recursive: true });
    expect(await store.get(KEY)).toBeUndefined();
    await store.put(KEY, {}, text('b'));
    expect((await read(store))?.body).toBe('b');
    await store.close();
  });

  test('a link in the place of a file to adopt is not followed', async () => {
    const store = await open();
    writeFileSync(join(base, 'secret'), 'secret');
    const file = store.temporary();
    symlinkSync(join(base, 'secret'), file);
    await expect(store.adopt(KEY, {}, file)).rejects.toThrow();
    expect(await store.get(KEY)).toBeUndefined();
    await store.close();
  });
});

/** Makes calls of the file system fail with `code` while `when` says so. */
function failing(code: string, when: () => boolean) {
  const spies = (['open', 'rename', 'mkdir', 'rm', 'utimes'] as const).map((name) => {
    const real = fs[name] as (...all: unknown[]) => Promise<unknown>;
    return vi.spyOn(fs, name).mockImplementation((async (...all: unknown[]) => {
      const reads = name === 'open' && (all[1] === 'r' || typeof all[1] === 'number');
      const frees = code === 'ENOSPC' && (name === 'rm' || name === 'rename');
      if (reads || frees || !String(all[0]).startsWith(folder) || !when()) return real(...all);
      throw Object.assign(new Error(`${code}: ${name} '${all[0]}'`), { code, path: all[0] });
    }) as never);
  });
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
}

describe('a full disk', () => {
  test.each(['ENOSPC', 'EDQUOT'])(
    '%s makes the oldest entries go, and the newest stay',
    async (code) => {
      const codes = new Set<string>();
      const onError = (error: unknown) => codes.add(String((error as { code: unknown }).code));
      const store = await open({ onError }, 100_000_000);
      const size = () => files().reduce((sum, file) => sum + statSync(file).size, 0);
      const mend = failing(code === 'EDQUOT' ? 'EDQUOT' : 'ENOSPC', () => size() > 1_000_000);
      if (code === 'EDQUOT') vi.mocked(fs.rm).mockRestore();
      if (code === 'EDQUOT') vi.mocked(fs.rename).mockRestore();
      try {
        for (let n = 0; n < 60; n++) {
          const length = n % 2 === 0 ? 20_000 : 300_000;
          expect(await store.put(key(n), { n }, new Uint8Array(length))).toBe(true);
          expect((await store.get(key(n)))?.body.length).toBe(length);
        }
        expect([...codes]).toEqual([code]);
        expect(await store.head(key(0))).toBeUndefined();
        const file = store.temporary();
        mend();
        await fs.writeFile(file, LARGE);
        expect(await store.adopt(KEY, {}, file)).toBe(true);
      } finally {
        mend();
        await store.close();
      }
    },
  );

  test('a file that cannot be kept is left to the caller, and its record does not stay', async () => {
    const store = await open();
    const file = store.temporary();
    await fs.writeFile(file, LARGE);
    // The body can be moved; there is no room for a record, and nothing to evict.
    const mend = failing('ENOSPC', () => true);
    expect(await store.adopt(KEY, {}, file)).toBe(false);
    mend();
    expect(readFileSync(file, 'utf8')).toBe(LARGE);
    expect(await store.get(KEY)).toBeUndefined();
    expect(store.bytes).toBe(0);
    await store.close();
  });
});

describe('a disk that takes nothing any more', () => {
  test('keeps giving what it has, and loses nothing to room it cannot make', async () => {
    const store = await open({}, 1_000_000);
    for (let n = 0; n < 20; n++) await store.put(key(n), { n }, new Uint8Array(40_000));
    const mend = failing('EROFS', () => true);
    for (let n = 20; n < 40; n++) {
      expect(await store.put(key(n), { n }, new Uint8Array(40_000))).toBe(false);
      expect(await store.get(key(n))).toBeUndefined();
    }
    for (let n = 0; n < 20; n++) expect((await store.get(key(n)))?.body.length).toBe(40_000);
    expect(await store.update(key(3), { n: -3 })).toBe(false);
    expect(await store.head(key(3))).toEqual({ n: 3 });
    mend();
    expect(await store.put(key(20), { n: 20 }, new Uint8Array(40_000))).toBe(true);
    await store.close();
  });

  test('does not give what should have been replaced', async () => {
    const store = await open();
    await store.put(KEY, { n: 1 }, text('older'));
    const mend = failing('EROFS', () => true);
    expect(await store.put(KEY, { n: 2 }, text('newer'))).toBe(false);
    expect(await store.get(KEY)).toBeUndefined();
    mend();
    await store.close();
  });
});

describe('the bound of a disk store', () => {
  test('counts blocks: many tiny entries stay below it on the disk', async () => {
    const store = await open({}, 2_000_000);
    let most = 0;
    for (let n = 0; n < 1500; n++) {
      const name = ((n * 2654435761) >>> 0).toString(16).padStart(8, '0');
      await store.put(name, { n }, new Uint8Array(900));
      if (n % 50 === 0) most = Math.max(most, onDisk());
    }
    expect(Math.max(most, onDisk())).toBeLessThanOrEqual(2_000_000);
    expect(files('.entry').length).toBeGreaterThan(300);
    await store.close();
  });

  test('holds in a burst of large and small ones', async () => {
    const capacity = 4_000_000;
    const store = await open({}, capacity);
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, onDisk());
    }, 1);
    await Promise.all(
      Array.from({ length: 120 }, async (_, n) => {
        await store.put(key(n), { n }, new Uint8Array(n % 3 === 0 ? 400_000 : 30_000));
        most = Math.max(most, onDisk());
      }),
    );
    clearInterval(watch);
    expect(most).toBeLessThanOrEqual(capacity);
    expect(store.bytes).toBeGreaterThan(capacity / 3);
    await store.close();
  });

  test('holds after a start with a smaller one', async () => {
    const former = await open({}, 1_000_000);
    for (let n = 0; n < 20; n++) await former.put(key(n), { n }, new Uint8Array(40_000));
    await former.close();
    const store = await open({}, 300_000);
    expect(onDisk()).toBeLessThanOrEqual(300_000);
    expect(await store.head(key(19))).toEqual({ n: 19 });
    await store.close();
  });

  test('a store that grew into more folders leaves nothing of the few behind', async () => {
    const former = await open();
    await former.put(KEY, { n: 1 }, text('a'));
    await former.close();
    const store = await open({}, 100_000_000);
    expect(files('.entry')).toEqual([]);
    await store.put(KEY, { n: 2 }, text('b'));
    expect((await read(store))?.body).toBe('b');
    await store.close();
  });
});

describe('an altered body', () => {
  test('is told of, and what was verified once is not read again', async () => {
    const errors: unknown[] = [];
    const store = await open({ onError: (error) => errors.push(error) });
    await store.put(KEY, {}, text(LARGE));
    const opens = vi.spyOn(fs, 'open');
    for (let n = 0; n < 5; n++) expect(await store.open(KEY)).toBeDefined();
    expect(opens).not.toHaveBeenCalled();
    opens.mockRestore();
    utimesSync(files('.body')[0] ?? '', 1, 1);
    expect(await store.open(KEY)).toBeDefined();
    expect(errors).toEqual([]);
    writeFileSync(files('.body')[0] ?? '', LARGE.toUpperCase());
    expect(await store.open(KEY)).toBeUndefined();
    expect(errors).toEqual([expect.any(AlteredError)]);
    await store.close();
  });
});

describe('a retired body', () => {
  test('goes after its grace, and at once when too many wait', async () => {
    const store = await open({ graceMs: 1_000_000 }, 7_000_000);
    for (let n = 0; n < 10; n++) await store.put(KEY, { n }, new Uint8Array(300_000));
    // Two of 300 kB fit into the tenth of the capacity that may wait.
    await expect.poll(() => files('.body').length).toBe(3);
    await store.close();
    expect(files('.body')).toHaveLength(1);
  });
});

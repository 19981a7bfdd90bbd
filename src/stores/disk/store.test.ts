import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  promises as fs,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { fileStoreSuite, KEY, LARGE, OTHER, read, settled, text } from '../store.suite.ts';
import { AlteredError } from './files.ts';
import { roomOf } from './space.ts';
import { type DiskOptions, DiskStore } from './store.ts';

const base = mkdtempSync(join(tmpdir(), 'fovea-disk-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(base, String(count++));
});

/** A store whose index knows all that is in the folder. */
async function open(options: DiskOptions = {}, capacity = 1_000_000): Promise<DiskStore> {
  const store = await DiskStore.open(folder, capacity, { sync: false, ...options });
  await store.scanned;
  return store;
}

/** Names of files below the folder, of one kind. */
function files(kind: '.entry' | '.body' | '' = ''): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && one.name.endsWith(kind))
    .map((one) => join(one.parentPath, one.name));
}

/** Room on the disk that these files take by the store's own count. */
const room = () => files().reduce((sum, file) => sum + roomOf(statSync(file).size), 0);

/** Blocks that the system gives the folder and all in it, in bytes. */
const onDisk = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .concat('.')
    .reduce((sum, name) => {
      const stats = statSync(join(folder, name), { throwIfNoEntry: false });
      return sum + (stats?.blocks ?? 0) * 512;
    }, 0);

const key = (n: number) => `dd${n.toString(16).padStart(8, '0')}`;

describe('the disk store', () => {
  fileStoreSuite((capacity) => open({}, capacity));
});

describe('a disk store opened again', () => {
  test('has what it had, before its scan and after', async () => {
    const former = await open();
    await former.put(KEY, { n: 1 }, text('kept'));
    await former.put(OTHER, { n: 2 }, text(LARGE));
    await former.close();
    const store = await DiskStore.open(folder, 1_000_000);
    expect(await read(store)).toEqual({ meta: { n: 1 }, body: 'kept' });
    expect((await read(store, OTHER))?.body).toBe(LARGE);
    await store.scanned;
    expect(await read(store)).toEqual({ meta: { n: 1 }, body: 'kept' });
    expect((await read(store, OTHER))?.body).toBe(LARGE);
    expect(store.bytes).toBe(room());
    await store.close();
  });

  test('writes and deletions during the scan win over what it saw', async () => {
    const former = await open();
    for (let n = 0; n < 50; n++) await former.put(key(n), { n }, text('old'));
    await former.close();
    const store = await DiskStore.open(folder, 1_000_000, { sync: false });
    await Promise.all([
      ...Array.from({ length: 10 }, (_, n) => store.put(key(n), { n: -n }, text('new'))),
      ...Array.from({ length: 10 }, (_, n) => store.delete(key(10 + n))),
      store.scanned,
    ]);
    for (let n = 0; n < 50; n++) {
      const expected = n < 10 ? 'new' : n < 20 ? undefined : 'old';
      expect((await read(store, key(n)))?.body).toBe(expected);
    }
    await store.close();
    const again = await open();
    expect(files('.entry')).toHaveLength(40);
    expect(files()).toHaveLength(40);
    expect(again.bytes).toBe(room());
    await again.close();
  });

  test('remembers roughly what was used last', async () => {
    let now = Date.now() - 10_000_000;
    const clock = { now: () => now };
    const former = await open({ clock, touchMs: 1000 });
    for (let n = 0; n < 20; n++) {
      now += 2000;
      await former.put(key(n), { n }, new Uint8Array(10_000));
    }
    for (const [n, file] of files('.entry').sort().entries()) {
      utimesSync(file, now / 1000 + n, now / 1000 + n);
    }
    now += 100_000;
    await former.get(key(0));
    await former.close();
    const store = await open({}, 100_000);
    await settled(store, 100_000);
    await store.put(OTHER, {}, text('any'));
    expect(await store.head(key(0))).toEqual({ n: 0 });
    expect(await store.head(key(19))).toEqual({ n: 19 });
    expect(await store.head(key(1))).toBeUndefined();
    await store.close();
  });

  test('removes what an ended process left half done', async () => {
    const former = await open();
    await former.put(KEY, { n: 1 }, text(LARGE));
    await former.close();
    const [body = ''] = files('.body');
    const shard = join(body, '..');
    const tmp = join(folder, 'v1', 'tmp', '99999999-dead');
    mkdirSync(tmp, { recursive: true });
    writeFileSync(join(tmp, '0'), 'half a bo');
    writeFileSync(join(shard, `${KEY}.9.dead-0.body`), 'no record');
    writeFileSync(join(shard, 'aa00000000000009.9.dead-1.body'), 'no record');
    writeFileSync(join(shard, 'aa00000000000008.entry'), 'no body');
    writeFileSync(join(shard, 'README'), 'who put that here');
    const store = await open();
    expect(files('.body')).toEqual([body]);
    expect(files('.entry')).toHaveLength(1);
    expect(existsSync(tmp)).toBe(false);
    expect(existsSync(join(shard, 'README'))).toBe(false);
    expect(await read(store)).toEqual({ meta: { n: 1 }, body: LARGE });
    await store.close();
  });

  test('after a kill between body and record the older entry stands', async () => {
    const former = await open();
    await former.put(KEY, { n: 1 }, text(LARGE));
    await former.close();
    const record = readFileSync(files('.entry')[0] ?? '');
    const later = await open();
    await later.put(KEY, { n: 2 }, text(`${LARGE} newer`));
    // The state before the record was renamed: both bodies, the old record.
    writeFileSync(files('.entry')[0] ?? '', record);
    cpSync(folder, `${folder}-killed`, { recursive: true });
    await later.close();
    folder = `${folder}-killed`;
    expect(files('.body')).toHaveLength(2);
    const store = await open();
    expect(await read(store)).toEqual({ meta: { n: 1 }, body: LARGE });
    expect(files('.body')).toHaveLength(1);
    await store.close();
  });
});

describe.each([
  ['small', 'the body of an entry that will be damaged'],
  ['large', LARGE],
])('a damaged entry with a %s body', (size, BODY) => {
  async function damaged(damage: () => void): Promise<DiskStore> {
    const store = await open();
    await store.put(KEY, { n: 1 }, text(BODY));
    await store.close();
    damage();
    return open();
  }

  async function isMiss(store: DiskStore): Promise<void> {
    expect(await store.open(KEY)).toBeUndefined();
    expect(await store.get(KEY)).toBeUndefined();
    expect(await store.update(KEY, {})).toBe(false);
    await store.put(KEY, { n: 2 }, text(`${BODY} again`));
    expect(await read(store)).toEqual({ meta: { n: 2 }, body: `${BODY} again` });
    await store.close();
    expect(files()).toHaveLength(size === 'small' ? 1 : 2);
  }

  const record = () => files('.entry')[0] ?? '';
  const body = () => files('.body')[0] ?? '';
  const bodies: [string, () => void][] = [
    ['an empty body', () => truncateSync(body(), 0)],
    ['half a body', () => truncateSync(body(), 10)],
    ['a body of zeros', () => writeFileSync(body(), Buffer.alloc(BODY.length))],
    ['another body', () => writeFileSync(body(), BODY.toUpperCase())],
    ['no body', () => rmSync(body())],
    [
      'a folder for a body',
      () => {
        const name = body();
        rmSync(name);
        mkdirSync(name);
      },
    ],
  ];

  test.each<[string, () => void]>([
    ['an empty record', () => truncateSync(record(), 0)],
    ['half a record', () => truncateSync(record(), 60)],
    [
      'a record without its last byte',
      () => truncateSync(record(), readFileSync(record()).length - 1),
    ],
    ['a record with more behind it', () => writeFileSync(record(), ' ', { flag: 'a' })],
    ['a record of zeros', () => writeFileSync(record(), Buffer.alloc(200))],
    [
      'the record of another key',
      () => {
        const changed = readFileSync(record(), 'latin1').replaceAll(KEY, OTHER);
        writeFileSync(record(), changed, 'latin1');
      },
    ],
    [
      'a folder for a record',
      () => {
        const name = record();
        rmSync(name);
        mkdirSync(name);
      },
    ],
    ['no record', () => rmSync(record())],
    ...(size === 'large' ? bodies : []),
  ])('%s is a miss, and room for a new one', async (_name, damage) => {
    await isMiss(await damaged(damage));
  });

  test('damage while the store is open is a miss too', async () => {
    const store = await open();
    await store.put(KEY, { n: 1 }, text(BODY));
    expect(await store.open(KEY)).toBeDefined();
    const whole = readFileSync(files().at(-1) ?? '', 'latin1');
    for (const file of files()) writeFileSync(file, whole.replaceAll('b', 'c'), 'latin1');
    await isMiss(store);
  });

  test('no single changed byte gets through', async () => {
    const store = await open();
    await store.put(KEY, { n: 1 }, text(BODY));
    await store.close();
    const names = files();
    const good = names.map((name) => readFileSync(name));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names.keys()),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (which, where, flip) => {
          for (const [n, name] of names.entries()) writeFileSync(name, good[n] ?? '');
          const bad = Buffer.from(good[which] ?? '');
          const at = where % bad.length;
          bad[at] = (bad[at] ?? 0) ^ flip;
          writeFileSync(names[which] ?? '', bad);
          const again = await DiskStore.open(folder, 1_000_000);
          // Hexadecimal digits of the checksum mean the same in either case.
          const found = await read(again);
          if (found) expect(found).toEqual({ meta: { n: 1 }, body: BODY });
          await again.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});

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

describe('a process killed in the middle of writing', () => {
  const source = fileURLToPath(new URL('store.ts', import.meta.url));
  const script = `
    import { runnerImport } from 'vite';
    const { module } = await runnerImport(${JSON.stringify(source)});
    const store = await module.DiskStore.open(process.argv[1], 4_000_000, { graceMs: 5 });
    for (let n = 0; ; n++) {
      const writes = [0, 1, 2, 3].map((lane) => {
        const key = 'dd' + String((n * 4 + lane) % 24).padStart(8, '0');
        return store.put(key, { n }, new Uint8Array(1000 + (n % 50) * 7000).fill(n % 251));
      });
      await Promise.all(writes);
      if (n === 0) process.stdout.write('first round');
      if (n % 5 === 0) await store.update('dd00000000', { n: 1, touched: true }).catch(() => {});
    }`;

  test('leaves whole entries only', async () => {
    for (const life of [40, 90, 140]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, life));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const store = await open({}, 4_000_000);
      let found = 0;
      for (let n = 0; n < 24; n++) {
        const name = `dd${String(n).padStart(8, '0')}`;
        const entry = await store.get(name);
        if (!entry) continue;
        found++;
        const [first = -1] = entry.body;
        expect(entry.body.every((byte) => byte === first)).toBe(true);
        if (!entry.meta.touched) {
          const wrote = Number(entry.meta.n);
          expect([entry.body.length, first]).toEqual([1000 + (wrote % 50) * 7000, wrote % 251]);
        }
      }
      expect(found).toBeGreaterThan(0);
      await store.close();
      expect(files()).toHaveLength(files('.entry').length + files('.body').length);
      expect(files('.body').length).toBeLessThanOrEqual(files('.entry').length);
    }
  });
});

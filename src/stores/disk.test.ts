import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type DiskOptions, DiskStore } from './disk.ts';
import { fileStoreSuite, KEY, OTHER, read, settled, text } from './store.suite.ts';

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

const key = (n: number) => `dd${n.toString(16).padStart(8, '0')}`;

describe('the disk store', () => {
  fileStoreSuite((capacity) => open({}, capacity));
});

describe('a disk store opened again', () => {
  test('has what it had, before its scan and after', async () => {
    const former = await open();
    await former.put(KEY, { n: 1 }, text('kept'));
    await former.close();
    const store = await DiskStore.open(folder, 1_000_000);
    expect(await read(store)).toEqual({ meta: { n: 1 }, body: 'kept' });
    await store.scanned;
    expect(await read(store)).toEqual({ meta: { n: 1 }, body: 'kept' });
    expect(store.bytes).toBe(files().reduce((sum, file) => sum + readFileSync(file).length, 0));
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
    expect(files('.body')).toHaveLength(40);
    expect(again.bytes).toBe(files().reduce((sum, file) => sum + readFileSync(file).length, 0));
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
    await former.put(KEY, { n: 1 }, text('whole'));
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
    expect(await read(store)).toEqual({ meta: { n: 1 }, body: 'whole' });
    await store.close();
  });

  test('after a kill between body and record the older entry stands', async () => {
    const former = await open();
    await former.put(KEY, { n: 1 }, text('older'));
    await former.close();
    const record = readFileSync(files('.entry')[0] ?? '');
    const later = await open();
    await later.put(KEY, { n: 2 }, text('newer'));
    // The state before the record was renamed: both bodies, the old record.
    writeFileSync(files('.entry')[0] ?? '', record);
    cpSync(folder, `${folder}-killed`, { recursive: true });
    await later.close();
    folder = `${folder}-killed`;
    expect(files('.body')).toHaveLength(2);
    const store = await open();
    expect(await read(store)).toEqual({ meta: { n: 1 }, body: 'older' });
    expect(files('.body')).toHaveLength(1);
    await store.close();
  });
});

describe('a damaged entry', () => {
  const BODY = 'the body of an entry that will be damaged';

  async function damaged(damage: () => void): Promise<DiskStore> {
    const store = await open();
    await store.put(KEY, { n: 1 }, text(BODY));
    await store.close();
    damage();
    return open();
  }

  async function isMiss(store: DiskStore): Promise<void> {
    const path = await store.path(KEY);
    expect(path && readFileSync(path, 'utf8')).toBeUndefined();
    expect(await store.get(KEY)).toBeUndefined();
    expect(await store.update(KEY, {})).toBe(false);
    await store.put(KEY, { n: 2 }, text('works again'));
    expect(await read(store)).toEqual({ meta: { n: 2 }, body: 'works again' });
    await store.close();
    expect(files('.body')).toHaveLength(1);
  }

  const record = () => files('.entry')[0] ?? '';
  const body = () => files('.body')[0] ?? '';

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
    ['an empty body', () => truncateSync(body(), 0)],
    ['half a body', () => truncateSync(body(), 10)],
    ['a body of zeros', () => writeFileSync(body(), Buffer.alloc(BODY.length))],
    ['another body', () => writeFileSync(body(), BODY.toUpperCase())],
    ['no body', () => rmSync(body())],
  ])('%s is a miss, and room for a new one', async (_name, damage) => {
    await isMiss(await damaged(damage));
  });

  test('damage while the store is open is a miss too', async () => {
    const store = await open();
    await store.put(KEY, { n: 1 }, text(BODY));
    writeFileSync(body(), BODY.toUpperCase());
    expect(await store.get(KEY)).toBeUndefined();
    await isMiss(store);
  });

  test('no single changed byte gets through', async () => {
    const store = await open();
    await store.put(KEY, { n: 1 }, text(BODY));
    await store.close();
    const good = { entry: readFileSync(record()), body: readFileSync(body()) };
    const names = { entry: record(), body: body() };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<'entry' | 'body'>('entry', 'body'),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (which, where, flip) => {
          writeFileSync(names.entry, good.entry);
          writeFileSync(names.body, good.body);
          const bad = Buffer.from(good[which]);
          const at = where % bad.length;
          bad[at] = (bad[at] ?? 0) ^ flip;
          writeFileSync(names[which], bad);
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
    writeFileSync(join(folder, 'v1', KEY.slice(0, 2)), '');
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
    const { symlinkSync } = await import('node:fs');
    symlinkSync(join(base, 'secret'), file);
    await expect(store.adopt(KEY, {}, file)).rejects.toThrow();
    expect(await store.get(KEY)).toBeUndefined();
    await store.close();
  });
});

describe('a retired body', () => {
  test('goes after its grace, and at once when too many wait', async () => {
    const store = await open({ graceMs: 1_000_000 }, 100_000);
    for (let n = 0; n < 10; n++) await store.put(KEY, { n }, new Uint8Array(4_000));
    // Two of 4 kB fit into the tenth of the capacity that may wait.
    await expect.poll(() => files('.body').length).toBe(3);
    await store.close();
    expect(files('.body')).toHaveLength(1);
  });
});

describe('a process killed in the middle of writing', () => {
  const source = fileURLToPath(new URL('disk.ts', import.meta.url));
  const script = `
    import { runnerImport } from 'vite';
    const { module } = await runnerImport(${JSON.stringify(source)});
    const store = await module.DiskStore.open(process.argv[1], 400_000, { graceMs: 5 });
    for (let n = 0; ; n++) {
      const writes = [0, 1, 2, 3].map((lane) => {
        const key = 'dd' + String((n * 4 + lane) % 24).padStart(8, '0');
        return store.put(key, { n }, new Uint8Array(1000 + (n % 50) * 400).fill(n % 251));
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
      const store = await open({}, 400_000);
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
          expect([entry.body.length, first]).toEqual([1000 + (wrote % 50) * 400, wrote % 251]);
        }
        const path = await store.path(name);
        expect(Buffer.compare(await readFile(path ?? ''), Buffer.from(entry.body))).toBe(0);
      }
      expect(found).toBeGreaterThan(0);
      await store.close();
      expect(files('.body')).toHaveLength(files('.entry').length);
      expect(files()).toHaveLength(2 * files('.entry').length);
    }
  });
});

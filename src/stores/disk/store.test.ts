import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileStoreSuite, KEY, LARGE, OTHER, read, settled, text } from '../store.suite.ts';
import { files, folder, key, moveTo, open, room } from './disk.suite.ts';
import { DiskStore } from './store.ts';

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
    moveTo(`${folder}-killed`);
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

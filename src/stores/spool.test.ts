import { createHash } from 'node:crypto';
import {
  promises as fs,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bytesOf } from '../base/body.ts';
import { ByteBudget } from '../base/byte-budget.ts';
import { Fault, isFault } from '../base/fault.ts';
import { DiskStore } from './disk/store.ts';
import { Spool, type SpoolOptions } from './spool.ts';
import { SpoolFile } from './spool-file.ts';
import type { Arriving } from './spool-reading.ts';
import { LARGE, text } from './store.suite.ts';

const base = mkdtempSync(join(tmpdir(), 'fovea-spool-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let folder = '';
let count = 0;
let store: DiskStore;
const errors: string[] = [];

beforeEach(async () => {
  folder = join(base, String(count++));
  store = await DiskStore.open(join(folder, 'store'), 4_000_000, { sync: false });
  await fs.mkdir(join(folder, 'elsewhere'));
  errors.length = 0;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
});

/** Budgets of the spool made last. */
let memory: ByteBudget;
let disk: ByteBudget;

function spool(options: Partial<SpoolOptions> & { readonly memoryBytes?: number } = {}): Spool {
  memory = new ByteBudget(options.memoryBytes ?? 2_000_000);
  disk = new ByteBudget(3_000_000);
  return new Spool({
    store,
    memory,
    disk,
    elsewhere: new ByteBudget(2_000_000),
    folder: join(folder, 'elsewhere'),
    onError: (error) => errors.push((error as NodeJS.ErrnoException).code ?? String(error)),
    ...options,
  });
}

const arriving = (fields: Partial<Arriving> = {}): Arriving => ({
  maxBytes: 3_000_000,
  tooLarge: () => new Fault('upload-too-large', 'It is too large.'),
  ...fields,
});

/** Bytes in pieces, counting how many were asked for. */
function pieces(bytes: Uint8Array, size = 60_000) {
  const pulls = { count: 0 };
  const body = {
    async *[Symbol.asyncIterator]() {
      for (let at = 0; at < bytes.length; at += size) {
        pulls.count++;
        yield bytes.subarray(at, at + size);
      }
    },
  };
  return { body, pulls };
}

const BIG = Buffer.from(Uint8Array.from({ length: 1_200_000 }, (_, n) => (n * 31) % 251));
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Files anywhere below, but for those of the store itself. */
const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && !/\.(entry|body)$/.test(one.name))
    .map((one) => join(one.parentPath, one.name));

const code = (error: unknown) => (isFault(error) ? error.code : String(error));

describe('a spool', () => {
  test.each([1, 7, 60_000, 1_000_000])(
    'holds small bodies in memory (pieces of %d)',
    async (size) => {
      const own = spool();
      const bytes = BIG.subarray(0, size === 1 ? 3000 : 200_000);
      const got = await own.read(pieces(bytes, size).body, arriving());
      expect(got.body).toBeInstanceOf(Uint8Array);
      expect(bytes.equals(await bytesOf(got.body))).toBe(true);
      expect([got.length, got.hash, got.crc]).toEqual([bytes.length, hashOf(bytes), crc32(bytes)]);
      expect(Buffer.from(got.head).equals(bytes.subarray(0, 16_384))).toBe(true);
      expect(files()).toEqual([]);
      expect(memory.held).toBeGreaterThan(0);
      await got.discard();
      expect(memory.held).toBe(0);
    },
  );

  test.each([undefined, 1_200_000, 2_000_000])(
    'writes large ones to a file of the store (length %s)',
    async (length) => {
      const own = spool();
      const got = await own.read(pieces(BIG).body, arriving({ length }));
      expect(BIG.equals(await bytesOf(got.body))).toBe(true);
      expect([got.length, got.hash, got.crc]).toEqual([BIG.length, hashOf(BIG), crc32(BIG)]);
      expect(memory.held).toBe(0);
      const [file = ''] = files();
      const { length: bytes, crc, room } = got;
      expect(await store.adopt('aa000000', {}, file, { length: bytes, crc }, room)).toBe(true);
      await got.discard();
      expect(BIG.equals((await store.get('aa000000'))?.body ?? Buffer.alloc(0))).toBe(true);
      expect(files()).toEqual([]);
      // All room is given back: as much as there can be is there.
      expect(disk.held).toBe(0);
      expect(await store.reserve(2_900_000)).toBeDefined();
    },
  );

  test('a body that is discarded takes its file and its room with it', async () => {
    const got = await spool().read(pieces(BIG).body, arriving());
    expect(files()).toHaveLength(1);
    await got.discard();
    await got.discard();
    expect(files()).toEqual([]);
    expect(disk.held).toBe(0);
    expect(await store.reserve(2_900_000)).toBeDefined();
  });
});

test('of many large bodies that come at once one is written at a time', async () => {
  let now = 0;
  let most = 0;
  const write = SpoolFile.prototype.write;
  vi.spyOn(SpoolFile.prototype, 'write').mockImplementation(async function (
    this: SpoolFile,
    chunk,
  ) {
    most = Math.max(most, ++now);
    await write.call(this, chunk);
    now--;
  });
  const receiver = spool();
  const length = 400_000;
  const bodies = Array.from({ length: 6 }, (_, i) => Buffer.alloc(length, i));
  const read = await Promise.all(
    bodies.map((body) => receiver.read(pieces(body).body, arriving({ length }))),
  );
  for (const [i, { body, discard }] of read.entries()) {
    expect(Buffer.from(await bytesOf(body)).equals(bodies[i] ?? Buffer.of())).toBe(true);
    await discard();
  }
  expect(most).toBe(1);
});

describe('the bounds of a spool', () => {
  test('bodies that would pass the memory are refused before they are read', async () => {
    const own = spool({ memoryBytes: 600_000 });
    const first = await own.admit(arriving());
    const second = await own.admit(arriving());
    const { body, pulls } = pieces(BIG);
    await expect(own.read(body, arriving()).catch(code)).resolves.toBe('overloaded');
    expect(pulls.count).toBe(0);
    // A small one that says so still fits.
    await (await own.read(pieces(text('x')).body, arriving({ length: 1 }))).discard();
    await first.release();
    const got = await own.read(body, arriving());
    await got.discard();
    await second.release();
    expect(memory.held).toBe(0);
  });

  test('bodies that would pass the room on the disk are refused before they are read', async () => {
    const own = spool();
    const taken = await Promise.all([0, 1].map(() => own.admit(arriving({ length: 1_400_000 }))));
    const { body, pulls } = pieces(BIG);
    const refused = own.read(body, arriving({ length: BIG.length })).catch(code);
    await expect(refused).resolves.toBe('overloaded');
    expect(pulls.count).toBe(0);
    for (const one of taken) await one.release();
    await (await own.read(body, arriving({ length: BIG.length }))).discard();
  });

  test('what is announced and does not come takes nothing from the store', async () => {
    for (let n = 0; n < 12; n++) await store.put(`aa00000${n.toString(16)}`, {}, text(LARGE));
    const own = spool();
    const taken = await Promise.all([0, 1].map(() => own.admit(arriving({ length: 1_400_000 }))));
    for (let n = 0; n < 12; n++) expect(await store.head(`aa00000${n.toString(16)}`)).toEqual({});
    const [first, second] = taken;
    const got = await first?.read(pieces(BIG).body);
    expect(await store.head('aa000000')).toBeUndefined();
    await got?.discard();
    await second?.release();
  });

  test('bodies of unknown length together stay below the room on the disk', async () => {
    const own = spool();
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, () => own.read(pieces(BIG).body, arriving())),
    );
    const ended = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [code(one.reason)] : []));
    expect(ended.length * BIG.length).toBeLessThanOrEqual(3_000_000);
    expect(new Set(refused)).toEqual(new Set(['overloaded']));
    for (const one of ended) await one.discard();
    expect([files(), memory.held]).toEqual([[], 0]);
  });

  test('memory that can be let go is let go', async () => {
    const own: Spool = spool({
      memoryBytes: 300_000,
      relieve: () => {
        void held?.discard();
        const had = held !== undefined;
        held = undefined;
        return had;
      },
    });
    let held: Awaited<ReturnType<Spool['read']>> | undefined = await own.read(
      pieces(text('x')).body,
      arriving(),
    );
    const got = await own.read(pieces(text('y')).body, arriving());
    expect(held).toBeUndefined();
    await got.discard();
    await expect(own.admit(arriving()).then((one) => one.release())).resolves.toBeUndefined();
  });
});

describe('a body that is not taken', () => {
  const breaking = {
    async *[Symbol.asyncIterator]() {
      yield BIG;
      throw new Error('it broke off');
    },
  };

  test.each<[string, AsyncIterable<Uint8Array>, Partial<Arriving>, string]>([
    ['breaks off', breaking, {}, 'Error: it broke off'],
    ['breaks off, length known', breaking, { length: 2_000_000 }, 'Error: it broke off'],
    ['is too large', pieces(BIG).body, { maxBytes: 1_000_000 }, 'upload-too-large'],
    ['says that it is', pieces(BIG).body, { length: 4_000_000 }, 'upload-too-large'],
  ])('because it %s leaves nothing', async (_, body, fields, message) => {
    const own = spool();
    await expect(own.read(body, arriving(fields)).catch(code)).resolves.toBe(message);
    expect([files(), memory.held]).toEqual([[], 0]);
    expect(disk.held).toBe(0);
    expect(await store.reserve(2_900_000)).toBeDefined();
  });

  test('because of its first bytes is read no further', async () => {
    const { body, pulls } = pieces(BIG);
    const check = () => {
      throw new Fault('source-not-an-image', 'It is none.');
    };
    const own = spool();
    const refused = own.read(body, arriving({ length: BIG.length, check })).catch(code);
    await expect(refused).resolves.toBe('source-not-an-image');
    expect(pulls.count).toBe(1);
    expect([files(), memory.held]).toEqual([[], 0]);
  });

  test('is looked at a few times only, however small its pieces', async () => {
    const looks: [number, boolean][] = [];
    const check = (head: Uint8Array, ended: boolean) => {
      looks.push([head.length, ended]);
      return false;
    };
    await (
      await spool().read(pieces(BIG.subarray(0, 3000), 1).body, arriving({ check }))
    ).discard();
    expect(looks.map(([length]) => length)).toEqual([32, 64, 128, 256, 512, 1024, 2048, 3000]);
    expect(looks.at(-1)).toEqual([3000, true]);
  });
});

/** Writes of bodies below a folder fail, once so many bytes are written there. */
function failing(where: string, errno: string, after = 0) {
  const real = fs.open;
  vi.spyOn(fs, 'open').mockImplementation(async (path, ...rest) => {
    const below = String(path).startsWith(join(folder, where));
    const fail = () => Object.assign(new Error(errno), { code: errno, path });
    if (below && after === 0) throw fail();
    const handle = await real(path, ...rest);
    if (!below || rest[0] !== 'wx+') return handle;
    const write = handle.write.bind(handle) as (...all: unknown[]) => Promise<unknown>;
    handle.write = (async (...all: unknown[]) => {
      if (Number(all[3]) + Number(all[2]) > after) throw fail();
      return write(...all);
    }) as typeof handle.write;
    return handle;
  });
}

describe('a disk that fails', () => {
  test.each([0, 500_000])('after %d bytes: the body goes on elsewhere', async (after) => {
    failing('store', 'EROFS', after);
    const got = await spool().read(pieces(BIG).body, arriving());
    expect(BIG.equals(await bytesOf(got.body))).toBe(true);
    expect([got.hash, got.room]).toEqual([hashOf(BIG), undefined]);
    expect(files().every((file) => file.startsWith(join(folder, 'elsewhere')))).toBe(true);
    expect(readFileSync(files()[0] ?? '').equals(BIG)).toBe(true);
    expect(errors).toEqual(['EROFS']);
    await got.discard();
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
  });

  test.each([0, 500_000])('everywhere after %d bytes: it goes on in memory', async (after) => {
    failing('', 'ENOSPC', after);
    const own = spool();
    const got = await own.read(pieces(BIG).body, arriving());
    expect(got.body).toBeInstanceOf(Uint8Array);
    expect(BIG.equals(await bytesOf(got.body))).toBe(true);
    expect(memory.held).toBeGreaterThanOrEqual(BIG.length);
    await got.discard();
    expect([files(), memory.held]).toEqual([[], 0]);
  });

  test('with no memory left either, the body is refused and leaves nothing', async () => {
    failing('', 'EROFS', 500_000);
    const own = spool({ memoryBytes: 1_000_000 });
    const refused = own.read(pieces(BIG).body, arriving()).catch(code);
    await expect(refused).resolves.toBe('overloaded');
    expect([files(), memory.held]).toEqual([[], 0]);
  });

  test('because it is full: entries make way first', async () => {
    for (let n = 0; n < 6; n++) await store.put(`aa00000${n}`, {}, text(LARGE));
    const real = store.clear.bind(store);
    let cleared = 0;
    store.clear = async (bytes) => {
      cleared++;
      vi.restoreAllMocks();
      return real(bytes);
    };
    failing('store', 'ENOSPC', 300_000);
    const handles = vi.mocked(fs.open);
    expect(handles).toBeDefined();
    const got = await spool().read(pieces(BIG).body, arriving());
    expect(cleared).toBeGreaterThan(0);
    expect(BIG.equals(await bytesOf(got.body))).toBe(true);
    await got.discard();
  });

  test('a store too small for a body is passed by', async () => {
    writeFileSync(join(folder, 'unrelated'), '');
    const small = await DiskStore.open(join(folder, 'small'), 1_000_000, { sync: false });
    const got = await spool({ store: small }).read(pieces(BIG).body, arriving());
    expect(BIG.equals(await bytesOf(got.body))).toBe(true);
    expect(got.room).toBeUndefined();
    await got.discard();
    await small.close();
  });
});

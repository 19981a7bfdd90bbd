/** The store in a bucket: on a real server of the protocol where there is one, and on one whose failures a test holds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MemoryBucket } from '../../test/support/memory-bucket.ts';
import { ACCESS, missingServices, startBucket } from '../../test/support/services.ts';
import { bytesOf } from '../base/body.ts';
import { openBucket } from '../s3/open-bucket.ts';
import { BucketStore } from './bucket-store.ts';
import { fileBody } from './file-body.ts';
import { sharedStoreSuite } from './shared-store.suite.ts';

const key = (text: string) => text.repeat(64).slice(0, 64);

describe('in a bucket of a test', () => {
  sharedStoreSuite(async () => {
    const bucket = new MemoryBucket();
    return { store: new BucketStore({ bucket, prefix: 'p/', deadline: 1000 }) };
  });
});

describe.skipIf(missingServices(['rclone']).length > 0)('in a bucket of a real server', () => {
  sharedStoreSuite(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fovea-bucket-'));
    const service = await startBucket({ folder });
    const { endpoint, bucket: name } = service;
    const bucket = await openBucket({ bucket: name, endpoint, credentials: ACCESS });
    return {
      store: new BucketStore({ bucket, prefix: 'p/', deadline: 20_000 }),
      end: async () => {
        await service.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });
});

describe('a bucket that fails', () => {
  let bucket: MemoryBucket;
  let store: BucketStore;
  let now: number;
  beforeEach(() => {
    bucket = new MemoryBucket();
    now = 0;
    store = new BucketStore({ bucket, prefix: '', deadline: 50, now: () => now });
  });
  afterEach(() => store.close());

  test('is told of, once each time: from the start, when it is left alone, and when it is well', async () => {
    const told: unknown[] = [];
    const changed = (...facts: unknown[]) => told.push(facts);
    const bad = new MemoryBucket();
    const one = new BucketStore({
      ...{ bucket: bad, prefix: '', deadline: 50, changed },
      now: () => now,
    });
    bad.failure = { kind: 'denied', code: 'AccessDenied', status: 403 };
    expect(await one.probe()).toBe(false);
    expect(await one.probe()).toBe(false);
    expect(told).toEqual([[false, 'AccessDenied']]);
    bad.failure = undefined;
    expect(await one.probe()).toBe(true);
    expect(told.slice(1)).toEqual([[true, undefined]]);
    // Beyond the window in which failures are counted
    now += 20_000;
    bad.failure = { kind: 'busy', code: 'SlowDown', status: 503 };
    await one.probe();
    expect(told).toHaveLength(2);
    for (let i = 0; i < 3; i++) await one.probe();
    expect(told.slice(2)).toEqual([[false, 'SlowDown']]);
    await one.close();
  });

  const body = Buffer.from('the bytes of a picture');
  const put = () => store.put(key('a'), { name: 'a' }, body);
  const only = () => [...bucket.objects.keys()][0]!;

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['torn', (bytes) => bytes.subarray(0, -1)],
    ['longer', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    ['altered in its body', (bytes) => flipped(bytes, bytes.length - 2)],
    ['altered in its record', (bytes) => flipped(bytes, 40)],
    ['altered in its line', (bytes) => flipped(bytes, 3)],
    ['empty', () => Buffer.alloc(0)],
    ['without an end of its line', () => Buffer.alloc(5000, 97)],
    ['of a record without end', () => Buffer.from(`fovea-entry 2 00000000 99999999\n{}`)],
  ])('with an entry that is %s has none', async (_, change) => {
    await put();
    bucket.objects.set(only(), change(bucket.objects.get(only())!));
    expect(await store.get(key('a'))).toBeUndefined();
  });

  test('with the entry of another key has none', async () => {
    await put();
    const bytes = bucket.objects.get(only())!;
    await store.put(key('b'), {}, body);
    bucket.objects.set(`v1/bb/${key('b')}`, bytes);
    expect(await store.get(key('b'))).toBeUndefined();
  });

  test('is left alone after three failures, and found well again by one question', async () => {
    await put();
    bucket.failure = { kind: 'failed', code: 'ECONNREFUSED' };
    for (let i = 0; i < 3; i++) expect(await store.get(key('a'))).toBeUndefined();
    expect(store.status).toMatchObject({ available: false, errors: 3, reason: 'ECONNREFUSED' });
    const { asked } = bucket;
    for (let i = 0; i < 20; i++) expect(await store.get(key('a'))).toBeUndefined();
    expect(await store.put(key('c'), {}, body)).toBe(false);
    expect([bucket.asked - asked, store.status.skipped]).toEqual([0, 21]);
    bucket.failure = undefined;
    now += 5000;
    expect((await store.get(key('a')))?.meta).toEqual({ name: 'a' });
    expect(store.status.available).toBe(true);
  });

  test('is found well again where nobody asks for anything', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const pass = async (milliseconds: number) => {
      now += milliseconds;
      await vi.advanceTimersByTimeAsync(milliseconds);
    };
    try {
      bucket.failure = { kind: 'failed', code: 'ECONNREFUSED' };
      for (let i = 0; i < 3; i++) await store.get(key('a'));
      await pass(12_000);
      expect([store.status.available, store.status.errors > 3]).toEqual([false, true]);
      bucket.failure = undefined;
      const { asked } = bucket;
      await pass(12_000);
      expect([store.status.available, bucket.asked - asked]).toEqual([true, 1]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('by being slow is given up at the end of its time', async () => {
    await put();
    bucket.delay = 10_000;
    expect(await store.get(key('a'))).toBeUndefined();
    expect(store.status).toMatchObject({ errors: 1, misses: 0 });
  });

  test('while nobody waits any more says nothing of itself', async () => {
    await put();
    bucket.delay = 10_000;
    const gone = new AbortController();
    const read = store.get(key('a'), { signal: gone.signal });
    gone.abort();
    expect(await read).toBeUndefined();
    expect(store.status).toMatchObject({ available: true, errors: 0 });
  });

  test('by asking to come later counts as failing', async () => {
    bucket.failure = { kind: 'busy', status: 503, code: 'SlowDown' };
    for (let i = 0; i < 3; i++) await store.get(key('a'));
    expect(store.status).toMatchObject({ available: false, reason: 'SlowDown' });
  });

  describe('while a prefix is deleted', () => {
    const prefix = key('a').slice(0, 16);
    const putMany = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await store.put(prefix + String(i).padStart(48, '0'), {}, body);
      }
    };
    const remove = () => store.deletePrefix(prefix);

    test('from the start says that nothing is gone, and that it does not know what is left', async () => {
      await put();
      bucket.failure = { kind: 'failed', code: 'ECONNREFUSED' };
      expect(await remove()).toEqual({ deleted: 0, left: 0, whole: false });
      expect(store.status.errors).toBe(1);
    });

    test('between two deletions says what is gone and what is left', async () => {
      await putMany(1500);
      const { deleteAll } = bucket;
      let deletions = 0;
      bucket.deleteAll = (names) => {
        if (++deletions > 1) bucket.failure = { kind: 'busy', code: 'SlowDown', status: 503 };
        return deleteAll.call(bucket, names);
      };
      expect(await remove()).toEqual({ deleted: 100, left: 1400, whole: false });
      expect(bucket.objects.size).toBe(1400);
    });

    test('asks for some deletions side by side, and for no name twice', async () => {
      await putMany(1030);
      const { deleteAll } = bucket;
      const asked: string[] = [];
      let now = 0;
      let most = 0;
      bucket.delay = 5;
      bucket.deleteAll = async (names) => {
        asked.push(...names);
        most = Math.max(most, ++now);
        const left = await deleteAll.call(bucket, names);
        now--;
        return left;
      };
      expect(await remove()).toEqual({ deleted: 1030, left: 0, whole: true });
      expect(new Set(asked).size).toBe(1030);
      expect([asked.length, most]).toEqual([1030, 4]);
    });

    test('and is well again a moment later is told nothing of it', async () => {
      await putMany(30);
      const { deleteAll } = bucket;
      let tries = 0;
      bucket.deleteAll = (names) => {
        bucket.failure = ++tries > 1 ? undefined : { kind: 'busy', code: 'SlowDown', status: 503 };
        const answer = deleteAll.call(bucket, names);
        return answer.finally(() => {
          bucket.failure = undefined;
        });
      };
      expect(await remove()).toEqual({ deleted: 30, left: 0, whole: true });
      expect(store.status.errors).toBe(0);
    });

    test('keeping some of it says how many', async () => {
      await putMany(40);
      bucket.keeps = (name) => name.endsWith('7');
      expect(await remove()).toEqual({ deleted: 36, left: 4, whole: false });
      bucket.keeps = () => false;
      expect(await remove()).toEqual({ deleted: 4, left: 0, whole: true });
    });
  });
});

test('a large body goes from its file, and one that left it meanwhile is no failure of the bucket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-bucket-'));
  const bytes = Buffer.alloc(9_000_000, 7);
  const file = join(folder, 'body');
  writeFileSync(file, bytes);
  const stored = { ...fileBody(file, bytes.length), file, crc: crc32(bytes) };
  const store = new BucketStore({ bucket: new MemoryBucket(), prefix: '', deadline: 5000 });
  expect(await store.put(key('a'), {}, stored)).toBe(true);
  const entry = await store.get(key('a'));
  expect(Buffer.compare(await bytesOf(entry!.body), bytes)).toBe(0);
  rmSync(folder, { recursive: true });
  expect(await store.put(key('b'), {}, stored)).toBe(false);
  expect(store.status).toMatchObject({ available: true, errors: 0, written: 1 });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

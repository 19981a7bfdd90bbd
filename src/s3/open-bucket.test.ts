/** A bucket on a real server of the protocol. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS, missingServices, startBucket } from '../../test/support/services.ts';
import { type Bucket, BucketFailure, type FailureKind } from './bucket.ts';
import { openBucket } from './open-bucket.ts';

describe.skipIf(missingServices(['rclone']).length > 0)('a bucket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-bucket-'));
  let service: Awaited<ReturnType<typeof startBucket>>;
  let bucket: Bucket;
  beforeAll(async () => {
    service = await startBucket({ folder });
    const { endpoint, bucket: name } = service;
    bucket = await openBucket({ bucket: name, endpoint, credentials: ACCESS });
  });
  afterAll(async () => {
    bucket?.close();
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const bytes = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, i) => i * 31));
  async function read(name: string): Promise<Buffer> {
    const found = await bucket.get(name);
    if (found.kind !== 'found') throw new Error('expected an object, got none');
    const pieces: Uint8Array[] = [];
    for await (const piece of found.body) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  test('gives back what was put, from memory and in pieces', async () => {
    await bucket.put('a/one.jpg', bytes(1000), 1000, { contentType: 'image/jpeg' });
    expect(Buffer.compare(await read('a/one.jpg'), bytes(1000))).toBe(0);
    const whole = bytes(3_000_000);
    async function* pieces() {
      for (let at = 0; at < whole.length; at += 100_000) yield whole.subarray(at, at + 100_000);
    }
    await bucket.put('a/two', pieces(), whole.length);
    expect(Buffer.compare(await read('a/two'), whole)).toBe(0);
    await bucket.put('a/none', new Uint8Array(), 0);
    expect(await read('a/none')).toHaveLength(0);
  });

  test('says when a held copy is still good', async () => {
    await bucket.put('held', bytes(10), 10);
    const first = await bucket.get('held');
    if (first.kind !== 'found') throw new Error('expected an object, got none');
    first.discard();
    const { etag = '' } = first.headers;
    expect(etag).toMatch(/^"/);
    expect((await bucket.get('held', { ifNoneMatch: etag })).kind).toBe('unchanged');
    await bucket.put('held', bytes(20), 20);
    const second = await bucket.get('held', { ifNoneMatch: etag });
    expect(second.kind).toBe('found');
    if (second.kind === 'found') second.discard();
  });

  test('lists by prefix, in order, from a name on, and deletes many at once', async () => {
    const names = Array.from({ length: 1040 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
    for (let at = 0; at < names.length; at += 50) {
      await Promise.all(names.slice(at, at + 50).map((name) => bucket.put(name, bytes(1), 1)));
    }
    const listed = async (prefix: string, after?: string) => {
      const found: string[] = [];
      for await (const name of bucket.list(prefix, after)) found.push(name);
      return found;
    };
    expect(await listed('many/')).toEqual(names);
    expect(await listed('many/00', 'many/0097')).toEqual(['many/0098', 'many/0099']);
    expect(await bucket.deleteAll(names.slice(0, 1000))).toEqual([]);
    expect(await listed('many/')).toEqual(names.slice(1000));
    await bucket.delete(names[1000]!);
    await bucket.delete('many/never');
    expect(await listed('many/')).toEqual(names.slice(1001));
  });

  test.each<[string, FailureKind, () => Promise<unknown>]>([
    ['an object that is not there', 'missing', () => bucket.get('nowhere')],
    [
      'a bucket that is not there',
      'failed',
      async () =>
        (await openBucket({ ...service, bucket: 'other', credentials: ACCESS })).get('one'),
    ],
    [
      'another secret',
      'denied',
      async () => {
        const credentials = { ...ACCESS, secretAccessKey: 'another' };
        return (await openBucket({ ...service, credentials })).get('one');
      },
    ],
    [
      'a server that is not there',
      'failed',
      async () =>
        (await openBucket({ ...service, endpoint: 'http://127.0.0.1:9', credentials: ACCESS })).get(
          'one',
        ),
    ],
    ['a signal', 'left', () => bucket.get('held', { signal: AbortSignal.abort() })],
    ['the end of its time', 'late', () => bucket.get('held', { signal: timeout() })],
  ])('fails for %s: %s', async (_, kind, work) => {
    await expect(work()).rejects.toSatisfy(
      (error) => error instanceof BucketFailure && error.kind === kind,
    );
  });
});

function timeout(): AbortSignal {
  return AbortSignal.abort(new DOMException('It is too slow.', 'TimeoutError'));
}

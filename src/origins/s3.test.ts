/** The S3 origin: on a real server of the protocol where there is one, and on a bucket whose failures a test holds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryBucket } from '../../test/support/memory-bucket.ts';
import { ACCESS, missingServices, startBucket } from '../../test/support/services.ts';
import { openBucket } from '../s3/open-bucket.ts';
import { createOrigin } from './create.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { bytesOf, faultCode, faultOf, never, originSuite } from './origin.suite.ts';
import { S3Origin } from './s3.ts';
import { DEFAULT_TRAFFIC } from './traffic.ts';

const LIMITS = { ...DEFAULT_LIMITS, maxBytes: 100_000 };

function originOf(bucket: MemoryBucket, more: object = {}): S3Origin {
  const traffic = { ...DEFAULT_TRAFFIC, ...more };
  const open = async () => bucket;
  return new S3Origin({ bucket: 'photos', prefix: 'in/', limits: LIMITS, traffic, open });
}

describe('a bucket of a test', () => {
  originSuite(async () => {
    const bucket = new MemoryBucket();
    return {
      origin: originOf(bucket),
      put: async (name, body) => {
        await bucket.put(`in/${name}`, body);
        return { kind: 'path', path: name };
      },
      missing: { kind: 'path', path: 'nothing.png' },
    };
  });
});

describe.skipIf(missingServices(['rclone']).length > 0)('a bucket of a real server', () => {
  originSuite(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fovea-s3-'));
    const service = await startBucket({ folder });
    const { endpoint, bucket: name } = service;
    const bucket = await openBucket({ bucket: name, endpoint, credentials: ACCESS });
    const config = { kind: 's3' as const, bucket: name, prefix: '/in/', endpoint, ...ACCESS };
    return {
      origin: createOrigin(config, LIMITS),
      put: async (path, body) => {
        await bucket.put(`in/${path}`, body, body.length);
        return { kind: 'path', path };
      },
      missing: { kind: 'path', path: 'nothing.png' },
      end: async () => {
        bucket.close();
        await service.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });
});

describe('names of objects', () => {
  const origin = originOf(new MemoryBucket());
  const located = (path: string) => origin.locate({ kind: 'path', path });

  test.each([
    ['a/b.jpg', 's3://photos/in/a/b.jpg', 'below the prefix'],
    ['/a/b.jpg', 's3://photos/in/a/b.jpg', 'with a slash in front'],
    ['a%20b/%C3%A4.jpg', 's3://photos/in/a b/ä.jpg', 'unescaped'],
    ['a//b.jpg', 's3://photos/in/a//b.jpg', 'with all their slashes'],
    ['..a/b..jpg', 's3://photos/in/..a/b..jpg', 'with dots'],
  ])('%s is %s (%s)', async (path, id) => {
    expect((await located(path)).id).toBe(id);
  });

  test.each([
    ['../secret', 'source-refused'],
    ['a/%2e%2e/b', 'source-refused'],
    ['a%5c..%5cb', 'source-refused'],
    ['a%00', 'source-refused'],
    ['%', 'bad-request'],
    ['', 'source-not-found'],
    ['folder/', 'source-not-found'],
    ['a'.repeat(1100), 'source-not-found'],
  ])('%s is %s', async (path, code) => {
    expect(await faultCode(located(path))).toBe(code);
  });

  test('of other kinds are refused', async () => {
    const url = { kind: 'url' as const, url: 'https://example.com/a.jpg' };
    expect(await faultCode(origin.locate(url))).toBe('source-refused');
  });
});

describe('a bucket that fails', () => {
  let bucket: MemoryBucket;
  beforeEach(async () => {
    bucket = new MemoryBucket();
    await bucket.put('in/a.jpg', Buffer.alloc(50_000, 1));
  });
  const at = { id: 's3://photos/in/a.jpg', below: 'a.jpg' };

  test.each([
    [{ kind: 'denied', status: 403, code: 'AccessDenied' }, 'source-forbidden'],
    [{ kind: 'missing', status: 404, code: 'NoSuchKey' }, 'source-not-found'],
    [{ kind: 'failed', status: 404, code: 'NoSuchBucket' }, 'origin-failed'],
    [{ kind: 'failed', status: 500, code: 'InternalError' }, 'origin-failed'],
    [{ kind: 'late', code: 'TimeoutError' }, 'origin-timeout'],
  ] as const)('with %j is %s, and is asked once', async (failure, code) => {
    const { asked } = bucket;
    bucket.failure = failure;
    expect(await faultCode(originOf(bucket).fetch(at, undefined, never))).toBe(code);
    expect(bucket.asked - asked).toBe(1);
  });

  test.each([
    [{ kind: 'busy', status: 503, code: 'SlowDown', retryAfter: 0 }],
    [{ kind: 'failed', code: 'ECONNREFUSED' }],
  ] as const)('with %j is asked again', async (failure) => {
    const { asked } = bucket;
    bucket.failure = failure;
    const origin = originOf(bucket);
    const fetched = origin.fetch(at, undefined, never);
    for (let i = 0; i < 500 && bucket.asked === asked; i++) await new Promise(setImmediate);
    bucket.failure = undefined;
    expect(await bytesOf(await fetched)).toHaveLength(50_000);
    expect(origin.health().retries).toBe(1);
  });

  test('again and again is left alone', async () => {
    bucket.failure = { kind: 'busy', status: 503, code: 'SlowDown' };
    const origin = originOf(bucket, { retries: 0, breakerFailures: 3 });
    for (let i = 0; i < 3; i++) await faultCode(origin.fetch(at, undefined, never));
    const { asked } = bucket;
    const fault = await faultOf(origin.fetch(at, undefined, never));
    expect([fault.code, bucket.asked - asked]).toEqual(['origin-paused', 0]);
    expect(origin.health().paused).toBe(1);
  });

  test('in the middle of a body gives no whole one', async () => {
    bucket.cutAfter = 20_000;
    const fetched = await originOf(bucket).fetch(at, undefined, never);
    expect(await faultCode(bytesOf(fetched))).toBe('origin-failed');
  });

  test('by saying more than a source may have is refused before its body', async () => {
    await bucket.put('in/a.jpg', Buffer.alloc(100_001));
    expect(await faultCode(originOf(bucket).fetch(at, undefined, never))).toBe('source-too-large');
  });

  test('without an end of its time ends with ours', async () => {
    bucket.delay = 10_000;
    const limits = { ...LIMITS, firstByteMs: 30 };
    const open = async () => bucket;
    const origin = new S3Origin({
      ...{ bucket: 'photos', prefix: '', limits, traffic: DEFAULT_TRAFFIC, open },
    });
    expect(await faultCode(origin.fetch(at, undefined, never))).toBe('origin-timeout');
  });
});

test('half of the credentials is a mistake of the configuration', async () => {
  const config = { kind: 's3' as const, bucket: 'photos', accessKeyId: 'a' };
  const fetched = createOrigin(config).fetch({ id: 's3://photos/a' }, undefined, never);
  await expect(fetched).rejects.toThrow(TypeError);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fakeEngine } from './exchange.suite.ts';
import { DiskProbe, Readiness, unreadyReason } from './readiness.ts';

const GOOD = { stopping: false, renders: true, rendered: true, diskTakes: true, sound: true };
const home = mkdtempSync(join(tmpdir(), 'fovea-ready-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the reason not to be ready', () => {
  test.each([
    [{}, undefined, 'all is well'],
    [{ renders: false, rendered: false }, 'starting', 'no worker came up yet'],
    [{ renders: false }, 'workers', 'they have gone'],
    [{ diskTakes: false }, 'disk', 'nothing can be kept'],
    [{ sound: false, diskTakes: false }, 'self-test', 'no picture can be made well'],
    [{ stopping: true }, 'stopping', 'it is told to stop'],
    [{ stopping: true, renders: false, diskTakes: false }, 'stopping', 'that goes before all'],
    [{ renders: false, diskTakes: false }, 'workers', 'pictures before what keeps them'],
  ])('with %o is %s (%s)', (facts, reason, _why) => {
    expect(unreadyReason({ ...GOOD, ...facts })).toBe(reason);
  });
});

describe('a probe of the disk', () => {
  test('finds a folder that takes files, makes one that is gone, and leaves nothing', async () => {
    const folder = join(home, 'cache');
    const probe = new DiskProbe(folder);
    await probe.look();
    expect(probe.failure).toBeUndefined();
    rmSync(folder, { recursive: true });
    await probe.look();
    expect(probe.failure).toBeUndefined();
  });

  test('says what the system says where it takes none', async () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    const probe = new DiskProbe(join(file, 'cache'));
    expect(probe.failure).toBeUndefined();
    await probe.look();
    expect(probe.failure).toBe('ENOTDIR');
  });

  test('looks again when what it knows is old, and not before', async () => {
    let now = 0;
    const file = join(home, 'again');
    writeFileSync(file, '');
    const probe = new DiskProbe(join(file, 'cache'), () => now);
    now = 4999;
    expect(probe.failure).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(probe.failure).toBeUndefined();
    now = 5000;
    expect(probe.failure).toBeUndefined();
    await expect.poll(() => probe.failure).toBe('ENOTDIR');
  });
});

describe('readiness', () => {
  test('tells a start from workers that have gone', () => {
    let up = false;
    const readiness = new Readiness(fakeEngine({ ready: () => up }), () => false);
    expect(readiness.reason).toBe('starting');
    up = true;
    expect(readiness.reason).toBeUndefined();
    up = false;
    expect(readiness.reason).toBe('workers');
  });

  test('says more to one who may know', () => {
    const disk = { failure: 'EROFS' };
    expect(new Readiness(fakeEngine(), () => false, disk).detail).toEqual({
      ready: false,
      reason: 'disk',
      draining: false,
      workers: { workers: 1, running: 0, queued: 0, quarantined: 0, waitSeconds: 0 },
      disk: { writable: false, code: 'EROFS' },
    });
  });

  test('is there without a bucket or Redis, which it says', () => {
    const shared = {
      ...{ available: false, reason: 'ECONNREFUSED' },
      ...{ hits: 0, misses: 0, errors: 3, skipped: 0, written: 0, waiting: 0, dropped: 2 },
    };
    const nodes = {
      ...{ available: true, losses: 0 },
      flights: { held: 0, taken: 0, failed: 0, alone: 0 },
    };
    const engine = fakeEngine();
    const status = () => ({ ...engine.status(), shared, nodes });
    const { ready, degraded, bucket, redis } = new Readiness(
      { ready: () => true, status },
      () => false,
    ).detail;
    expect({ ready, degraded, bucket, redis }).toEqual({
      ready: true,
      degraded: ['bucket'],
      bucket: { available: false, reason: 'ECONNREFUSED' },
      redis: { available: true },
    });
    const well = () => ({ ...status(), shared: { ...shared, available: true } });
    expect(new Readiness({ ready: () => true, status: well }, () => false).detail).toMatchObject({
      bucket: { available: true },
    });
  });
});

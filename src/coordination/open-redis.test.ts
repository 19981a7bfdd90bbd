import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type LocalRedis, REDIS_PROGRAM, startRedis } from '../../test/support/redis.ts';
import type { Coordination } from './coordination.ts';
import { openRedis } from './open-redis.ts';

const KEY = 'ab'.repeat(32);
const ETAG = `"${'12'.repeat(16)}"`;

describe.skipIf(REDIS_PROGRAM === undefined)('coordination by Redis', () => {
  let redis: LocalRedis;
  const opened: Coordination[] = [];
  let prefix = 0;

  beforeAll(async () => {
    redis = await startRedis(['--requirepass', 'secret']);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    prefix++;
  });
  afterAll(() => redis.stop());

  const open = async (password = 'secret', changed?: (available: boolean) => void) => {
    const options = { url: redis.url, password, prefix: `o${prefix}`, ...(changed && { changed }) };
    const one = await openRedis(options);
    opened.push(one);
    return one;
  };
  const reached = (one: Coordination) =>
    vi.waitFor(() => expect(one.status.available).toBe(true), 5000);

  test('says whether others can be reached, and why not', async () => {
    const told: boolean[] = [];
    const one = await open('secret', (available) => told.push(available));
    expect(one.status).toMatchObject({ available: false, losses: 0 });
    await reached(one);
    await redis.kill();
    await vi.waitFor(() => expect(one.status).toMatchObject({ available: false, losses: 1 }));
    expect(one.status.reason).toMatch(/\w/);
    await redis.start();
    await reached(one);
    expect(told).toEqual([true, false, true]);
  });

  test('that is not let in does without, and says why', async () => {
    const one = await open('wrong');
    await vi.waitFor(() => expect(one.status.reason).toMatch(/WRONGPASS|invalid|password/i), 5000);
    expect((await one.leases.take('k')).kind).toBe('alone');
    expect(await one.journal.append({})).toBeUndefined();
    expect(await one.learned.get('a', 'b')).toBeUndefined();
    one.learned.put('a', 'b', 1);
    one.announcements.tell(KEY, ETAG);
    expect(JSON.stringify(one.status)).not.toContain('wrong"');
  });

  test.each([
    ['a wrong password', 'wrong', () => redis.url, /WRONGPASS|password/i],
    ['no password', '', () => redis.url, /NOAUTH|Authentication/i],
    ['nobody there', 'secret', () => 'redis://127.0.0.1:1', /ECONNREFUSED/],
    ['a name that is none', 'secret', () => 'redis://no-such-host.invalid', /ENOTFOUND|EAI_AGAIN/],
  ])(
    'is said to be away, once and with why, where it never was there: %s',
    async (_, password, url, why) => {
      const told: [boolean, string | undefined][] = [];
      const changed = (...facts: [boolean, string?]) => told.push([facts[0], facts[1]]);
      const login = password === '' ? {} : { password };
      const one = await openRedis({ url: url(), ...login, prefix: `o${prefix}`, changed });
      opened.push(one);
      await vi.waitFor(() => expect(told).toHaveLength(1), 5000);
      expect(told).toEqual([[false, expect.stringMatching(why)]]);
      // A second attempt comes soon and says nothing more
      await vi.waitFor(
        () => expect(one.status).toMatchObject({ available: false, losses: 0 }),
        5000,
      );
      expect(told).toHaveLength(1);
    },
  );

  test('tells other nodes of renditions that were improved', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    const heard = { one: [] as string[], two: [] as string[] };
    one.announcements.follow((key, etag) => heard.one.push(key + etag));
    two.announcements.follow((key, etag) => heard.two.push(key + etag));
    await Promise.all([reached(one), reached(two)]);
    await vi.waitFor(() => {
      one.announcements.tell(KEY, ETAG);
      expect(heard.two[0]).toBe(KEY + ETAG);
    });
    for (const [key, etag] of [
      ['../x', ETAG],
      [KEY, 'x'],
      ['', ''],
    ] as const) {
      two.announcements.tell(key, etag);
    }
    two.announcements.tell(KEY, ETAG);
    await vi.waitFor(() => expect(heard.one).toEqual([KEY + ETAG]));
  });

  test('has what one node learned, within bounds', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    await Promise.all([reached(one), reached(two)]);
    expect(await one.learned.get('s', 'faces')).toBeUndefined();
    one.learned.put('s', 'faces', [{ x: 1 }]);
    await vi.waitFor(async () => expect(await two.learned.get('s', 'faces')).toEqual([{ x: 1 }]));
    one.learned.put('s', 'long', 'x'.repeat(40_000));
    for (let i = 0; i < 64; i++) one.learned.put('s', `n${i}`, i);
    await vi.waitFor(async () => expect(await two.learned.get('s', 'n63')).toBe(63));
    // The first of a new round took the place of all before.
    expect(await two.learned.get('s', 'faces')).toBeUndefined();
    expect(await two.learned.get('s', 'long')).toBeUndefined();
  });
});

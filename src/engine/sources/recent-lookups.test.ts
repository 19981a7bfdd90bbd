import { describe, expect, test } from 'vitest';
import type { Origin } from '../../origins/origin.ts';
import { RECHECK_AFTER, RecentLookups } from './recent-lookups.ts';

/** An origin that counts how often it is asked where a source is. */
function counted(stat: boolean) {
  let located = 0;
  const origin: Origin = {
    kind: stat ? 'folder' : 'http',
    locate: async (ref) => {
      located += 1;
      if (ref.kind !== 'path') return { id: '' };
      return { id: ref.query === undefined ? ref.path : `${ref.path}?${ref.query}` };
    },
    fetch: () => Promise.reject(new Error('not asked')),
    ...(stat ? { stat: async () => ({ etag: '"a"' }) } : {}),
    close: async () => {},
  };
  return { mount: { name: 'm', origin }, located: () => located };
}

const path = (name: string) => ({ kind: 'path' as const, path: name });

test('a file is looked for again when its moment is over, and when the clock went back', async () => {
  let now = 5_000_000;
  const lookups = new RecentLookups({ now: () => now });
  const { mount, located } = counted(true);
  await lookups.locate(mount, path('a'));
  now += RECHECK_AFTER - 1;
  await lookups.locate(mount, path('a'));
  expect(located()).toBe(1);
  expect(lookups.recent(mount, path('a'))).toBeDefined();
  now += 1;
  expect(lookups.recent(mount, path('a'))).toBeUndefined();
  await lookups.locate(mount, path('a'));
  expect(located()).toBe(2);
  now -= 10_000;
  await lookups.locate(mount, path('a'));
  expect(located()).toBe(3);
});

test('an address at an origin names the same source for good', async () => {
  let now = 5_000_000;
  const lookups = new RecentLookups({ now: () => now });
  const { mount, located } = counted(false);
  const first = await lookups.locate(mount, path('a'));
  now += 100 * RECHECK_AFTER;
  expect(await lookups.locate(mount, path('a'))).toBe(first);
  expect(located()).toBe(1);
});

test.each([true, false])('queries are told apart, where a file may change: %s', async (stat) => {
  const lookups = new RecentLookups({ now: () => 0 });
  const { mount, located } = counted(stat);
  const refs = [path('a'), { ...path('a'), query: 'v=1' }, { ...path('a'), query: 'v=2' }];
  const ids = [];
  for (const ref of refs) ids.push((await lookups.locate(mount, ref)).location.id);
  expect(ids).toEqual(['a', 'a?v=1', 'a?v=2']);
  expect(located()).toBe(3);
});

test('paths, mounts and kinds of names are told apart', async () => {
  const lookups = new RecentLookups({ now: () => 0 });
  const { mount } = counted(true);
  const keys = await Promise.all([
    lookups.locate(mount, path('a')),
    lookups.locate(mount, path('b')),
    lookups.locate({ ...mount, name: 'n' }, path('a')),
  ]);
  expect(new Set(keys.map(({ key }) => key)).size).toBe(3);
});

describe('a file that is in use', () => {
  /** A lookup that was vouched for, some time ago. */
  async function used(milliseconds: number) {
    let now = 5_000_000;
    const lookups = new RecentLookups<string, string>({ now: () => now });
    const { mount, located } = counted(true);
    const first = await lookups.locate(mount, path('a'));
    first.vouched = 'as it was';
    now += milliseconds;
    const later = (by: number) => {
      now += by;
    };
    return { lookups, mount, located, first, later };
  }

  test('is looked at again before its moment is over, once', async () => {
    const { lookups, mount, located, first, later } = await used(600);
    expect(lookups.isAging(first)).toBe(true);
    await lookups.renew(mount, path('a'), first, async () => true);
    expect(lookups.isAging(first)).toBe(false);
    expect(located()).toBe(2);
    later(RECHECK_AFTER - 1);
    expect(lookups.recent(mount, path('a'))).toMatchObject({ vouched: 'as it was' });
    later(1);
    expect(lookups.recent(mount, path('a'))).toBeUndefined();
  });

  test('is not looked at while it is new', async () => {
    const { lookups, first } = await used(100);
    expect(lookups.isAging(first)).toBe(false);
  });

  test.each([
    ['has changed', async () => false],
    ['cannot be looked at', () => Promise.reject(new Error('EIO'))],
  ])('that %s is believed no longer than before', async (_, look) => {
    const { lookups, mount, first, later } = await used(600);
    await lookups.renew(mount, path('a'), first, look);
    expect(lookups.recent(mount, path('a'))).toBe(first);
    later(400);
    expect(lookups.recent(mount, path('a'))).toBeUndefined();
  });

  test('counts from before it was looked at', async () => {
    const { lookups, mount, first, later } = await used(600);
    await lookups.renew(mount, path('a'), first, async () => {
      later(300);
      return true;
    });
    later(699);
    expect(lookups.recent(mount, path('a'))).toBeDefined();
    later(1);
    expect(lookups.recent(mount, path('a'))).toBeUndefined();
  });
});

describe('many who ask at once', () => {
  /** An origin whose looks end when the test says so. */
  function slow() {
    const waiting: (() => void)[] = [];
    const origin: Origin = {
      kind: 'folder',
      locate: (ref) =>
        new Promise((resolve) => {
          waiting.push(() => resolve({ id: ref.kind === 'path' ? ref.path : '' }));
        }),
      fetch: () => Promise.reject(new Error('not asked')),
      stat: async () => ({ etag: '"a"' }),
      close: async () => {},
    };
    return { mount: { name: 'm', origin }, waiting };
  }

  test('look for a file once', async () => {
    const lookups = new RecentLookups({ now: () => 0 });
    const { mount, waiting } = slow();
    const asked = [1, 2, 3].map(() => lookups.locate(mount, path('a')));
    const other = lookups.locate(mount, path('b'));
    expect(waiting.length).toBe(2);
    for (const end of waiting) end();
    const [first, ...others] = await Promise.all(asked);
    for (const one of others) expect(one).toBe(first);
    expect((await other).location.id).toBe('b');
  });

  test('do not wait for a look that began longer ago than what is known may be old', async () => {
    let now = 0;
    const lookups = new RecentLookups({ now: () => now });
    const { mount, waiting } = slow();
    const first = lookups.locate(mount, path('a'));
    now = RECHECK_AFTER;
    const second = lookups.locate(mount, path('a'));
    const third = lookups.locate(mount, path('a'));
    expect(waiting.length).toBe(2);
    for (const end of waiting) end();
    expect(await second).not.toBe(await first);
    expect(await third).toBe(await second);
  });

  test('are all told of a failure, and who comes after it looks again', async () => {
    const lookups = new RecentLookups({ now: () => 0 });
    let looks = 0;
    const { mount } = slow();
    const origin = { ...mount.origin, locate: () => Promise.reject(new Error(`${++looks}`)) };
    const ask = () => lookups.locate({ name: 'm', origin }, path('a'));
    const both = await Promise.allSettled([ask(), ask()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(looks).toBe(1);
    await expect(ask()).rejects.toThrow('2');
  });

  test('look at it once, and again when that look is over', async () => {
    const lookups = new RecentLookups({ now: () => 0 });
    const { mount } = counted(true);
    const lookup = await lookups.locate(mount, path('a'));
    let looks = 0;
    const stat = async () => ({ etag: `"${++looks}"` });
    const both = await Promise.all([lookups.peek(lookup, stat), lookups.peek(lookup, stat)]);
    expect(both).toEqual([{ etag: '"1"' }, { etag: '"1"' }]);
    expect(await lookups.peek(lookup, stat)).toEqual({ etag: '"2"' });
  });
});

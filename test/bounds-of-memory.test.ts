/**
 * What is kept in memory by who asks is bounded by the bytes that it takes, whatever they ask for: each
 * long-lived map is filled beyond its bound with the longest that clients and origins may say.
 */
import { describe, expect, test } from 'vitest';
import { Fault } from '../src/base/fault.ts';
import { heapSize } from '../src/base/memory/heap-size.ts';
import { fastly } from '../src/dialects/fastly/index.ts';
import { imageoptim } from '../src/dialects/imageoptim/index.ts';
import { imgix } from '../src/dialects/imgix/index.ts';
import { FindingsCache } from '../src/engine/findings/findings-cache.ts';
import { PurgeMarks } from '../src/engine/purge/purge-marks.ts';
import { WarmStartCache } from '../src/engine/renditions/warm-start-cache.ts';
import { RecentLookups } from '../src/engine/sources/recent-lookups.ts';
import { RememberedFaults } from '../src/engine/sources/remembered-faults.ts';
import { SourceRecords } from '../src/engine/sources/source-records.ts';
import type { Origin } from '../src/origins/origin.ts';
import { hashKey } from '../src/plan/key.ts';
import type { Plan } from '../src/plan/plan.ts';
import { CompileCache } from '../src/server/compile-cache.ts';
import { FrontTable } from '../src/server/fronts/front-table.ts';
import { acceptedFormats } from '../src/server/http/accept.ts';

const NOW = 1_800_000_000_000;
const clock = { now: () => NOW };

/** A text of about so many characters, another one for each number. */
const long = (number: number, length = 7000) => `${number}-`.padEnd(length, 'x');

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('what addresses mean', () => {
  const CAPACITY = 500_000;
  const request = (target: string) => ({
    ...{ method: 'GET' as const, target, headers: { accept: 'image/avif' }, now: NOW },
    ...{ accepts: acceptedFormats('image/avif'), upload: false },
  });

  test.each([
    ['fastly', fastly, (i: number) => `/p${i}.jpg?width=${i}&auto=webp&optimize=high&blur=2`],
    ['imgix', imgix, (i: number) => `/p${i}.jpg?w=${i + 1}&auto=compress,format&mark=/m.png`],
    ['imgix, text', imgix, (i: number) => `/~text?w=${i + 1}&txt=${'many%20words%20'.repeat(40)}`],
    ['imgix, long names', imgix, (i: number) => `/${long(i)}.jpg?w=${i + 1}`],
    ['imageoptim', imageoptim, (i: number) => `/${i + 1}x20,crop/p${i}.jpg`],
  ])('of %s', (_, dialect, target) => {
    const cache = new CompileCache(CAPACITY);
    const site = { dialect, settings: { name: 'one', origin: 'folder' as const } };
    const made = numbers(500).map((i) => cache.compile(site, request(target(i))));
    expect(cache.bytes).toBeLessThanOrEqual(CAPACITY);
    expect(cache.bytes).toBeGreaterThan(CAPACITY / 2);
    let held = 0;
    for (let i = made.length - 1; cache.compile(site, request(target(i))) === made[i]; i--) {
      held += heapSize(made[i]) + heapSize(made[i]?.plan) + target(i).length;
    }
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(CAPACITY);
  });
});

describe('of sources', () => {
  test('where they were found', async () => {
    const origin: Origin = {
      kind: 'folder',
      locate: async (ref) => ({ id: ref.kind === 'path' ? `/folder/${ref.path}` : '' }),
      fetch: () => Promise.reject(new Error('not asked')),
      close: async () => {},
    };
    const mount = { name: 'm', origin };
    const lookups = new RecentLookups(clock);
    const ref = (i: number) => ({ kind: 'path' as const, path: long(i) });
    for (const i of numbers(3000)) await lookups.locate(mount, ref(i));
    expect(lookups.bytes).toBeLessThanOrEqual(20e6);
    expect(lookups.bytes).toBeGreaterThan(19e6);
    expect(lookups.recent(mount, ref(2999))).toBeDefined();
    expect(lookups.recent(mount, ref(0))).toBeUndefined();
  });

  test('what origins said of them', () => {
    const records = new SourceRecords({ head: async () => undefined }, new PurgeMarks(clock));
    const key = (i: number) => hashKey('source', i);
    for (const i of numbers(3000)) {
      records.remember(key(i), {
        ...{ hash: `${i}`.padStart(64, '0'), bytes: 1000, format: 'jpeg', checkedAt: NOW },
        headers: { etag: '"a"', 'surrogate-key': long(i, 12_000) },
        place: { mount: 'm', id: `${i}`, below: `${i}` },
      });
    }
    expect(records.bytes).toBeLessThanOrEqual(20e6);
    expect(records.bytes).toBeGreaterThan(19e6);
    expect([records.has(key(2999)), records.has(key(0))]).toEqual([true, false]);
  });

  test('what they failed with', () => {
    const faults = new RememberedFaults(clock);
    for (const i of numbers(2000)) {
      const cause = new Error(long(i));
      faults.add(`${i}`, new Fault('source-not-found', 'Not found.', { url: long(i) }, cause), 30);
    }
    expect(faults.bytes).toBeLessThanOrEqual(5e6);
    expect(faults.bytes).toBeGreaterThan(4.9e6);
    expect(faults.of('1999')).toBeDefined();
    expect(faults.of('0')).toBeUndefined();
  });

  test('how many of them failed, be it with little', () => {
    const faults = new RememberedFaults(clock);
    for (const i of numbers(2001)) faults.add(`${i}`, new Fault('source-empty', 'Empty.'), 30);
    expect(faults.of('1')).toBeDefined();
    expect(faults.of('0')).toBeUndefined();
  });
});

describe('of what was learned', () => {
  test('starts of searches', () => {
    const starts = new WarmStartCache();
    const found = numbers(60).map((i) => ({ pixels: 1000 * i + 0.5, score: 68.5, deviation: 0.5 }));
    for (const i of numbers(3000)) {
      starts.add(hashKey('series', i), { offsets: { jpeg: found, webp: found, avif: found } });
    }
    expect(starts.bytes).toBeLessThanOrEqual(5e6);
    expect(starts.of(hashKey('series', 2999))).toBeDefined();
  });

  test('findings', () => {
    const cache = new FindingsCache();
    const plan: Plan = {
      ...{ frames: { kind: 'all' }, ops: [], output: { kind: 'source', sanitize: false } },
    };
    const face = { x: 0.1, y: 0.1, width: 0.3, height: 0.3, score: 0.5 };
    const faces = numbers(200).map(() => ({ ...face }) as never);
    for (const i of numbers(2000)) cache.add(plan, `${i}`, { faces });
    expect(cache.bytes).toBeLessThanOrEqual(8e6);
    expect(cache.of(plan, '1999')).toBeDefined();
    expect(cache.of(plan, '0')).toBeUndefined();
  });
});

test('of answers that a front holds: their bodies, heads and addresses', () => {
  const table = new FrontTable(
    1e6,
    async () => [],
    () => NOW,
  );
  const asked = (i: number) => ({ method: 'GET', target: `/${long(i, 3000)}`, headers: {} });
  for (const i of numbers(300)) {
    table.keep(asked(i), new Uint8Array(2000), {
      ...{ serial: i, read: [], host: undefined, accept: undefined, dialect: 'imgix' },
      lines: ['content-type', 'image/webp', 'surrogate-key', long(i, 5000), 'x-request-id', ''],
      places: { date: 1, id: 5, timing: 0 },
      picture: { source: 's', dialect: 'imgix', cache: 'hit', format: 'webp' },
      ...{ shortfalls: [], bytes: 2000, sourceBytes: 9000, key: `${i}`, until: NOW + 1000 },
      generation: 0,
    });
  }
  const held = numbers(300).filter((i) => table.answer(asked(i), 'id', 0) !== undefined).length;
  expect(held).toBeGreaterThan(30);
  expect(held * (2000 + 5000 + 3000)).toBeLessThanOrEqual(1e6);
});

/** The model of several nodes (bench/scale): its traces, its simulator, and its formulas against the simulator. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coresFor, processorSeconds, rates } from '../bench/scale/model.mjs';
import { type SimulatedPlace, simulate, Tier } from '../bench/scale/simulate.mjs';
import { randomNumbers, zipfShares, zipfTrace } from '../bench/scale/trace.mjs';

describe('a trace', () => {
  test('is the same for the same seed, and another for another', () => {
    const catalogue = { pictures: 50, slope: 1, variants: 4 };
    const one = zipfTrace(catalogue, 500, 7);
    expect(zipfTrace(catalogue, 500, 7)).toEqual(one);
    expect(zipfTrace(catalogue, 500, 8)).not.toEqual(one);
  });

  test.each([0, 0.8, 1.2])('asks for pictures as often as slope %s says', (slope) => {
    const requests = 40_000;
    const shares = zipfShares(20, slope);
    const counts = new Float64Array(20);
    for (const variant of zipfTrace({ pictures: 20, slope, variants: 3 }, requests, 5)) {
      counts[Math.floor(variant / 3)]! += 1 / requests;
    }
    // Five standard deviations of the largest share
    for (const [at, share] of shares.entries()) {
      expect(Math.abs(counts[at]! - share)).toBeLessThan(5 * Math.sqrt(0.25 / requests));
    }
  });

  test('random numbers are spread over 0 to 1', () => {
    const random = randomNumbers(3);
    const numbers = Array.from({ length: 10_000 }, random);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(Math.abs(numbers.reduce((a, b) => a + b) / 10_000 - 0.5)).toBeLessThan(0.015);
  });
});

describe('a tier', () => {
  test('lets go of what was not asked for the longest', () => {
    const tier = new Tier(10);
    for (const key of [1, 2]) tier.keep(key, 5);
    expect(tier.touch(1)).toBe(true);
    tier.keep(3, 5);
    expect([1, 2, 3].map((key) => tier.touch(key))).toEqual([true, false, true]);
  });

  test('does not keep what is larger than itself', () => {
    const tier = new Tier(10);
    tier.keep(1, 5);
    tier.keep(2, 11);
    expect([1, 2].map((key) => tier.touch(key))).toEqual([true, false]);
  });
});

describe('the simulator', () => {
  // Variants 0 and 1 are of picture 0, variant 2 is of picture 1
  const trace = [0, 0, 1, 0, 2];

  test('one node without a bucket makes each variant once', () => {
    expect(simulate(trace, { nodes: 1, variants: 2, bucket: false })).toEqual({
      ...{ requests: 5, cdn: 0, memory: 2, disk: 0, bucket: 0 },
      ...{ renders: 3, fetches: 2, gets: 0, puts: 0 },
    });
  });

  test('two nodes in turn: what one made, the other has from the bucket', () => {
    // Node 0: 0, 1, 2; node 1: 0, 0
    expect(simulate(trace, { nodes: 2, variants: 2 })).toEqual({
      ...{ requests: 5, cdn: 0, memory: 1, disk: 0, bucket: 1, renders: 3, fetches: 2 },
      // Three records, four renditions; two sources of two objects, three renditions
      ...{ gets: 3 + 4, puts: 4 + 3 },
    });
  });

  test('a source that another node has read is a record and its bytes where something is made', () => {
    // Node 0 makes variant 0, node 1 variant 1 of the same picture
    const counts = simulate([0, 1], { nodes: 2, variants: 2 });
    expect(counts).toMatchObject({ fetches: 1, renders: 2, gets: 2 + 2 + 1, puts: 2 + 2 });
  });

  test('what memory has no room for is on disk, and what neither has is made again by one without a bucket', () => {
    const place = { nodes: 1, variants: 1, bytes: 1, bucket: false };
    const around = [0, 1, 0, 1];
    expect(simulate(around, { ...place, memory: 1 })).toMatchObject({ disk: 2, renders: 2 });
    expect(simulate(around, { ...place, memory: 1, disk: 1 })).toMatchObject({ renders: 4 });
  });

  test('a CDN keeps an answer for its time, at each edge', () => {
    const place = { nodes: 1, variants: 1 };
    const asked = [0, 0, 0, 0];
    const cdn = { edges: 1, ttl: 2.5, rate: 1 };
    expect(simulate(asked, { ...place, cdn })).toMatchObject({ cdn: 2, renders: 1, memory: 1 });
    expect(simulate(asked, { ...place, cdn: { ...cdn, edges: 2 } })).toMatchObject({ cdn: 2 });
    expect(simulate(asked, { ...place, cdn: { ...cdn, ttl: 0.5 } })).toMatchObject({ cdn: 0 });
  });

  test('every request is answered in one place, and every variant is made once where there is a bucket', () => {
    const places = fc.record({
      nodes: fc.integer({ min: 1, max: 5 }),
      variants: fc.integer({ min: 1, max: 4 }),
      balance: fc.constantFrom<'hash' | 'turn'>('hash', 'turn'),
      memory: fc.integer({ min: 0, max: 30 }),
      disk: fc.integer({ min: 0, max: 60 }),
    });
    const asked = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 200 });
    fc.assert(
      fc.property(places, asked, (place: SimulatedPlace, list) => {
        const counts = simulate(list, place);
        const { cdn, memory, disk, bucket, renders } = counts;
        expect(cdn + memory + disk + bucket + renders).toBe(list.length);
        expect(renders).toBe(new Set(list).size);
        expect(counts.fetches).toBe(new Set(list.map((v) => Math.floor(v / place.variants))).size);
        expect(counts.puts).toBe(renders + 2 * counts.fetches);
      }),
    );
  });
});

describe('the formulas', () => {
  const catalogue = { pictures: 2000, variants: 5 };
  const requests = 400_000;
  const warmUp = 200_000;

  test.each([
    [0.7, 1, 'hash', 0.01],
    // Formulas have all nodes alike; by hash the pictures that are asked for most are at one
    [1, 3, 'hash', 0.03],
    [1, 3, 'turn', 0.01],
    [1.2, 2, 'turn', 0.01],
  ] as const)(
    'slope %s, %s nodes by %s: tiers as the simulator counts them',
    (slope, nodes, balance, error) => {
      const trace = zipfTrace({ ...catalogue, slope }, requests, 11);
      const place = { ...{ nodes, balance, bytes: 1, memory: 300, disk: 1500 } };
      const counts = simulate(trace, { ...place, variants: 5, warmUp });
      const each = rates({ ...catalogue, slope, ...place, rate: 1000 });
      for (const tier of ['memory', 'disk'] as const) {
        const counted = counts[tier] / counts.requests;
        expect(Math.abs(each[tier] / 1000 - counted)).toBeLessThan(error);
      }
    },
  );

  test('a CDN: what it leaves over, as the simulator counts it', () => {
    const trace = zipfTrace({ ...catalogue, slope: 1 }, requests, 13);
    const cdn = { edges: 3, ttl: 30, rate: 1000 };
    const place = { nodes: 1, bytes: 1, memory: 300, disk: 1500 };
    const counts = simulate(trace, { ...place, variants: 5, warmUp, cdn });
    const each = rates({ ...catalogue, slope: 1, ...place, rate: 1000, cdn });
    expect(Math.abs(each.cdn / 1000 - counts.cdn / counts.requests)).toBeLessThan(0.01);
  });

  test('a bucket whose entries end has renders again; new variants are added', () => {
    const place = { ...catalogue, slope: 1, nodes: 1, rate: 100, bytes: 1, memory: 10, disk: 20 };
    expect(rates(place).renders).toBe(0);
    const ending = rates({ ...place, life: 1000 });
    expect(ending.renders).toBeGreaterThan(0);
    expect(ending.bucket + ending.renders).toBeCloseTo(rates(place).bucket, 6);
    expect(rates({ ...place, newVariants: 5 }).renders).toBe(5);
  });

  test('processor time is the sum of what each kind takes, and cores are whole', () => {
    const costs = { memory: 0.0001, renders: 0.2 };
    expect(processorSeconds({ memory: 1000, renders: 2, disk: 9 }, costs)).toBeCloseTo(0.5);
    expect(coresFor({ memory: 1000, renders: 2 }, costs)).toBe(1);
    expect(coresFor({ renders: 3.1 }, costs)).toBe(2);
  });
});

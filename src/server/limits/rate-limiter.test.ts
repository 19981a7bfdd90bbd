import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

const rates = fc.record({
  count: fc.integer({ min: 1, max: 50 }),
  milliseconds: fc.integer({ min: 1, max: 5000 }),
});

function at(count: number, milliseconds: number, most?: number) {
  const clock = { now: 1_000_000 };
  const limiter = new RateLimiter({ count, milliseconds }, () => clock.now, most);
  const ask = (key = 'a') => {
    const wait = limiter.wait(key);
    if (wait === 0) limiter.take(key);
    return wait;
  };
  return { limiter, clock, ask };
}

describe('a rate limiter', () => {
  test('gives all at once to who was quiet, then one each part of the window', () => {
    const { clock, ask } = at(4, 1000);
    expect([ask(), ask(), ask(), ask()]).toEqual([0, 0, 0, 0]);
    expect(ask()).toBeCloseTo(250);
    clock.now += 249;
    expect(ask()).toBeCloseTo(1);
    clock.now += 1;
    expect([ask(), ask()].map(Math.round)).toEqual([0, 250]);
    clock.now += 1000;
    expect([ask(), ask(), ask(), ask(), ask()].map(Math.round)).toEqual([0, 0, 0, 0, 250]);
  });

  test('saves nothing up: after a long quiet there is the count and no more', () => {
    const { clock, ask } = at(3, 1000);
    ask();
    clock.now += 3_600_000;
    expect(Array.from({ length: 4 }, () => ask() === 0)).toEqual([true, true, true, false]);
  });

  test('keeps keys apart', () => {
    const { ask } = at(1, 1000);
    expect([ask('a'), ask('b'), ask('a')]).toEqual([0, 0, 1000].map((n) => expect.closeTo(n, 3)));
  });

  test('remembers only so many keys', () => {
    const { limiter, ask } = at(1, 1000, 100);
    for (let i = 0; i < 10_000; i++) ask(`${i}`);
    expect(limiter.size).toBeLessThanOrEqual(100);
    expect(ask('9999')).toBeGreaterThan(0);
  });

  test('over any stretch of time admits at most the count and what has come due since', () => {
    fc.assert(
      fc.property(
        rates,
        fc.array(fc.nat(400), { maxLength: 200 }),
        ({ count, milliseconds }, waits) => {
          const { clock, ask } = at(count, milliseconds);
          const admitted: number[] = [];
          for (const wait of waits) {
            clock.now += wait;
            if (ask() === 0) admitted.push(clock.now);
          }
          for (const [first, from] of admitted.entries()) {
            for (let last = first; last < admitted.length; last++) {
              const due = ((admitted[last]! - from) / milliseconds) * count;
              expect(last - first + 1).toBeLessThanOrEqual(count + due + 1e-3);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('always admits who keeps to the rate, and who waits as long as was said', () => {
    fc.assert(
      fc.property(rates, fc.nat(60), ({ count, milliseconds }, times) => {
        const { clock, ask } = at(count, milliseconds);
        for (let i = 0; i < times; i++) {
          expect(ask()).toBe(0);
          clock.now += milliseconds / count;
        }
        while (ask() === 0);
        clock.now += ask();
        expect(ask()).toBe(0);
      }),
    );
  });
});

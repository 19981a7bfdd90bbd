import { describe, expect, test } from 'vitest';
import { BoundedMap } from '../bounded-map.ts';
import { Fault } from '../fault.ts';
import { heapSize, heapWeight } from './heap-size.ts';

describe('the size of data in memory', () => {
  test.each([
    ['nothing', undefined, 0],
    ['small numbers stand in their place', 7, 0],
    ['other numbers have their own', 0.5, 16],
    ['a character of Latin 1 is a byte', 'ä'.repeat(100), 116],
    ['another is two', 'ł'.repeat(100), 216],
    ['an object has a place per property', { a: 1, b: true }, 24 + 2 * 8],
    ['what it holds counts', { a: { b: 'xx' } }, 2 * (24 + 8) + 18],
    ['an array has a place per element', [1, 2, 3], 48 + 3 * 8],
    ['what a map holds counts', new Map([['k', 'v']]), 48 + 40 + 2 * 17],
    ['what a set holds counts', new Set(['k']), 48 + 40 + 17],
    ['bytes count', new Uint8Array(1000), 1200],
    ['a function is nothing', () => 'x'.repeat(1000), 0],
  ])('%s', (_, value, bytes) => {
    expect(heapSize(value)).toBe(bytes);
  });

  test('an object that is held twice counts once, and a circle ends', () => {
    const one: { self?: object; text: string } = { text: 'x'.repeat(1000) };
    one.self = one;
    expect(heapSize([one, one])).toBeLessThan(1200);
  });

  test('an instance of a class is not walked: it may hang on everything', () => {
    class Held {
      readonly all = 'x'.repeat(1_000_000);
    }
    expect(heapSize({ held: new Held() })).toBeLessThan(100);
  });

  test('a fault counts with what it says, its detail and its cause', () => {
    const plain = heapSize(new Fault('bad-request', ''));
    expect(plain).toBeGreaterThan(1500);
    expect(heapSize(new Fault('bad-request', 'x'.repeat(500)))).toBe(plain + 500);
    const detail = { reason: 'x'.repeat(500) };
    expect(heapSize(new Fault('bad-request', '', detail))).toBeGreaterThan(plain + 500);
    const cause = new Error('x'.repeat(500));
    expect(heapSize(new Fault('bad-request', '', {}, cause))).toBeGreaterThan(plain + 2000);
  });

  test('depth is no bound', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(heapSize(deep)).toBe(100_000 * 56 + 17);
  });
});

test('an entry weighs its key, its value and itself', () => {
  expect(heapWeight('v'.repeat(50), 'k'.repeat(20))).toBe(100 + 66 + 36);
  const map = new BoundedMap<string, string>(1000, { weigh: heapWeight });
  for (let i = 0; i < 100; i++) map.set(`${i}`.padEnd(84), 'x'.repeat(284));
  expect([map.size, map.weight]).toEqual([2, 1000]);
});

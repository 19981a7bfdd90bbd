import { describe, expect, test } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

describe('a bounded map', () => {
  test('forgets what was used least recently, and tells of it', () => {
    const gone: unknown[] = [];
    const map = new BoundedMap<string, number>(2, {
      forgotten: (value, key) => gone.push(`${key}${value}`),
    });
    map.set('a', 1);
    map.set('b', 2);
    expect(map.use('a')).toBe(1);
    map.set('c', 3);
    expect(gone).toEqual(['b2']);
    expect([...map.keys()]).toEqual(['a', 'c']);
  });

  test('get is no use', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    expect(map.get('a')).toBe(1);
    map.set('c', 3);
    expect(map.has('a')).toBe(false);
  });

  test('a key that is set again makes nobody leave', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    expect([...map.keys()]).toEqual(['b', 'a']);
    expect([map.size, map.weight]).toEqual([2, 2]);
  });

  test('weights count, and give way together', () => {
    const map = new BoundedMap<string, string>(10, { weigh: (value) => value.length });
    map.set('a', 'xxxx');
    map.set('b', 'xxxx');
    map.set('c', 'xxxxxxxx');
    expect([...map.keys()]).toEqual(['c']);
    expect(map.weight).toBe(8);
  });

  test('what is heavier than the bound is not kept, nor what it replaces', () => {
    const map = new BoundedMap<string, string>(3, { weigh: (value) => value.length });
    map.set('a', 'x');
    map.set('b', 'x');
    map.set('a', 'xxxx');
    expect([...map.keys()]).toEqual(['b']);
    expect(map.weight).toBe(1);
  });

  test('of many, those used in the last seven eighths of all uses stay', () => {
    const most = 1000;
    const map = new BoundedMap<number, number>(most);
    for (let key = 0; key < most; key++) map.set(key, key);
    // A working set of seven eighths, used in turn while others come and go.
    const kept = most * (7 / 8) - 1;
    for (let key = 0; key < kept; key++) map.use(key);
    for (let turn = 0, next = most; turn < 3 * most; turn++) {
      map.use(turn % kept);
      if (turn % 8 === 0) map.set(next++, 0);
    }
    for (let key = 0; key < kept; key++) expect(map.has(key)).toBe(true);
    expect(map.size).toBe(most);
  });

  test('what is deleted is gone', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1);
    expect(map.delete('a')).toBe(true);
    expect(map.delete('a')).toBe(false);
    expect(map.use('a')).toBeUndefined();
    expect(map.weight).toBe(0);
  });
});

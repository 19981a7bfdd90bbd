import { expect, test } from 'vitest';
import type { WarmStart } from '../../optimizer/task.ts';
import type { Key } from '../../plan/key.ts';
import { WarmStartCache } from './warm-start-cache.ts';

const found = (pixels: number, deviation = 1): WarmStart => ({
  offsets: { jpeg: [{ pixels, score: 68, deviation }] },
});
const [a, b, c] = ['a', 'b', 'c'] as Key[] as [Key, Key, Key];

test('what was found of a series adds up', () => {
  const findings = new WarmStartCache();
  findings.add(a, found(100_000));
  findings.add(a, found(400_000));
  expect(findings.of(a)?.offsets.jpeg).toHaveLength(2);
  expect(findings.of(b)).toBeUndefined();
});

test('what was taught longest ago is forgotten first', () => {
  const findings = new WarmStartCache(2);
  findings.add(a, found(1));
  findings.add(b, found(1));
  findings.add(a, found(2));
  findings.add(c, found(1));
  expect(findings.of(a)).toBeDefined();
  expect(findings.of(b)).toBeUndefined();
  expect(findings.of(c)).toBeDefined();
});

test('nothing learned takes no place', () => {
  const findings = new WarmStartCache(1);
  findings.add(a, found(1));
  findings.add(b, undefined);
  findings.add(c, { offsets: {} });
  expect(findings.of(a)).toBeDefined();
});

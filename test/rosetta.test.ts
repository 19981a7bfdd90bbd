/** One meaning in three dialects, one key; and meanings that differ, differ. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Dialect, DialectSettings } from '../src/dialects/dialect.ts';
import { fastly } from '../src/dialects/fastly/index.ts';
import { imageoptim } from '../src/dialects/imageoptim/index.ts';
import { imgix } from '../src/dialects/imgix/index.ts';
import { canonicalize } from '../src/plan/canonicalize.ts';
import { planKey } from '../src/plan/key.ts';
import type { Plan } from '../src/plan/plan.ts';
import { printPlan } from '../src/plan/print.ts';

const SETTINGS: DialectSettings = { name: 'test', origin: 'folder' };

function compile(dialect: Dialect, target: string): Plan {
  const request = {
    method: 'GET',
    target,
    headers: {},
    accepts: new Set(),
    now: 0,
    upload: false,
  } as const;
  return dialect.compile({ ...request, accepts: new Set<never>() }, SETTINGS).plan;
}

const rows = readFileSync(new URL('rosetta.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => {
    const [meaning = '', f = '', i = '', o = ''] = line.split('|').map((cell) => cell.trim());
    const plans: [string, Plan][] = [];
    if (f) plans.push(['fastly', compile(fastly, `/a.jpg?${f}`)]);
    if (i) plans.push(['imgix', compile(imgix, `/a.jpg?${i}`)]);
    if (o) plans.push(['imageoptim', compile(imageoptim, `/${o}/a.jpg`)]);
    return { meaning, plans };
  });

describe('the Rosetta table', () => {
  test.each(rows)('$meaning', ({ plans }) => {
    expect(plans.length).toBeGreaterThan(1);
    const [[, first], ...others] = plans as [[string, Plan], ...[string, Plan][]];
    for (const [name, plan] of others) {
      // Text first: it says where they differ, the key only that they do.
      expect(`${name}\n${printPlan(canonicalize(plan))}`).toBe(
        `${name}\n${printPlan(canonicalize(first))}`,
      );
      expect(planKey(plan)).toBe(planKey(first));
    }
  });

  test('different meanings have different keys', () => {
    const keys = rows.map(({ plans }) => planKey(plans[0]![1]));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

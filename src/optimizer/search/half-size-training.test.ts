import { describe, expect, test } from 'vitest';
import { optimize } from '../optimize.ts';
import { asked, raster, task, tools } from '../simulated.suite.ts';
import type { WarmStart } from '../task.ts';

describe('half the width', () => {
  const whole = () => raster({ width: 400, height: 300 });
  const half = () => raster({ width: 200, height: 150 });
  const halving = (world = {}) => ({ ...tools(world), halve: async () => half() });
  const background = { mode: 'background', milliseconds: 1e6 } as const;
  const sizes = (warmStart: WarmStart, config: string) =>
    (warmStart.offsets[config] ?? []).map(({ pixels }) => pixels);

  test.each([
    ['jpeg', 'jpeg'],
    ['webp', 'webp e4'],
    ['avif', 'avif e1'],
  ] as const)('%s: is searched when a rendition is refined', async (format, config) => {
    const first = await optimize(task(format, { raster: whole() }), halving());
    expect(sizes(first.warmStart, config)).toEqual([120_000]);
    const { warmStart } = first;
    const refined = await optimize(
      task(format, { raster: whole(), budget: background, warmStart }),
      halving(),
    );
    expect(sizes(refined.warmStart, config)).toContain(30_000);
    const without = await optimize(
      task(format, { raster: whole(), budget: background, warmStart }),
      tools(),
    );
    expect(sizes(without.warmStart, config)).not.toContain(30_000);
    expect(refined.receipt.trials).toEqual(without.receipt.trials);
    expect(refined.bytes).toEqual(without.bytes);
  });

  test.each([
    [255, 256, false],
    [256, 256, true],
  ])('of %i x %i pixels: %s, from so many something can be learned', async (width, height, is) => {
    let halved = 0;
    const halve = async () => {
      halved++;
      return raster({ width: 128, height: 128 });
    };
    const made = { ...tools(), halve };
    await optimize(task('webp', { raster: raster({ width, height }), budget: background }), made);
    expect(halved).toBe(is ? 1 : 0);
  });

  test('what it taught is where the search at that width begins', async () => {
    const world = { deviation: -1.4 };
    const { warmStart } = await optimize(
      task('webp', { raster: whole(), budget: background }),
      halving(world),
    );
    const made = tools(world);
    await optimize(task('webp', { raster: half(), warmStart }), made);
    expect(made.encodings).toHaveLength(1);
  });

  test('a small picture, and one at a fixed quality, teach nothing more', async () => {
    const small = await optimize(task('jpeg', { budget: background }), halving());
    expect(sizes(small.warmStart, 'jpeg')).not.toContain(8_000);
    const output = asked({ kind: 'quality', jpeg: 75 });
    const fixed = await optimize(
      task('jpeg', { raster: whole(), budget: background, output }),
      halving(),
    );
    expect(fixed.warmStart.offsets).toEqual({});
  });
});

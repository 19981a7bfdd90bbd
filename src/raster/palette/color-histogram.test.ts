import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { card, withBox } from '../pictures.suite.ts';
import { kindOf } from './color.ts';
import { ColorHistogram, histogramOf } from './color-histogram.ts';

/** Colors of all counted, with their pixels. */
function counts(histogram: ColorHistogram): Map<number, number> {
  const { colors, counts: times } = histogram.entries();
  return new Map([...colors].map((color, i) => [color, times[i]!]));
}

/** The mean of what was counted, point by point. */
function mean({ points, counts: times }: ReturnType<ColorHistogram['entries']>): number[] {
  const all = times.reduce((sum, count) => sum + count, 0);
  return [0, 1, 2, 3].map(
    (c) => times.reduce((sum, count, i) => sum + count * points[4 * i + c]!, 0) / all,
  );
}

describe('ColorHistogram', () => {
  test('counts every color of few', () => {
    const some = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(some, (picked) => {
        const histogram = new ColorHistogram();
        const wanted = new Map<number, number>();
        for (const n of picked) {
          const color = (0xff000000 | (n * 0x1c3a57)) >>> 0;
          histogram.add(color, n);
          wanted.set(color, (wanted.get(color) ?? 0) + n);
        }
        expect(histogram.isExact).toBe(true);
        expect(counts(histogram)).toEqual(wanted);
      }),
    );
  });

  test('all that is clear is one color', () => {
    const raster = withBox(card(20, 10, 4), [0, 0, 5, 5], [90, 80, 70, 0]);
    expect(counts(histogramOf(raster)).get(0)).toBe(25);
  });

  test('of very many colors neighbours count as one; means, pixels and kinds are kept', () => {
    const histogram = new ColorHistogram();
    const [sums, kinds] = [
      [0, 0, 0, 0],
      [0, 0, 0],
    ];
    for (let i = 0; i < 200_000; i++) {
      const color = Math.imul(i, 0x9e3779b1) >>> 0;
      const alpha = i % 3 === 0 ? 255 : color >>> 24;
      const given = alpha === 0 ? 0 : ((color & 0xffffff) | (alpha << 24)) >>> 0;
      histogram.add(given);
      kinds[kindOf(alpha)]! += 1;
      for (let c = 0; c < 3; c++) sums[c]! += (((given >> (8 * c)) & 255) * alpha) / 255;
      sums[3]! += alpha;
    }
    const entries = histogram.entries();
    expect(histogram.isExact).toBe(false);
    expect(entries.size).toBeGreaterThan(1000);
    mean(entries).forEach((value, c) => {
      expect(value).toBeCloseTo(sums[c]! / 200_000, 6);
    });
    const found = [0, 0, 0];
    entries.counts.forEach((count, i) => {
      found[entries.kinds[i]!]! += count;
    });
    expect(found).toEqual(kinds);
    entries.colors.forEach((color, i) => {
      expect(kindOf(color >>> 24)).toBe(entries.kinds[i]);
    });
  });

  test('colors that are all looked for in one place make it coarser before it gets slow', () => {
    const histogram = new ColorHistogram();
    const crowded: number[] = [];
    for (let color = 0; crowded.length < 2000; color++) {
      const solid = (color | 0xff000000) >>> 0;
      if (Math.imul(solid, 0x9e3779b1) >>> 16 < 8) crowded.push(solid);
    }
    for (let round = 0; round < 3; round++) for (const color of crowded) histogram.add(color);
    expect(histogram.isExact).toBe(false);
    expect(histogram.entries().counts.reduce((sum, count) => sum + count)).toBe(6000);
  });
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { srgbToLinear } from '../../image/srgb-curve.ts';
import { loadReduce } from '../../wasm/reduce-kernel.ts';
import { still } from '../pixels.ts';
import { type LightTables, lightTables, MOST_LIGHT, SRGB_LIGHT, WHITE } from './light.ts';
import { kernelReduce } from './reduce.ts';
import { reduceTwin } from './reduce-twin.ts';

const KERNEL = new URL('../../../dist/wasm/reduce.wasm', import.meta.url);

const power = (exponent: number) =>
  Float64Array.from({ length: 256 }, (_, level) => (level / 255) ** exponent);
const srgb = Float64Array.from({ length: 256 }, (_, level) => srgbToLinear(level / 255));

describe('tables of a curve', () => {
  test.each([1, 1.8, 2.2, 2.8])('of the power %f lead every byte back to itself', (exponent) => {
    const { light, bytes } = lightTables(power(exponent), 'same')!;
    for (let level = 0; level < 256; level++) {
      const back = bytes[light[level]!]!;
      // Where levels are closer than light is told apart, the nearest.
      expect(Math.abs(light[back]! - light[level]!)).toBeLessThanOrEqual(1);
    }
    expect([bytes[0], bytes[WHITE], bytes[MOST_LIGHT]]).toEqual([0, 255, 255]);
  });

  test('of sRGB are those that are used without', () => {
    const { light, bytes } = lightTables(srgb, 'same')!;
    expect(light).toEqual(SRGB_LIGHT.light);
    let apart = 0;
    bytes.forEach((level, i) => {
      apart = Math.max(apart, Math.abs(level - SRGB_LIGHT.bytes[i]!));
    });
    expect(apart).toBeLessThanOrEqual(1);
    expect(lightTables(power(1.8), 'srgb')!.bytes).toBe(SRGB_LIGHT.bytes);
  });

  test.each([
    ['falls', power(2).map((light, level) => (level === 9 ? 0.9 : light))],
    ['ends before white', power(2).map((light) => light * 0.9)],
    ['begins above black', power(2).map((light) => 0.1 + light * 0.9)],
    ['is too short', power(2).subarray(0, 200)],
  ])('are none for one that %s', (_, curve) => {
    expect(lightTables(curve, 'same')).toBeUndefined();
  });
});

test('the kernel and its twin give the same bytes with every table, in any order', async () => {
  const reduce = kernelReduce(await loadReduce(readFileSync(KERNEL)));
  const tables: readonly (LightTables | undefined)[] = [
    undefined,
    lightTables(power(1.8), 'same')!,
    lightTables(power(1.8), 'srgb')!,
    lightTables(power(2.8), 'same')!,
  ];
  const bytes = fc.uint8Array({ minLength: 12 * 9 * 4, maxLength: 12 * 9 * 4 });
  fc.assert(
    fc.property(bytes, fc.constantFrom(...tables), (data, table) => {
      const reduction = {
        ...({ to: { width: 5, height: 4 }, filter: 'lanczos3' } as const),
        ...(table ? { tables: table } : {}),
      };
      const raster = still(12, 9, 4, data);
      expect(reduce(raster, reduction)).toEqual(reduceTwin(raster, reduction));
    }),
  );
});

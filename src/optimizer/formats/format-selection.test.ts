import { describe, expect, test } from 'vitest';
import { optimize } from '../optimize.ts';
import { choice, flat, raster, task, tools } from '../simulated.suite.ts';

describe('between formats', () => {
  const alternatives = [choice('webp'), choice('jpeg')];

  test.each([
    [0.95, 'jpeg', 'less than a tenth is not worth another format'],
    [0.8, 'webp', 'a fifth is'],
  ] as const)('a WebP of %f the bytes of a JPEG: %s (%s)', async (share, winner, _why) => {
    const [jpeg, webp] = await Promise.all(
      (['jpeg', 'webp'] as const).map(async (f) => (await optimize(task(f), tools())).bytes.length),
    );
    const world = tools({ weight: { webp: (share * jpeg!) / webp! } });
    const { receipt } = await optimize(task('jpeg', { alternatives: [choice('webp')] }), world);
    expect(receipt.format).toBe(winner);
  });

  test('what cannot win is not encoded', async () => {
    const made = tools();
    await optimize(task('avif', { alternatives }), made);
    expect(made.encodings.every((e) => e.format === 'avif')).toBe(true);
  });

  test('an alternative without alpha is no answer for a clear picture', async () => {
    const clear = raster({ channels: 4 });
    const made = tools({ weight: { jpeg: 0.1 } });
    await optimize(task('webp', { raster: clear, alternatives: [choice('jpeg')] }), made);
    expect(made.encodings.some((e) => e.format === 'jpeg')).toBe(false);
  });

  test('a flat graphic is a lossless WebP when that is smaller', async () => {
    const { receipt } = await optimize(task('webp', { raster: flat() }), tools({ lossless: 200 }));
    expect(receipt).toMatchObject({ format: 'webp', kind: 'lossless', score: 100 });
    expect(receipt.encoding).toContain('lossless');
  });

  test.each([
    // bytes of a lossless file, as a multiple of the lossy one, kind, why
    [1.9, 'lossless', 'every pixel may cost twice a file that misses the target'],
    [2.1, 'encoded', 'but no more'],
  ])('out of reach, a lossless file of %f the bytes: %s (%s)', async (share, kind) => {
    const far = { deviation: -40 };
    const lossy = await optimize(task('webp'), tools({ ...far, lossless: 1e6 }));
    expect(lossy.receipt.outOfReach).toBe(true);
    const lossless = Math.round(share * lossy.bytes.length);
    const { receipt } = await optimize(task('webp'), tools({ ...far, lossless }));
    expect(receipt.kind).toBe(kind);
  });
});

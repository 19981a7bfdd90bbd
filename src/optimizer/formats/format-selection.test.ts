import { describe, expect, test } from 'vitest';
import type { Encoding } from '../../image/encoding.ts';
import { optimize } from '../optimize.ts';
import { asked, choice, flat, graphic, raster, task, tools } from '../simulated.suite.ts';

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

describe('near-lossless WebP', () => {
  const isNear = (e: Encoding) => e.format === 'webp' && e.mode === 'near-lossless';

  test.each<[string, number, object, boolean]>([
    // why, target, what is so in the world, whether it is delivered
    ['smaller and good enough', 85, {}, true],
    ['no smaller than the lossy file', 85, { share: 1 }, false],
    ['a score under the target', 85, { score: 84 }, false],
    ['a score half a point under the target', 85, { score: 84.6 }, true],
    ['a region far under the whole', 85, { uneven: 40 }, false],
    ['a target below those of near-lossless, reached', 75, {}, false],
    ['a target below those of near-lossless, out of reach', 75, { deviation: -40 }, true],
    ['twice the bytes of a file that misses', 75, { deviation: -40, share: 1.9 }, true],
    ['and more', 75, { deviation: -40, share: 2.1 }, false],
    ['a photograph', 85, { photo: true }, false],
  ])('%s: %i', async (_, target, more, delivered) => {
    const {
      share = 0.8,
      score = 95,
      photo = false,
      ...world
    } = more as {
      share?: number;
      score?: number;
      photo?: boolean;
    };
    const input = task('webp', {
      raster: photo ? raster() : graphic(),
      output: asked({ kind: 'target', score: target }),
    });
    const lossy = await optimize(input, tools({ ...world, lossless: 40_000 }));
    expect(lossy.receipt.encoding).not.toContain('lossless');
    const bytes = Math.round(share * lossy.bytes.length);
    const special = (e: Encoding) => (isNear(e) ? { bytes, score } : undefined);
    const made = tools({ ...world, lossless: 40_000, special });
    const { receipt } = await optimize(input, made);
    expect(receipt.encoding.includes('near')).toBe(delivered);
    if (delivered) expect(receipt).toMatchObject({ kind: 'encoded', score, bytes });
  });
});

describe('a palette PNG to a target', () => {
  test.each<[string, object, boolean]>([
    // why, what is so in the world, whether it is delivered
    ['fewer bytes and good enough', {}, true],
    ['no fewer bytes', { bytes: 64_000 }, false],
    ['a score under the target', { score: 69 }, false],
    ['a region far under the whole', { score: 80, uneven: 40 }, false],
    ['a region a little under it', { score: 80, uneven: 30 }, true],
  ])('%s', async (_, more, delivered) => {
    const { bytes = 30_000, score = 75, ...world } = more as { bytes?: number; score?: number };
    const special = (e: Encoding) =>
      e.format === 'png' && e.palette !== undefined ? { bytes, score } : undefined;
    const colored = raster({
      data: raster().data.map((v, i) => (v + 85 * (i % 3) * (i % 7)) & 255),
    });
    const made = tools({ ...world, lossless: 64_000, special });
    const { receipt } = await optimize(task('png', { raster: colored }), made);
    expect(receipt.kind).toBe(delivered ? 'encoded' : 'lossless');
  });
});

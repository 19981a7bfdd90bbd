import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { probe } from '../probe.ts';
import { withFewGreys } from './few-greys.ts';

/** A PNG with a byte for each level of grey. */
async function greyPng(side: number, level: (x: number, y: number) => number) {
  const levels = Uint8Array.from({ length: side * side }, (_, p) =>
    level(p % side, Math.floor(p / side)),
  );
  const raw = { width: side, height: side, channels: 1 } as const;
  const pipe = sharp(levels, { raw }).toColourspace('b-w');
  return new Uint8Array(await pipe.png({ compressionLevel: 9 }).toBuffer());
}

/** The palette that a source counts as, before and after its greys are counted. */
async function palettesOf(bytes: Uint8Array) {
  const info = await probe({ bytes });
  return [info.palette, (await withFewGreys({ bytes }, info)).palette];
}

/** A whole number below 16. */
function byLot(i: number) {
  const mixed = Math.imul(i + 1, 2654435761);
  return Math.imul(mixed ^ (mixed >>> 13), 2246822519) >>> 28;
}

const dots = (x: number, y: number) => (Math.cos(x * 0.9 + y * 0.6) > 0.2 ? 255 : 0);

describe('withFewGreys', () => {
  test.each([
    [2, dots],
    [16, (x: number) => 17 * (x >> 4)],
    [2, () => 90],
  ])('%i greys of 8 bits are a palette', async (greys, level) => {
    const png = await greyPng(256, level);
    expect([png[24], png[25]]).toEqual([8, 0]);
    expect(await palettesOf(png)).toEqual([undefined, greys]);
  });

  test.each<[string, number, (x: number, y: number) => number]>([
    ['of more greys', 256, (x) => x >> 3],
    ['that takes many bytes', 256, (x, y) => byLot(x + 256 * y) * 16],
    ['of many pixels', 600, dots],
  ])('a picture %s has none', async (_, side, level) => {
    expect(await palettesOf(await greyPng(side, level))).toEqual([undefined, undefined]);
  });

  test('a picture in color has none, and one that is broken is told of where it is rendered', async () => {
    const raw = { width: 64, height: 64, channels: 3 } as const;
    const red = sharp(
      new Uint8Array(64 * 64 * 3).map((_, i) => (i % 3 ? 0 : 255)),
      { raw },
    );
    expect(await palettesOf(new Uint8Array(await red.png().toBuffer()))).toEqual([
      undefined,
      undefined,
    ]);
    const png = await greyPng(256, dots);
    const broken = png.slice(0, png.length >> 1);
    const info = await probe({ bytes: png });
    expect(await withFewGreys({ bytes: broken }, info)).toBe(info);
  });
});

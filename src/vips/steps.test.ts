import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLACK, type Color, WHITE } from '../base/color.ts';
import type { ToneStep } from '../plan/op.ts';
import { border, checker, mask, over } from '../raster/compositing.ts';
import { bilevel, halftone, pixelate } from '../raster/filters.ts';
import { at, card, solid, withBox } from '../raster/pictures.suite.ts';
import { tone } from '../raster/tone.ts';
import { blurred } from './blur.ts';
import { denoise, sharpen } from './filters.ts';
import { setUpVips } from './loader-policy.ts';

setUpVips({ concurrency: 1 });

const color = (red: number, green: number, blue: number, alpha = 1): Color => ({
  red,
  green,
  blue,
  alpha,
});
const toned = (rgb: readonly number[], ...steps: ToneStep[]) =>
  at(tone(solid(2, 1, rgb), steps), 1, 0);

describe('tone', () => {
  test.each<[number[], ToneStep, number[], string]>([
    // from, step, to, why
    [[100, 150, 200], { kind: 'linear', gain: 1, offset: 51 }, [151, 201, 251], 'imgix bri=40'],
    [
      [0, 100, 255],
      { kind: 'linear', gain: 0.5, offset: 127.5 },
      [128, 178, 255],
      'fastly brightness=50',
    ],
    [[0, 100, 255], { kind: 'linear', gain: -1, offset: 255 }, [255, 155, 0], 'invert'],
    [[200, 10, 60], { kind: 'linear', gain: 1, offset: 100 }, [255, 110, 160], 'clips'],
    [[64, 128, 255], { kind: 'gamma', exponent: 2 }, [16, 64, 255], 'square of 0..1'],
    [[0, 128, 255], { kind: 'exposure', stops: -1 }, [0, 92, 188], 'half the light'],
    [[188, 188, 188], { kind: 'exposure', stops: 1 }, [255, 255, 255], 'twice the light'],
    [[200, 100, 0], { kind: 'saturation', factor: 0 }, [114, 114, 114], 'luma of Rec. 709'],
    [[200, 100, 0], { kind: 'saturation', factor: 1 }, [200, 100, 0], 'neutral'],
    [[200, 100, 50], { kind: 'hue', degrees: 360 }, [200, 100, 50], 'a full turn'],
    [[90, 90, 90], { kind: 'hue', degrees: 77 }, [90, 90, 90], 'grey has no hue'],
    [[255, 0, 0], { kind: 'vibrance', amount: 1 }, [255, 0, 0], 'already saturated'],
    [[90, 90, 90], { kind: 'vibrance', amount: 1 }, [90, 90, 90], 'grey stays grey'],
    [[100, 100, 100], { kind: 'sepia', amount: 0 }, [100, 100, 100], 'neutral'],
    [[100, 100, 100], { kind: 'sepia', amount: 1 }, [135, 120, 94], 'the usual matrix'],
    [
      [255, 255, 255],
      { kind: 'monochrome', color: color(255, 128, 0) },
      [255, 128, 0],
      'white becomes the hue',
    ],
    [
      [255, 255, 255],
      { kind: 'monochrome', color: color(255, 0, 0, 0) },
      [255, 255, 255],
      'strength 0',
    ],
    [
      [0, 0, 0],
      { kind: 'duotone', dark: color(10, 20, 30), light: WHITE, amount: 1 },
      [10, 20, 30],
      'dark end',
    ],
    [
      [255, 255, 255],
      { kind: 'duotone', dark: BLACK, light: color(200, 210, 220), amount: 1 },
      [200, 210, 220],
      'light end',
    ],
    [
      [255, 255, 255],
      { kind: 'duotone', dark: BLACK, light: color(155, 155, 155), amount: 0.5 },
      [205, 205, 205],
      'half over the original',
    ],
    [
      [128, 128, 128],
      { kind: 'shadows-highlights', shadows: 1, highlights: -1 },
      [128, 128, 128],
      'the middle stays',
    ],
    [
      [0, 0, 0],
      { kind: 'shadows-highlights', shadows: 0, highlights: -1 },
      [0, 0, 0],
      'highlights leave black',
    ],
  ])('%j by %j is %j (%s)', (from, step, to) => {
    expect(toned(from, step)).toEqual(to);
  });

  test('fastly contrast anchors: -100 is all grey', () => {
    // f = 259 (C + 255) / (255 (259 - C)) is 0 at C = -255.
    expect(toned([3, 99, 250], { kind: 'linear', gain: 0, offset: 128 })).toEqual([128, 128, 128]);
  });

  test('highlights and shadows never turn detail over', () => {
    const ramp = card(256, 1);
    for (let x = 0; x < 256; x++) ramp.data.fill(x, x * 3, x * 3 + 3);
    const out = tone(ramp, [{ kind: 'shadows-highlights', shadows: 1, highlights: -1 }]);
    for (let x = 1; x < 256; x++) {
      expect(at(out, x, 0)[0]!).toBeGreaterThanOrEqual(at(out, x - 1, 0)[0]!);
    }
    expect(at(out, 240, 0)[0]!).toBeLessThan(220);
    expect(at(out, 20, 0)[0]!).toBeGreaterThan(35);
  });

  test('a table and floats agree within one level', () => {
    const curves: ToneStep[] = [
      { kind: 'linear', gain: 1.3, offset: -20 },
      { kind: 'gamma', exponent: 0.7 },
      { kind: 'exposure', stops: 0.3 },
    ];
    const neutral: ToneStep = { kind: 'saturation', factor: 1 };
    const picture = card(64, 64);
    const table = tone(picture, curves).data;
    const floats = tone(picture, [...curves, neutral]).data;
    // The table rounds once; floats pass curves in sixteenths.
    expect(Math.max(...table.map((v, i) => Math.abs(v - floats[i]!)))).toBeLessThanOrEqual(1);
  });

  test('alpha is never touched', () => {
    const clear = solid(4, 4, [10, 20, 30, 40]);
    const out = tone(clear, [
      { kind: 'sepia', amount: 1 },
      { kind: 'gamma', exponent: 2 },
    ]);
    expect(at(out, 2, 2)[3]).toBe(40);
  });
});

describe('filters', () => {
  test('a blur keeps flat areas and the mean, wide ones too', async () => {
    expect(at(await blurred(solid(40, 40, [9, 99, 199]), 5), 20, 20)).toEqual([9, 99, 199]);
    const box = withBox(solid(120, 120, [0, 0, 0]), [30, 30, 60, 60], [200, 200, 200]);
    for (const sigma of [2, 12]) {
      const out = await blurred(box, sigma);
      const mean = out.data.reduce((sum, v) => sum + v, 0) / out.data.length;
      expect(Math.abs(mean - 50)).toBeLessThan(3);
      expect(at(out, 60, 60)[0]!).toBeGreaterThan(sigma === 2 ? 195 : 150);
    }
  });

  test('a wide blur on a small copy looks like the real one', async () => {
    const box = withBox(solid(160, 160, [20, 20, 20]), [0, 0, 80, 160], [220, 220, 220]);
    const out = await blurred(box, 16);
    // A step under a Gaussian is its integral: 84 % one sigma in.
    expect(Math.abs(at(out, 64, 80)[0]! - (20 + 200 * 0.8413))).toBeLessThan(6);
    expect(Math.abs(at(out, 79, 80)[0]! - 120)).toBeLessThan(8);
  });

  test.each([
    // sigma, width, height, value of the first and of the last line under the true Gaussian
    [40, 200, 8, 113, 127],
    [64, 200, 16, 111, 129],
    [40, 8, 200, 113, 127],
  ])('a blur of %i keeps what %i x %i pixels still show', async (sigma, width, height, ...ends) => {
    const half = width > height ? [width, height / 2] : [width / 2, height];
    const strip = withBox(
      solid(width, height, [220, 220, 220]),
      [0, 0, half[0]!, half[1]!],
      [20, 20, 20],
    );
    const out = await blurred(strip, sigma);
    // Half the step is above the middle, half below: a copy one pixel thin would show one grey.
    const first = at(out, width > height ? 100 : 0, width > height ? 0 : 100)[0]!;
    const last = at(out, width > height ? 100 : width - 1, width > height ? height - 1 : 100)[0]!;
    expect(Math.abs(first - ends[0]!)).toBeLessThanOrEqual(3);
    expect(Math.abs(last - ends[1]!)).toBeLessThanOrEqual(3);
  });

  test('sharpening leaves flat areas, lifts edges, and heeds its threshold', async () => {
    const edge = withBox(solid(40, 20, [100, 100, 100]), [20, 0, 20, 20], [150, 150, 150]);
    const step = {
      kind: 'sharpen',
      sigma: 2,
      amount: 1,
      threshold: 0,
      width: 40,
      height: 20,
    } as const;
    const luma = await sharpen(edge, { ...step, channel: 'luma' });
    expect(at(luma, 2, 10)).toEqual([100, 100, 100]);
    expect(at(luma, 20, 10)[0]!).toBeGreaterThan(160);
    expect(at(luma, 19, 10)[0]!).toBeLessThan(90);
    for (const channel of ['luma', 'rgb'] as const) {
      const high = await sharpen(edge, { ...step, threshold: 60, channel });
      expect(high.data).toEqual(edge.data);
    }
  });

  test.each([0.3, 0.5, 1, 3])('sharpening looks as far as its sigma of %f', async (sigma) => {
    const picture = withBox(card(40, 20), [13, 5, 3, 3], [200, 90, 10]);
    const soft = await blurred(picture, sigma);
    const sharp = await sharpen(picture, {
      ...{ kind: 'sharpen', sigma, amount: 1.5, threshold: 0, channel: 'rgb' },
      ...{ width: 40, height: 20 },
    });
    const wanted = Uint8ClampedArray.from(picture.data, (v, i) => v + 1.5 * (v - soft.data[i]!));
    expect([...sharp.data]).toEqual([...wanted]);
  });

  test('pixelate gives blocks in the mean of their pixels, cut blocks too', () => {
    const out = pixelate(card(25, 10), { kind: 'pixelate', side: 10, width: 25, height: 10 });
    expect(at(out, 0, 0)).toEqual(at(out, 9, 9));
    expect(at(out, 20, 0)).toEqual(at(out, 24, 9));
    expect(at(out, 0, 0)[0]).toBe(51);
  });

  test('half-tone dots are as dark as the picture', () => {
    for (const grey of [64, 128, 200]) {
      const step = { kind: 'halftone', side: 8, width: 64, height: 64 } as const;
      const out = halftone(solid(64, 64, [grey, grey, grey]), step);
      const mean = out.data.reduce((sum, v) => sum + v, 0) / out.data.length;
      expect(Math.abs(mean - grey)).toBeLessThan(35);
    }
  });

  test('noise reduction smooths noise and leaves edges', async () => {
    const noisy = withBox(solid(60, 30, [100, 100, 100]), [30, 0, 30, 30], [220, 220, 220]);
    for (let i = 0; i < noisy.data.length; i++)
      noisy.data[i] = noisy.data[i]! + ((i * 7919) % 13) - 6;
    const step = { kind: 'denoise', strength: 100, sharpness: 20, width: 60, height: 30 } as const;
    const out = await denoise(noisy, step);
    const spread = (d: Uint8Array) => {
      let sum = 0;
      for (let y = 5; y < 25; y++)
        for (let x = 5; x < 25; x++) sum += Math.abs(d[(y * 60 + x) * 3]! - 100);
      return sum;
    };
    expect(spread(out.data)).toBeLessThan(spread(noisy.data) * 0.6);
    expect(at(out, 31, 15)[0]! - at(out, 28, 15)[0]!).toBeGreaterThan(90);
  });

  test('bilevel is strictly black or white; a threshold cuts by luma, Atkinson keeps the tone', () => {
    const picture = card(64, 64);
    const cut = bilevel(picture, {
      kind: 'bilevel',
      method: 'threshold',
      level: 0.49,
      width: 64,
      height: 64,
    });
    const dither = bilevel(picture, {
      kind: 'bilevel',
      method: 'atkinson',
      level: 0.49,
      width: 64,
      height: 64,
    });
    for (const { data } of [cut, dither]) {
      expect([...new Set(data)].sort()).toEqual([0, 255]);
    }
    expect(at(cut, 2, 2)).toEqual([0, 0, 0]);
    expect(at(cut, 61, 61)).toEqual([255, 255, 255]);
    const mean = (d: Uint8Array) => d.reduce((sum, v) => sum + v, 0) / d.length;
    expect(Math.abs(mean(dither.data) - 122)).toBeLessThan(25);
  });
});

describe('grounds', () => {
  test('an opaque color takes alpha away, a translucent one stays translucent', () => {
    const half = solid(2, 2, [200, 100, 0, 128]);
    expect(at(over(half, WHITE), 0, 0)).toEqual([227, 177, 127]);
    expect(at(over(solid(2, 2, [9, 9, 9, 0]), color(1, 2, 3)), 0, 0)).toEqual([1, 2, 3]);
    const soft = at(over(solid(2, 2, [0, 0, 0, 0]), color(10, 20, 30, 0.5)), 0, 0);
    expect(soft).toEqual([10, 20, 30, 128]);
    const opaque = solid(2, 2, [1, 2, 3]);
    expect(over(opaque, WHITE)).toBe(opaque);
  });

  test('a checkerboard lies under clear areas only', () => {
    const picture = withBox(solid(8, 8, [0, 0, 0, 0]), [0, 0, 2, 8], [5, 5, 5, 255]);
    const colors = [color(208, 215, 221), WHITE] as const;
    const out = checker(picture, { kind: 'checker', side: 4, colors, width: 8, height: 8 });
    expect(out.channels).toBe(3);
    expect(at(out, 0, 0)).toEqual([5, 5, 5]);
    expect(at(out, 3, 3)).toEqual([208, 215, 221]);
    expect(at(out, 4, 3)).toEqual([255, 255, 255]);
    expect(at(out, 4, 4)).toEqual([208, 215, 221]);
  });
});

describe('shapes', () => {
  const size = { width: 100, height: 60 };
  const radii = [20, 20, 20, 20] as const;

  test('an ellipse fills the frame; its area is that of the formula', () => {
    const out = mask(solid(100, 60, [1, 2, 3]), { kind: 'mask', shape: 'ellipse', radii, ...size });
    expect(at(out, 0, 0)[3]).toBe(0);
    expect(at(out, 50, 0)[3]!).toBeGreaterThan(100);
    expect(at(out, 50, 30)).toEqual([1, 2, 3, 255]);
    let area = 0;
    for (let i = 3; i < out.data.length; i += 4) area += out.data[i]! / 255;
    expect(Math.abs(area - Math.PI * 50 * 30)).toBeLessThan(10);
  });

  test('corners are round by their own radii, under a color the size of the pixel stays', () => {
    const step = { kind: 'mask', shape: 'corners', radii: [20, 0, 10, 0], ...size } as const;
    const clear = mask(solid(100, 60, [1, 2, 3]), step);
    expect([
      at(clear, 0, 0)[3],
      at(clear, 99, 0)[3],
      at(clear, 99, 59)[3],
      at(clear, 0, 59)[3],
    ]).toEqual([0, 255, 0, 255]);
    const red = mask(solid(100, 60, [1, 2, 3]), { ...step, color: color(255, 0, 0) });
    expect(red.channels).toBe(3);
    expect(at(red, 0, 0)).toEqual([255, 0, 0]);
    expect(at(red, 50, 30)).toEqual([1, 2, 3]);
  });

  test('a border lies over the edge and nowhere else', () => {
    const out = border(solid(100, 60, [1, 2, 3]), {
      kind: 'border',
      sides: { top: 1, right: 2, bottom: 3, left: 4 },
      color: color(0, 255, 0),
      ...size,
    });
    const green = (x: number, y: number) => at(out, x, y)[1] === 255;
    expect([green(3, 30), green(4, 30), green(97, 30), green(98, 30)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([green(50, 0), green(50, 1), green(50, 56), green(50, 57)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(out.channels).toBe(3);
  });

  test('a round border is clear outside, colored on its band, and shows the picture inside', () => {
    const out = border(solid(100, 60, [1, 2, 3]), {
      kind: 'border',
      sides: { top: 5, right: 5, bottom: 5, left: 5 },
      color: color(0, 0, 255),
      radii,
      ...size,
    });
    expect(at(out, 0, 0)[3]).toBe(0);
    expect(at(out, 7, 7)).toEqual([0, 0, 255, 255]);
    expect(at(out, 50, 30)).toEqual([1, 2, 3, 255]);
  });

  test('masks never make a picture more opaque, whatever their radii', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (r) => {
          const corners = r as unknown as readonly [number, number, number, number];
          const out = mask(solid(40, 60, [9, 9, 9, 100]), {
            ...{ kind: 'mask', shape: 'corners', radii: corners, width: 40, height: 60 },
          } as const);
          for (let i = 3; i < out.data.length; i += 4)
            expect(out.data[i]!).toBeLessThanOrEqual(100);
        },
      ),
      { numRuns: 20 },
    );
  });
});

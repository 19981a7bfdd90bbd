/** The metric's own behaviour, and the kernel against its plain twin. Golden scores: `test/`. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { DISTORTIONS, PICTURES, type Picture } from '../../test/support/golden-pictures.ts';
import { builtMetric, still } from '../../test/support/metric.ts';
import type { Raster } from '../image/raster.ts';
import type { Ssimulacra2 } from './ssimulacra2.ts';
import { copyExtendedRow, geometryOf } from './ssimulacra2-picture.ts';
import { scoresOf } from './ssimulacra2-score.ts';
import { type TwinPicture, twinErrors } from './ssimulacra2-twin.ts';

let metric: Ssimulacra2;
beforeAll(async () => {
  metric = await builtMetric();
});

function scores(reference: Raster, candidate: Raster, by = metric) {
  by.setReference(reference);
  return by.compare(candidate);
}

/** The twin's result for a still, extended and reduced as the metric would. */
function twinScores(reference: Raster, candidate: Raster, ceiling = 2 ** 24) {
  const { width, height, shift } = geometryOf(reference, ceiling);
  const extended = (raster: Raster): TwinPicture => {
    const data = new Uint8Array(width * height * raster.channels);
    for (let y = 0; y < height; y++) {
      const at = y * width * raster.channels;
      copyExtendedRow(raster.data, raster, raster.channels, y, data, at, width);
    }
    return { width, height, channels: raster.channels, data };
  };
  const transparent = reference.channels === 4 || candidate.channels === 4;
  const results = (transparent ? [0.1, 0.9] : [0.1]).map((background) =>
    scoresOf(twinErrors(extended(reference), extended(candidate), { background, shift })),
  );
  return {
    score: Math.min(...results.map(({ score }) => score)),
    worst: Math.min(...results.map(({ worst }) => worst)),
  };
}

function expectTwin(reference: Raster, candidate: Raster, by = metric, ceiling = 2 ** 24): void {
  const ours = scores(reference, candidate, by);
  const twin = twinScores(reference, candidate, ceiling);
  expect(Math.abs(ours.score - twin.score)).toBeLessThan(0.02);
  expect(Math.abs(ours.worst - twin.worst)).toBeLessThan(0.02);
}

const constant = (width: number, height: number, color: readonly [number, number, number]) => {
  const data = new Uint8Array(width * height * 3).map((_, i) => color[i % 3]!);
  return still({ width, height, data });
};

/** The picture with an alpha channel made of its place. */
function withAlpha(picture: Picture, alpha: (x: number, y: number) => number): Raster {
  const { width, height, data } = picture;
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    rgba.set(data.subarray(i * 3, i * 3 + 3), i * 4);
    rgba[i * 4 + 3] = alpha(i % width, Math.floor(i / width));
  }
  return { ...still(picture), channels: 4, data: rgba };
}

describe('the kernel agrees with its twin', () => {
  test.each([
    // size      picture  distortion  strength  why
    ['1x1', 'noise', 'quant', 64, 'a single pixel, mirrored to a field'],
    ['3x200', 'noise', 'noise', 9, 'a narrow strip'],
    ['128x128', 'ui', 'box', 1, 'the smallest that is not extended'],
    ['129x131', 'noise', 'block', 8, 'odd sides at every level'],
    ['130x150', 'ui', 'chroma', 4, 'color damage only, in flat areas'],
    ['127x190', 'grad', 'quant', 8, 'banding on a gradient'],
    ['512x128', 'noise', 'shift', 1, 'exactly one strip of columns'],
    ['513x129', 'noise', 'block', 4, 'a strip of one column'],
    ['519x140', 'ui', 'noise', 6, 'a strip of seven columns'],
    ['1030x128', 'grad', 'noise', 3, 'three strips'],
  ] as const)('%s %s, %s %i (%s)', (size, picture, how, strength, _why) => {
    const [width, height] = size.split('x').map(Number) as [number, number];
    const reference =
      width > 1
        ? PICTURES[picture](width, height)
        : { width, height, data: Uint8Array.from([90, 160, 30]) };
    expectTwin(still(reference), still(DISTORTIONS[how](reference, strength)));
  });

  test('on constants, near and far', () => {
    expectTwin(constant(140, 128, [120, 120, 120]), constant(140, 128, [121, 120, 120]));
    expectTwin(constant(140, 128, [0, 0, 0]), constant(140, 128, [255, 255, 255]));
  });

  test('on transparent pictures over both backgrounds', () => {
    const picture = PICTURES.ui(150, 129);
    const alpha = (x: number, y: number) => (x < 40 ? 0 : x > 110 ? 255 : (x * 3 + y) % 256);
    const reference = withAlpha(picture, alpha);
    expectTwin(reference, withAlpha(DISTORTIONS.block(picture, 8), alpha));
    expectTwin(
      reference,
      withAlpha(picture, (x, y) => Math.min(255, alpha(x, y) + 20)),
    );
  });

  test('on random pictures of any size', () => {
    const side = fc.integer({ min: 1, max: 132 });
    const strength = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(side, side, strength, fc.integer(), (width, height, reach, seed) => {
        let state = seed >>> 0;
        const data = new Uint8Array(width * height * 3).map(() => {
          state = (Math.imul(state, 1103515245) + 12345) >>> 0;
          return state >>> 24;
        });
        const picture = { width, height, data };
        expectTwin(still(picture), still(DISTORTIONS.noise(picture, reach)));
      }),
      { numRuns: 4 },
    );
  });
});

describe('the score', () => {
  test('of equal pictures is exactly 100, and so is the worst', () => {
    for (const picture of [
      PICTURES.noise(300, 200),
      PICTURES.ui(64, 48),
      PICTURES.grad(513, 140),
    ]) {
      expect(scores(still(picture), still(picture))).toEqual({ score: 100, worst: 100 });
    }
  });

  test('is the same to the last bit whatever was measured before, and in another instance', async () => {
    const reference = still(PICTURES.noise(333, 222));
    const candidate = still(DISTORTIONS.block(PICTURES.noise(333, 222), 5));
    const first = scores(reference, candidate);
    const large = PICTURES.ui(900, 700);
    scores(still(large), still(DISTORTIONS.box(large, 2)));
    expect(scores(reference, candidate)).toEqual(first);
    expect(metric.compare(candidate)).toEqual(first);
    expect(scores(reference, candidate, await builtMetric())).toEqual(first);
  });

  test('of a small picture is near that of a large one with the same damage', async () => {
    const small = PICTURES.noise(100, 75);
    const large = PICTURES.noise(400, 300);
    const onSmall = scores(still(small), still(DISTORTIONS.block(small, 8))).score;
    const onLarge = scores(still(large), still(DISTORTIONS.block(large, 8))).score;
    expect(Math.abs(onSmall - onLarge)).toBeLessThan(6);
    // the bare definition slips its weights below 113 pixels a side
    const bare = await builtMetric({ extend: false });
    const slipped = scores(still(small), still(DISTORTIONS.block(small, 8)), bare).score;
    expect(Math.abs(slipped - onLarge)).toBeGreaterThan(20);
  });
});

describe('alpha', () => {
  const picture = PICTURES.noise(160, 140);
  const damaged = DISTORTIONS.block(picture, 8);

  test('that is 255 everywhere changes nothing, on either side', () => {
    const rgb = scores(still(picture), still(damaged));
    const opaque = (of: Picture) => withAlpha(of, () => 255);
    expect(scores(opaque(picture), opaque(damaged))).toEqual(rgb);
    expect(scores(still(picture), opaque(damaged))).toEqual(rgb);
    expect(scores(opaque(picture), still(damaged))).toEqual(rgb);
  });

  test('of zero hides the color beneath it', () => {
    const half = (x: number) => (x < 80 ? 0 : 255);
    const other = withAlpha(picture, half);
    for (let i = 0; i < other.data.length; i += 4) {
      if (other.data[i + 3] === 0) other.data.fill(77, i, i + 3);
    }
    expect(scores(withAlpha(picture, half), other)).toEqual({ score: 100, worst: 100 });
  });

  test('is judged on dark and on bright ground, and the lower counts', () => {
    const glass = (color: number) => {
      const data = new Uint8Array(140 * 140 * 3).fill(color);
      return { width: 140, height: 140, data };
    };
    // dark strokes on glass that vanish: invisible over dark ground, plain over bright
    const strokes = (x: number, y: number) => (((x >> 3) + (y >> 3)) % 2 ? 200 : 0);
    const none = () => 0;
    const { score } = scores(withAlpha(glass(25), strokes), withAlpha(glass(25), none));
    expect(score).toBeLessThan(0);
  });

  test('lost by the candidate is damage', () => {
    const reference = withAlpha(picture, (x) => (x < 80 ? 0 : 255));
    expect(scores(reference, still(picture)).score).toBeLessThan(50);
    expect(scores(still(picture), reference).score).toBeLessThan(50);
  });
});

describe('the worst region', () => {
  const picture = PICTURES.noise(1024, 768);
  const good = DISTORTIONS.block(picture, 1);
  const ruined = DISTORTIONS.block(picture, 16);

  /** The good candidate with a square of the ruined one in it. */
  function damagedAt(left: number, top: number, side: number): Raster {
    const data = good.data.slice();
    for (let y = top; y < top + side; y++) {
      const from = (y * 1024 + left) * 3;
      data.set(ruined.data.subarray(from, from + side * 3), from);
    }
    return still({ ...good, data });
  }

  test.each([
    // side  score over  worst under  why
    [32, 80, 70, 'a few letters'],
    [64, 73, 50, 'a word'],
    [128, 64, 25, 'a face'],
  ])(
    'tells of %i ruined pixels a side: whole over %i, worst under %i (%s)',
    (side, over, under) => {
      const { score, worst } = scores(still(picture), damagedAt(500, 333, side));
      expect(score).toBeGreaterThan(over);
      expect(worst).toBeLessThan(under);
    },
  );

  test('is found wherever it lies', () => {
    const places = [
      [0, 0],
      [928, 672],
      [300, 200],
      [480, 352],
      [0, 672],
    ] as const;
    const worst = places.map(([x, y]) => scores(still(picture), damagedAt(x, y, 96)).worst);
    expect(Math.max(...worst)).toBeLessThan(50);
  });

  test('lies a little under the score for damage spread evenly, never above it', () => {
    for (const strength of [2, 6, 10]) {
      const { score, worst } = scores(still(picture), still(DISTORTIONS.block(picture, strength)));
      expect(worst).toBeLessThanOrEqual(score);
      expect(score - worst).toBeLessThan(20);
    }
  });
});

describe('animations', () => {
  const frames = (count: number) =>
    Array.from({ length: count }, (_, i) => PICTURES.noise(160 + i, 130));
  /** Frames below one another; all take the width of the first. */
  function animation(pictures: readonly Picture[], delays = pictures.map(() => 100)): Raster {
    const { width, height } = pictures[0]!;
    const data = new Uint8Array(width * height * 3 * pictures.length);
    pictures.forEach((picture, page) => {
      data.set(picture.data.subarray(0, width * height * 3), page * width * height * 3);
    });
    return { ...still(pictures[0]!), data, pages: pictures.length, delays };
  }

  test('score the mean of their frames and the worst of them', () => {
    const [a, b] = frames(2) as [Picture, Picture];
    const bad = DISTORTIONS.block(a, 10);
    const alone = scores(still(a), still(bad));
    const both = scores(animation([a, b]), animation([bad, b]));
    expect(both.score).toBeCloseTo((alone.score + 100) / 2, 9);
    expect(both.worst).toBe(alone.worst);
  });

  test('are compared frame with the frame that shows at that time', () => {
    const [a, b] = frames(2) as [Picture, Picture];
    const joined = animation([a, b], [200, 100]);
    expect(scores(animation([a, a, b]), joined)).toEqual({ score: 100, worst: 100 });
  });

  test('can be compared again and again', () => {
    const both = animation(frames(3));
    const first = scores(both, animation(frames(3).map((f) => DISTORTIONS.quant(f, 16))));
    expect(metric.compare(both).score).toBe(100);
    expect(metric.compare(animation(frames(3).map((f) => DISTORTIONS.quant(f, 16))))).toEqual(
      first,
    );
  });
});

describe('large pictures', () => {
  test.each([
    ['310x300', 2 ** 16, 1],
    ['401x303', 2 ** 16, 1],
    ['610x403', 2 ** 16, 2],
    ['611x523', 2 ** 16, 2],
  ])(
    '%s under a ceiling of %i are measured at 1:2^%i, as the twin does',
    async (size, ceiling, shift) => {
      const [width, height] = size.split('x').map(Number) as [number, number];
      expect(geometryOf({ width, height }, ceiling).shift).toBe(shift);
      const reduced = await builtMetric({ ceiling });
      const picture = PICTURES.ui(width, height);
      expectTwin(still(picture), still(DISTORTIONS.box(picture, 2)), reduced, ceiling);
      const alpha = withAlpha(picture, (x) => Math.min(255, x));
      const other = withAlpha(DISTORTIONS.box(picture, 2), (x) => Math.min(255, x));
      const ours = scores(alpha, other, reduced);
      expect(Math.abs(ours.score - twinScores(alpha, other, ceiling / 2).score)).toBeLessThan(0.02);
    },
  );

  test('keep memory to 32 bytes per pixel of the ceiling, and give it back', async () => {
    const ceiling = 2 ** 18;
    const bounded = await builtMetric({ ceiling });
    const fixed = 2 ** 20;
    for (const [width, height] of [
      [512, 512],
      [2048, 1536],
      [4096, 128],
      [700, 700],
    ] as const) {
      const picture = { width, height, data: new Uint8Array(width * height * 3).fill(9) };
      expect(scores(still(picture), still(picture), bounded).score).toBe(100);
      expect(bounded.bytes).toBeLessThan(32 * ceiling + fixed);
    }
    bounded.release();
    expect(bounded.bytes).toBe(0);
    expect(() => bounded.compare(still(PICTURES.grad(9, 9)))).toThrow('setReference');
  });
});

describe('what does not fit together is refused', () => {
  test('another size', () => {
    metric.setReference(still(PICTURES.grad(40, 30)));
    expect(() => metric.compare(still(PICTURES.grad(30, 40)))).toThrow(
      'expected a candidate of 40x30, got 30x40',
    );
  });

  test('too few bytes', () => {
    const short = { ...still(PICTURES.grad(40, 30)), data: new Uint8Array(40 * 29 * 3) };
    expect(() => metric.setReference(short)).toThrow('expected 3600 bytes for a raster, got 3480');
  });
});

/** Videos by a simulated encoder whose runs of frames score otherwise than the whole. */
import { describe, expect, test } from 'vitest';
import type { VideoEncoding } from '../../image/encoding.ts';
import type { PlanarVideo, VideoEncoder } from '../../image/video.ts';
import { picture } from '../../plan/output.ts';
import { CODECS } from '../codecs/index.ts';
import type { Mode } from '../mode.ts';
import { contentCurve } from '../model/content-model.ts';
import { lnBpp } from '../model/priors.ts';
import { featuresOf, raster, task, tools } from '../simulated.suite.ts';
import { excerptOf, measuredFrames, optimizeVideo } from './video.ts';

/** So large that one frame is measured and five of them are searched. */
const LARGE = { width: 4000, height: 2500 };

function film(frames: number, size = LARGE): PlanarVideo {
  return {
    ...size,
    planes: Array.from({ length: frames }, (_, i) => Uint8Array.of(i)),
    delays: Array.from({ length: frames }, (_, i) => 10 * (i + 2)),
  };
}

interface Simulated {
  /** Spreads above the mean curve, of runs and of the whole. */
  readonly runs?: number;
  readonly whole?: number;
  readonly mode?: Mode;
  readonly format?: 'mp4' | 'webm';
  readonly output?: object;
  readonly frames?: number;
}

async function coded({ runs = 0, whole = 0, mode = 'online', ...more }: Simulated) {
  const { format = 'mp4', output = {}, frames = 12 } = more;
  const still = raster();
  const video = film(frames);
  const made: { readonly frames: number; readonly encoding: VideoEncoding; bytes: number }[] = [];
  const encoder: VideoEncoder = {
    async encode({ planes }, encoding) {
      const curve = CODECS[encoding.format].lossy.curve();
      const deviation = planes.length === frames ? whole : runs;
      const { quality } = encoding;
      const score = contentCurve(curve, featuresOf(still)).score(quality, deviation);
      const pixels = still.width * still.height * planes.length;
      const out = new Uint8Array(Math.round((pixels * Math.exp(lnBpp(curve, quality))) / 8));
      new DataView(out.buffer).setFloat64(0, score);
      made.push({ frames: planes.length, encoding, bytes: out.length });
      return out;
    },
    decode: async (bytes, _format, _shape, numbers) =>
      numbers.map(() => ({ ...still, data: bytes })),
  };
  const result = await optimizeVideo(
    {
      ...task(format, { info: task(format).info, budget: { mode, milliseconds: 60_000 } }),
      output: picture({
        ...{ formats: [{ format }], quality: { kind: 'target', score: 70 } },
        ...output,
      }),
      video,
      stills: measuredFrames(frames, LARGE.width * LARGE.height).map(() => still),
    },
    { ...tools(), video: encoder },
  );
  const score = new DataView(result.bytes.buffer).getFloat64(0);
  return { result, made, score, whole: made.filter((one) => one.frames === frames) };
}

describe('the frames that are measured', () => {
  test.each<[number, number, number[]]>([
    // frames, pixels of one, numbers
    [1, 100, [0]],
    [3, 100, [0, 1, 2]],
    [4, 100, [0, 1, 2, 3]],
    [5, 100, [1, 2, 3, 4]],
    [10, 100, [2, 4, 7, 9]],
    [100, 5e6, [33, 66, 99]],
    [100, 10e6, [99]],
    [100, 50e6, [99]],
  ])('of %i frames of %d pixels are %j', (count, pixels, numbers) => {
    expect(measuredFrames(count, pixels)).toEqual(numbers);
  });
});

describe('the runs that are searched', () => {
  test('end with a measured frame each, with their own times', () => {
    const size = { width: 2500, height: 2500 };
    const found = excerptOf(film(40, size), [19, 39])!;
    expect(found.video.planes.map(([number]) => number)).toEqual([16, 17, 18, 19, 36, 37, 38, 39]);
    expect(found.video.delays).toEqual([180, 190, 200, 210, 380, 390, 400, 410]);
    expect(found.measured).toEqual([3, 7]);
    expect(found.video).toMatchObject(size);
  });

  test('are none where they would be more than half of the video', () => {
    expect(excerptOf(film(9), [8])).toBeUndefined();
    expect(excerptOf(film(10), [9])?.video.planes).toHaveLength(5);
  });
});

describe('a whole video', () => {
  test('is coded once where it scores as its runs do', async () => {
    const { whole, made, score, result } = await coded({});
    expect(whole).toHaveLength(1);
    expect(made.length).toBeGreaterThan(1);
    expect(score).toBeGreaterThanOrEqual(69.5);
    expect(score).toBeLessThan(73);
    expect(result.bytes).toHaveLength(whole[0]!.bytes);
  });

  test.each(['online', 'background'] as const)(
    '%s: that is better than its runs is coded again, and the smaller file delivered',
    async (mode) => {
      const { whole, score, result } = await coded({ whole: 1, mode });
      expect(whole).toHaveLength(2);
      expect(whole[1]!.bytes).toBeLessThan(whole[0]!.bytes);
      expect(result.bytes).toHaveLength(whole[1]!.bytes);
      expect(score).toBeGreaterThanOrEqual(69.5);
      expect(score).toBeLessThan(73);
    },
  );

  test('that is worse is coded again, and reaches the target', async () => {
    const { whole, score, result } = await coded({ whole: -1 });
    expect(whole).toHaveLength(2);
    expect(whole[1]!.bytes).toBeGreaterThan(whole[0]!.bytes);
    expect(score).toBeGreaterThanOrEqual(69.5);
    expect(result.receipt.score).toBeCloseTo(score, 1);
  });

  test('that reaches its target at no quality is the best there was', async () => {
    const { whole, result } = await coded({ whole: -30 });
    expect(result.bytes).toHaveLength(Math.max(...whole.map(({ bytes }) => bytes)));
    expect(result.receipt.score).toBeLessThan(69);
  });

  test('that is short is searched as it is', async () => {
    const { made, whole } = await coded({ frames: 4 });
    expect(whole).toHaveLength(made.length);
  });

  test('instant is coded once', async () => {
    expect((await coded({ mode: 'instant' })).made).toHaveLength(1);
  });
});

describe('what was asked for by number', () => {
  test('a quality is one file of it', async () => {
    const { made } = await coded({ output: { quality: { kind: 'quality', jpeg: 75 } } });
    expect(made).toHaveLength(1);
    expect(made[0]!.encoding.quality).toBe(Math.round(CODECS.mp4.lossy.fromJpegScale(75)));
  });

  test('a profile and a level are in every file, the level as high as the frames need', async () => {
    const h264 = { profile: 'main', level: '3.1' } as const;
    const { made } = await coded({ output: { h264 } });
    // 250 x 157 macroblocks are more than the 36,864 of level 5.2.
    for (const { encoding } of made)
      expect(encoding).toMatchObject({ profile: 'main', level: '6.0' });
    const webm = await coded({ output: { h264 }, format: 'webm' });
    for (const { encoding } of webm.made) expect(encoding).not.toHaveProperty('profile');
  });
});

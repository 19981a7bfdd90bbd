import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Region } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import { lower } from '../../plan/lower.ts';
import { CENTRE, type ContentMeasure } from '../../plan/op.ts';
import { freezePlan } from '../../plan/plan.ts';
import { solid, withBox } from '../../raster/pictures.suite.ts';
import { setUpVips } from '../../vips/loader-policy.ts';
import { probe } from '../../vips/probe.ts';
import { FINDERS } from './finders.ts';

setUpVips({ concurrency: 1 });

const MEASURES = ['saliency', 'entropy', 'edges'] as const;
const RATIOS = [1, 16 / 9, 9 / 16, 4 / 5];

const pictureOf = ({ width, height, channels, data }: Raster) =>
  sharp(data, { raw: { width, height, channels } });

/** The window of a ratio on the upright picture, found without faces. */
async function windowOn(bytes: Uint8Array, ratio: number, by: ContentMeasure): Promise<Region> {
  const info = await probe({ bytes });
  const findings = { faces: [], [by]: await FINDERS[by]({ bytes }, info, 0, {}) };
  const plan = freezePlan({
    frames: { kind: 'all' },
    ops: [
      { kind: 'orient', by: 'source' },
      {
        ...{ kind: 'crop', area: { kind: 'ratio', ratio }, x: CENTRE, y: CENTRE },
        ...{ outside: 'fault', search: by },
      },
    ],
    output: { kind: 'facts', form: 'imgix' },
  });
  const lowered = lower(plan, info, new Set(), { findings });
  if (lowered.kind !== 'program') throw new Error(`expected a program, got ${lowered.kind}`);
  const cut = lowered.program.instructions.findLast(({ kind }) => kind === 'extract');
  const whole = { left: 0, top: 0, width: info.width, height: info.height };
  return cut?.kind === 'extract' ? cut : whole;
}

/** A yellow thing with a dark rim on grey. */
const scene = (width: number, height: number, left: number, top: number) =>
  withBox(
    withBox(solid(width, height, [120, 125, 130]), [left, top, 40, 40], [40, 30, 20]),
    [left + 4, top + 4, 32, 32],
    [245, 220, 40],
  );

const shows = (window: Region, left: number, top: number) =>
  left >= window.left &&
  top >= window.top &&
  left + 40 <= window.left + window.width &&
  top + 40 <= window.top + window.height;

describe.each(MEASURES)('%s', (by) => {
  test.each([
    [400, 100, 4, 30],
    [400, 100, 356, 30],
    [100, 400, 30, 4],
    [100, 400, 30, 356],
    [600, 400, 556, 4],
    [300, 300, 256, 256],
  ])('of %d x %d a bright thing at %d, %d is in the window of every ratio', async (...numbers) => {
    const [width, height, left, top] = numbers;
    const bytes = await pictureOf(scene(width, height, left, top))
      .png()
      .toBuffer();
    for (const ratio of RATIOS) {
      expect(shows(await windowOn(bytes, ratio, by), left, top), `ratio ${ratio}`).toBe(true);
    }
  });

  test('a mirrored picture has the mirrored window, within two pixels', async () => {
    const picture = pictureOf(scene(500, 200, 60, 90));
    const one = await windowOn(await picture.clone().png().toBuffer(), 1, by);
    const other = await windowOn(await picture.clone().flop().png().toBuffer(), 1, by);
    expect(Math.abs(500 - other.left - other.width - one.left)).toBeLessThanOrEqual(2);
  });

  test('the same picture at another size has the same window, within a hundredth', async () => {
    const large = pictureOf(scene(800, 400, 640, 150)).png();
    const small = sharp(await large.toBuffer())
      .resize(300, 150)
      .png();
    const one = await windowOn(await large.toBuffer(), 1, by);
    const other = await windowOn(await small.toBuffer(), 1, by);
    expect(other.left / 300).toBeCloseTo(one.left / 800, 1);
  });

  test('the first frame of an animation decides', async () => {
    const frames = [scene(300, 100, 10, 20), scene(300, 100, 250, 20)];
    const bytes = await sharp(
      await Promise.all(frames.map((frame) => pictureOf(frame).png().toBuffer())),
      { join: { animated: true } },
    )
      .gif()
      .toBuffer();
    expect((await probe({ bytes })).pages).toBe(2);
    expect(shows(await windowOn(bytes, 1, by), 10, 20)).toBe(true);
  });

  test('an orientation is heeded', async () => {
    // Stored at the top; shown at the right.
    const bytes = await pictureOf(scene(100, 400, 30, 4))
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 95 })
      .toBuffer();
    const { left, width } = await windowOn(bytes, 1, by);
    expect(left + width).toBeGreaterThan(396);
  });

  test.each([
    [1, 1],
    [1, 300],
    [300, 1],
    [2, 3],
    [3000, 2],
    [2, 3000],
  ])('%d x %d has a window of every ratio', async (width, height) => {
    const bytes = await pictureOf(solid(width, height, [200, 30, 30]))
      .png()
      .toBuffer();
    for (const ratio of RATIOS) {
      const window = await windowOn(bytes, ratio, by);
      expect(window.width).toBeGreaterThan(0);
      expect(window.left + window.width).toBeLessThanOrEqual(width);
      expect(window.top + window.height).toBeLessThanOrEqual(height);
      // Nothing to be seen: the middle.
      expect(Math.abs(window.left - (width - window.width) / 2)).toBeLessThanOrEqual(0.5);
    }
  });

  test('grey, clear and drawn pictures are looked at too', async () => {
    const grey = await pictureOf(scene(400, 100, 340, 30))
      .toColorspace('b-w')
      .png()
      .toBuffer();
    const clear = await pictureOf(
      withBox(solid(400, 100, [0, 0, 0, 0]), [340, 30, 40, 40], [0, 0, 0, 255]),
    )
      .png()
      .toBuffer();
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="100"><rect width="400" height="100" fill="#777"/><circle cx="360" cy="50" r="18" fill="#fc0"/></svg>',
    );
    for (const bytes of [grey, clear, svg]) {
      expect(shows(await windowOn(bytes, 1, by), 340, 30)).toBe(true);
    }
  });
});

import { describe, expect, test } from 'vitest';
import { still } from '../../raster/pixels.ts';
import { vipsEncoder } from '../../vips/encode.ts';
import { PNG } from '../codecs/png.ts';
import { TrialRunner } from '../search/trial-runner.ts';
import { raster, tools } from '../simulated.suite.ts';
import { PaletteTrials } from './palette-trials.ts';
import { palettesUnmeasured, paletteWithin } from './within-bytes.ts';

const [WIDTH, HEIGHT] = [120, 80];

/** Blocks of four colors; `blends`: a column between two of them is a mixture, each of its own. */
function blocks(blends: boolean) {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  const color = (x: number, y: number) => 60 * (((x >> 3) + 3 * (y >> 3)) % 4);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const mixed = blends && x % 8 === 7;
      const level = mixed ? (color(x, y) * (y % 29) + color(x + 1, y) * (29 - (y % 29))) / 29 : 0;
      data.fill(
        mixed ? Math.round(level) : color(x, y),
        3 * (y * WIDTH + x),
        3 * (y * WIDTH + x + 1),
      );
    }
  }
  return still(WIDTH, HEIGHT, 3, data);
}

describe('palettesUnmeasured', () => {
  const mixed = blocks(true);
  const pure = blocks(false);
  const runner = () =>
    new TrialRunner(
      mixed,
      { encoder: vipsEncoder, now: () => 0 },
      { mode: 'instant', milliseconds: 1e4 },
    );

  async function run(bytes: number, sampler = async () => pure) {
    const trials = runner();
    const first = await trials.encode(PNG.palette.flat.trial(256));
    const found = await palettesUnmeasured(
      trials,
      PNG.palette.flat,
      { bytes, colors: 256, samplers: [sampler] },
      first,
    );
    return { first, found, shown: await vipsEncoder.decode(found.bytes, 3) };
  }

  test('draws in the colors of the source what takes too many bytes', async () => {
    const { first, found, shown } = await run(600);
    expect(first.bytes.length).toBeGreaterThan(600);
    expect(found.bytes.length).toBeLessThanOrEqual(600);
    expect(new Set(shown.data)).toEqual(new Set(pure.data));
  });

  test('takes the smallest where none is small enough, and what there is without a source', async () => {
    const { first, found } = await run(1);
    expect(found.bytes.length).toBeLessThan(first.bytes.length);
    const trials = runner();
    const whole = await trials.encode(PNG.palette.flat.trial(256));
    const bound = { bytes: 1, colors: 256, samplers: [] };
    expect(await palettesUnmeasured(trials, PNG.palette.flat, bound, whole)).toBe(whole);
  });

  test('is no palette of more colors than asked for', async () => {
    const trials = runner();
    const whole = await trials.encode(PNG.palette.flat.trial(3));
    const bound = { bytes: 1, colors: 3, samplers: [async () => pure] };
    expect(await palettesUnmeasured(trials, PNG.palette.flat, bound, whole)).toBe(whole);
  });
});

describe('paletteWithin', () => {
  /** Palettes of so many colors take so many bytes and score so much. */
  async function found(
    bound: { bytes: number; colors?: number },
    best: { bytes: number; score: number } | undefined,
    special = (colors: number) => ({ bytes: 100 * colors, score: 40 + colors }),
  ) {
    const world = tools({
      special: (encoding) => special('palette' in encoding ? (encoding.palette ?? 0) : 0),
    });
    const trials = new TrialRunner(raster(), world, { mode: 'online', milliseconds: 1e6 });
    const { flat } = PNG.palette;
    const given = best && {
      ...{ encoding: flat.trial(3), bytes: new Uint8Array(best.bytes) },
      ...{ score: best.score, worst: best.score - 3, milliseconds: 1 },
    };
    return paletteWithin(
      trials,
      flat,
      { colors: 256, samplers: [], ...bound },
      new PaletteTrials(trials, flat),
      given,
    );
  }

  test.each<[number, { bytes: number; score: number } | undefined, number, string]>([
    // bytes that are allowed, bytes and score of what there was, score of what is found, why
    [3200, { bytes: 3000, score: 60 }, 72, 'more colors fit and score more'],
    [3200, { bytes: 3000, score: 90 }, 90, 'what there was scores more'],
    [3200, { bytes: 3300, score: 90 }, 72, 'what there was does not fit'],
    [3799, undefined, 72, 'the next size does not fit'],
    [3800, undefined, 78, 'it just fits'],
  ])('within %i bytes beside %j the score is %i (%s)', async (bytes, best, score) => {
    const attempt = await found({ bytes }, best);
    expect(attempt?.score).toBe(score);
    expect(attempt!.bytes.length).toBeLessThanOrEqual(bytes);
  });

  test('no more colors than asked for', async () => {
    expect((await found({ bytes: 1e5, colors: 20 }, undefined))?.score).toBe(40 + 19);
  });

  test('where nothing fits, the smallest that can be seen', async () => {
    expect((await found({ bytes: 10 }, { bytes: 3000, score: 60 }))?.bytes).toHaveLength(200);
    // Two colors score nothing here, four do.
    const unseen = (colors: number) => ({ bytes: 100 * colors, score: colors < 4 ? -20 : 50 });
    expect((await found({ bytes: 10 }, undefined, unseen))?.bytes).toHaveLength(400);
  });
});

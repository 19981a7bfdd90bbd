/**
 * The promise of patience: with the real encoder and metric, what is made in
 * the background reaches the target with fewer bytes than the first answer.
 */
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FormatName } from '../../src/image/format.ts';
import type { Raster } from '../../src/image/raster.ts';
import { sourceInfo } from '../../src/image/source-info.suite.ts';
import { optimize, type Tools } from '../../src/optimizer/optimize.ts';
import type { Mode, OptimizeInput, OptimizeResult } from '../../src/optimizer/task.ts';
import { fitInside } from '../../src/plan/fit.ts';
import { picture } from '../../src/plan/output.ts';
import { still } from '../../src/raster/pixels.ts';
import { vipsEncoder } from '../../src/vips/encode.ts';
import { rescale } from '../../src/vips/load.ts';
import { halve } from '../../src/vips/pipeline.ts';
import { builtMetric } from '../support/metric.ts';
import { committed } from '../support/pictures.ts';

const SIDE = 260;
const PASS_BELOW = 0.5;

let tools: Tools;

beforeAll(async () => {
  const metric = await builtMetric();
  tools = { encoder: vipsEncoder, metric, halve, now: () => performance.now() };
});

/** A picture made smaller as the server does it, so that half a width is half the picture. */
async function raster(name: string, side = SIDE): Promise<Raster> {
  const { data, info } = await sharp(committed(name))
    .flatten()
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const whole = still(info.width, info.height, 3, new Uint8Array(data));
  const { width, height } = fitInside(whole, { width: side, height: side });
  return await rescale(whole, { width, height, filter: 'lanczos3' });
}

async function run(
  shown: Raster,
  format: FormatName,
  score: number,
  mode: Mode,
  fields: Partial<OptimizeInput> = {},
): Promise<OptimizeResult> {
  const { width, height, pages, delays, loop } = shown;
  const facts = { width, height, pages, delays, loop };
  const info = sourceInfo({ ...facts, format: 'png', bytes: 1e6 });
  return optimize(
    {
      ...{ raster: shown, info, alternatives: [], identity: false },
      chosen: { format, lossless: false, rule: 0 },
      output: picture({ formats: [{ format }], quality: { kind: 'target', score } }),
      budget: { mode, milliseconds: 60_000 },
      ...fields,
    },
    tools,
  );
}

describe('background', () => {
  test.each([
    ['coffee.png', 'avif', 60, 'a photograph, eight bits'],
    ['leaves.jpg', 'avif', 80, 'a photograph, ten bits'],
    ['elephant.jpg', 'webp', 68, 'a smooth photograph'],
    ['leaves.jpg', 'jpeg', 68, 'a busy photograph'],
    ['editor.png', 'webp', 85, 'a graphic at a high target'],
    ['editor.png', 'png', 75, 'a graphic with a palette'],
  ] as const)(
    '%s as %s to %i: no more bytes, and it passes (%s)',
    async (name, format, score, _why) => {
      const shown = await raster(name);
      const online = await run(shown, format, score, 'online');
      const { warmStart } = online;
      const patient = await run(shown, format, score, 'background', { warmStart });
      expect(patient.bytes.length).toBeLessThanOrEqual(online.bytes.length);
      expect(patient.receipt.score).toBeGreaterThanOrEqual(score - PASS_BELOW);
    },
  );

  test('ten bits are in the file and decode to the picture', async () => {
    const shown = await raster('coffee.png');
    const { bytes, receipt } = await run(shown, 'avif', 85, 'background');
    expect(receipt.encoding).toContain('10bit');
    expect((await sharp(bytes).metadata()).bitsPerSample).toBe(10);
    const { width, height, channels, data } = await vipsEncoder.decode(bytes, 3);
    expect({ width, height, channels }).toEqual({
      width: shown.width,
      height: shown.height,
      channels: 3,
    });
    const mean = (values: Uint8Array) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(Math.abs(mean(data) - mean(shown.data))).toBeLessThan(1);
  });
});

test('what refining one width teaches spares trials at another', async () => {
  const trials = { untaught: 0, taught: 0 };
  for (const name of ['coffee.png', 'leaves.jpg', 'elephant.jpg']) {
    const [large, small] = [await raster(name, 520), await raster(name, 260)];
    for (const format of ['jpeg', 'webp'] as const) {
      const first = await run(large, format, 68, 'online');
      const { warmStart } = await run(large, format, 68, 'background', {
        warmStart: first.warmStart,
      });
      const untaught = await run(small, format, 68, 'online', { warmStart: first.warmStart });
      const taught = await run(small, format, 68, 'online', { warmStart });
      expect(taught.receipt.score).toBeGreaterThanOrEqual(68 - PASS_BELOW);
      trials.untaught += untaught.receipt.trials.length;
      trials.taught += taught.receipt.trials.length;
    }
  }
  // Six searches: more than half of what one trial each does not cover is spared.
  expect(trials.taught - 6).toBeLessThan((trials.untaught - 6) / 2);
}, 60_000);

test('an animation keeps its frames, delays and plays, and sampled frames reach the target', async () => {
  const still = await raster('editor.png');
  const pages = 5;
  const data = new Uint8Array(still.data.length * pages);
  for (let page = 0; page < pages; page++)
    data.set(
      still.data.map((v) => v ^ (page << 5)),
      page * still.data.length,
    );
  const film: Raster = { ...still, pages, data, delays: [40, 80, 120, 40, 40], loop: 3 };
  const { bytes, receipt } = await run(film, 'webp', 68, 'online');
  const meta = await sharp(bytes, { animated: true }).metadata();
  expect({ pages: meta.pages, delay: meta.delay, loop: meta.loop }).toEqual({
    pages,
    delay: film.delays,
    loop: 3,
  });
  expect(receipt.score).toBeGreaterThanOrEqual(67.5);
});

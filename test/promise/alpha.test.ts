/**
 * The promise of transparency: at any target, first answer or refined, what was clear
 * stays clear and what was solid stays solid, and drawings look the same on any ground.
 *
 * A third of the pictures by default; with REPORT=1 all of them, and the bytes of each
 * result are printed beside those of a lossless WebP.
 */
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Raster } from '../../src/image/raster.ts';
import { sourceInfo } from '../../src/image/source-info.suite.ts';
import { guarded } from '../../src/metrics/guarded.ts';
import { optimize, type Tools } from '../../src/optimizer/optimize.ts';
import type { Mode } from '../../src/optimizer/task.ts';
import { picture } from '../../src/plan/output.ts';
import { vipsEncoder } from '../../src/vips/encode.ts';
import { ALPHA_PICTURES, alphaError } from '../support/alpha-pictures.ts';
import { builtMetric } from '../support/metric.ts';

let tools: Tools;

beforeAll(async () => {
  const metric = guarded(await builtMetric());
  tools = { encoder: vipsEncoder, metric, now: () => performance.now() };
});

async function run(shown: Raster, format: 'avif' | 'jxl' | 'webp', score: number, mode: Mode) {
  const { width, height } = shown;
  const facts = { width, height, pages: 1, delays: [], loop: 1 };
  return optimize(
    {
      ...{ raster: shown, alternatives: [], identity: false },
      info: sourceInfo({ ...facts, format: 'png', bytes: 1e6 }),
      chosen: { format, lossless: false, rule: 0 },
      output: picture({ formats: [{ format }], quality: { kind: 'target', score } }),
      budget: { mode, milliseconds: 60_000 },
    },
    tools,
  );
}

async function losslessBytes({ width, height, data }: Raster): Promise<number> {
  const pipe = sharp(data, { raw: { width, height, channels: 4 } });
  return (await pipe.webp({ lossless: true, effort: 6 }).toBuffer()).length;
}

const RUNS = [
  ['background', 55],
  ['online', 68],
  ['background', 80],
] as const;

const NAMES = Object.keys(ALPHA_PICTURES).filter((_, i) => process.env.REPORT || i % 3 === 0);

describe.each(['avif', 'jxl', 'webp'] as const)('%s', (format) => {
  test.each(NAMES)('%s', async (name) => {
    const shown = await ALPHA_PICTURES[name]!();
    for (const [mode, target] of RUNS) {
      const { bytes, receipt } = await run(shown, format, target, mode);
      const error = alphaError(shown, await vipsEncoder.decode(bytes, 4));
      const what = `${mode} to ${target}, ${receipt.encoding}`;
      expect(error.clear, what).toBeGreaterThanOrEqual(0.99);
      expect(error.solid, what).toBeGreaterThanOrEqual(0.99);
      // A photograph loses texture at its target; its edges are held by the alpha alone.
      if (!name.startsWith('photo')) {
        expect(error.most, what).toBeLessThanOrEqual(24);
        expect(error.mean, what).toBeLessThan(0.5);
      }
      if (process.env.REPORT) {
        console.log(
          `${name}, ${what}: ${bytes.length} bytes, lossless WebP ${await losslessBytes(shown)}`,
        );
      }
    }
  });
});

test('the measure sees a haze: clear pixels at 40 and solid ones at 200 fail it', async () => {
  const shown = await ALPHA_PICTURES['logo navy']!();
  const hazy = new Uint8Array(shown.data);
  for (let i = 3; i < hazy.length; i += 4) hazy[i] = Math.min(200, Math.max(40, hazy[i]!));
  const error = alphaError(shown, { ...shown, data: hazy });
  expect(error.clear).toBe(0);
  expect(error.solid).toBe(0);
  expect(error.most).toBeGreaterThan(24);
});

/**
 * What `auto=enhance` promises, on real photographs (docs/decisions/0016): good ones stay as they
 * are, what has become of them by fog, darkness or a flat curve comes back, and nothing is clipped.
 *
 * With the committed pictures always, with those of the corpus where it stands beside.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { corpus } from '../../src/base/corpus.suite.ts';
import type { Raster } from '../../src/image/raster.ts';
import { smallCopy } from '../../src/plan/small-copy.ts';
import { ENHANCE_SIDE, enhance, enhancementOf } from '../../src/raster/enhancement.ts';
import { pipeline } from '../../src/vips/pipeline.ts';
import { probe } from '../../src/vips/probe.ts';
import { render } from '../../src/vips/render.ts';
import { meanDeltaE } from '../support/delta-e.ts';
import { committed } from '../support/pictures.ts';

/** Longer side at which pictures are compared, in pixels. */
const SIDE = 400;

interface Photo {
  readonly name: string;
  readonly raster: Raster;
}

/** Photographs as they are; the committed ones are those of `test/pictures/`. */
async function photos(): Promise<Photo[]> {
  const own = ['coffee.png', 'leaves.jpg', 'elephant.jpg', 'astronaut.jpg'].map((name) => ({
    name,
    bytes: committed(name),
  }));
  const others = [...corpus('photos'), ...corpus('faces')].map(({ name, path }) => ({
    name,
    bytes: readFileSync(path),
  }));
  const out: Photo[] = [];
  for (const { name, bytes } of [...own, ...others]) {
    const info = await probe({ bytes });
    out.push({ name, raster: await render({ bytes }, info, smallCopy(info, SIDE)) });
  }
  return out;
}

/** The curve that a picture gets as a source of its own. */
async function curveOf(raster: Raster) {
  const bytes = new Uint8Array(await pipeline(raster).png().toBuffer());
  const info = await probe({ bytes });
  return enhancementOf(await render({ bytes }, info, smallCopy(info, ENHANCE_SIDE)));
}

async function enhanced(raster: Raster): Promise<Raster> {
  const curve = await curveOf(raster);
  return curve === 'none' ? raster : enhance(raster, curve);
}

const through = (curve: (value: number) => number) => (raster: Raster) => ({
  ...raster,
  data: raster.data.map((value) => Math.round(curve(value))),
});

/** What may have become of a photograph. */
const DAMAGE = {
  dull: through((v) => 0.55 * v + 57),
  dark: through((v) => 0.45 * v),
  'washed out': through((v) => 0.72 * v + 71),
} as const;

/** The share of samples at an end of the range that were not there before. */
function clipped(before: Raster, after: Raster): number {
  const isEnd = (value: number) => value === 0 || value === 255;
  let count = 0;
  for (let i = 0; i < before.data.length; i++) {
    if (isEnd(after.data[i]!) && !isEnd(before.data[i]!)) count++;
  }
  return count / before.data.length;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('photographs through auto=enhance', () => {
  let all: Photo[];
  beforeAll(async () => {
    all = await photos();
  });

  test('good ones change little, and half of them not at all', async () => {
    const moved: number[] = [];
    for (const { name, raster } of all) {
      const result = await enhanced(raster);
      moved.push(meanDeltaE(raster, result));
      expect(clipped(raster, result), name).toBeLessThan(0.001);
    }
    expect(mean(moved)).toBeLessThan(2.5);
    expect(moved.filter((d) => d === 0).length).toBeGreaterThanOrEqual(moved.length / 2);
  });

  test.each(Object.entries(DAMAGE))('%s ones come back', async (_name, damage) => {
    const before: number[] = [];
    const after: number[] = [];
    for (const { name, raster } of all) {
      const damaged = damage(raster);
      const result = await enhanced(damaged);
      before.push(meanDeltaE(raster, damaged));
      after.push(meanDeltaE(raster, result));
      expect(clipped(damaged, result), name).toBeLessThan(0.001);
    }
    expect(mean(after)).toBeLessThanOrEqual(0.4 * mean(before));
  });
});

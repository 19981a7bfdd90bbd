/**
 * The promise about dark gradients: a JPEG whose quality is searched for shows them
 * without bands, as the other formats do.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { FormatName } from '../../src/image/format.ts';
import type { Raster } from '../../src/image/raster.ts';
import { sourceInfo } from '../../src/image/source-info.suite.ts';
import { guarded } from '../../src/metrics/guarded.ts';
import { optimize, type Tools } from '../../src/optimizer/optimize.ts';
import type { Mode } from '../../src/optimizer/task.ts';
import { picture } from '../../src/plan/output.ts';
import { vipsEncoder } from '../../src/vips/encode.ts';
import { halve } from '../../src/vips/pipeline.ts';
import { builtMetric } from '../support/metric.ts';

const [WIDTH, HEIGHT] = [320, 240];

let tools: Tools;

beforeAll(async () => {
  const metric = guarded(await builtMetric());
  tools = { encoder: vipsEncoder, metric, halve, now: () => performance.now() };
});

function painted(pixel: (x: number, y: number) => readonly [number, number, number]): Raster {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0, i = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) for (const value of pixel(x, y)) data[i++] = Math.round(value);
  }
  const size = { width: WIDTH, height: HEIGHT };
  return { ...size, channels: 3, data, pages: 1, delays: [], loop: 1 };
}

const grey = (value: number) => [value, value, value] as const;

const PICTURES: Readonly<Record<string, Raster>> = {
  'from left to right': painted((x) => grey(4 + (36 * x) / WIDTH)),
  'slowly down': painted((_, y) => grey((16 * y) / HEIGHT)),
  'a night sky': painted((_, y) => [6 + y / 24, 8 + y / 15, 18 + y / 6]),
  'a vignette': painted((x, y) => {
    const far = Math.hypot(x - WIDTH / 2, y - HEIGHT / 2) / WIDTH;
    return [60 - 60 * far ** 2, 54 - 54 * far ** 2, 48 - 48 * far ** 2];
  }),
};

async function shown(raster: Raster, format: FormatName, score: number, mode: Mode) {
  const { width, height } = raster;
  const info = sourceInfo({ width, height, format: 'png', bytes: 1e6 });
  const { bytes } = await optimize(
    {
      ...{ raster, info, alternatives: [], identity: false },
      chosen: { format, lossless: false, rule: 0 },
      output: picture({ formats: [{ format }], quality: { kind: 'target', score } }),
      budget: { mode, milliseconds: 60_000 },
    },
    tools,
  );
  return vipsEncoder.decode(bytes, 3);
}

/** Levels of brightness that a picture shows. */
function levels({ data }: Raster): number {
  const seen = new Set<number>();
  for (let i = 0; i < data.length; i += 3) {
    seen.add(Math.round(0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!));
  }
  return seen.size;
}

/** Largest step of brightness, in levels, between columns or rows at the borders of blocks; the mean of 8 pixels. */
function largestStep({ width, height, data }: Raster): number {
  const at = (x: number, y: number) => data[(y * width + x) * 3 + 1]!;
  let largest = 0;
  for (let y = 8; y + 8 <= height; y += 8) {
    for (let x = 8; x + 8 <= width; x += 8) {
      let [across, down] = [0, 0];
      for (let i = 0; i < 8; i++) {
        across += at(x, y + i) - at(x - 1, y + i);
        down += at(x + i, y) - at(x + i, y - 1);
      }
      largest = Math.max(largest, Math.abs(across) / 8, Math.abs(down) / 8);
    }
  }
  return largest;
}

describe.each(Object.entries(PICTURES))('%s', (_, raster) => {
  test.each<[number, Mode]>([
    [60, 'online'],
    [68, 'online'],
    [75, 'online'],
    [68, 'background'],
  ])('a JPEG to %i, %s: as many levels, no step that is seen', async (score, mode) => {
    const jpeg = await shown(raster, 'jpeg', score, mode);
    const avif = await shown(raster, 'avif', score, mode);
    expect(levels(jpeg)).toBeGreaterThanOrEqual(0.85 * Math.min(levels(raster), levels(avif)));
    expect(largestStep(jpeg)).toBeLessThanOrEqual(largestStep(raster) + 2.5);
  });
});

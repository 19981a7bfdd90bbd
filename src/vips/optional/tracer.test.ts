import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import { traced } from './tracer.ts';

const DETAIL = 85;

/** A red disc with a hole and a blue bar, on green or on nothing. */
function scene(width: number, height: number, ground: readonly number[]): Raster {
  const channels = ground.length as 3 | 4;
  const data = new Uint8Array(width * height * channels);
  const at = (x: number, y: number): readonly number[] => {
    const far = Math.hypot(x - width / 2, y - height / 2) / Math.min(width, height);
    if (far > 0.15 && far < 0.4) return [200, 30, 30, 255];
    return x < width / 10 ? [20, 40, 180, 255] : ground;
  };
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += channels) {
      data.set(at(x + 0.5, y + 0.5).slice(0, channels), i);
    }
  }
  return { width, height, channels, data, pages: 1, delays: [], loop: 0 };
}

const textOf = async (raster: Raster, detail = DETAIL, viewBoxOnly = false) =>
  new TextDecoder().decode(await traced(raster, { detail, viewBoxOnly }));

/** The drawing as a browser would show it, RGBA. */
async function shown(svg: string, width: number, height: number): Promise<Uint8Array> {
  const drawn = sharp(Buffer.from(svg)).resize(width, height, { fit: 'fill' }).ensureAlpha().raw();
  return await drawn.toBuffer();
}

const rgba = async ({ data, width, height, channels }: Raster) =>
  new Uint8Array(
    await sharp(data, { raw: { width, height, channels } }).ensureAlpha().raw().toBuffer(),
  );

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

describe('traced', () => {
  test.each([
    [240, 160],
    [97, 203],
    [64, 64],
    [1400, 900],
  ])('draws a picture of %i x %i as it is', async (width, height) => {
    const raster = scene(width, height, [40, 160, 60]);
    const svg = await textOf(raster);
    expect(svg).toMatch(new RegExp(`^<svg [^>]*width="${width}" height="${height}"`));
    // Edges of curves are off by a part of a pixel
    expect(meanDifference(await rgba(raster), await shown(svg, width, height))).toBeLessThan(4);
  });

  test('clear stays clear, solid stays solid, and no color of clear pixels shows', async () => {
    const raster = scene(240, 160, [255, 255, 255, 0]);
    const drawn = await shown(await textOf(raster), 240, 160);
    let [wrong, strange] = [0, 0];
    for (let i = 0; i < drawn.length; i += 4) {
      if (Math.abs(drawn[i + 3]! - raster.data[i + 3]!) > 128) wrong++;
      // Neither red nor blue
      if (drawn[i + 3]! > 128 && drawn[i + 1]! > 80) strange++;
    }
    expect(wrong / (240 * 160)).toBeLessThan(0.01);
    expect(strange).toBe(0);
  });

  test('a picture that is clear everywhere is an empty drawing', async () => {
    const data = new Uint8Array(32 * 32 * 4);
    const svg = await textOf({ ...scene(32, 32, [0, 0, 0, 0]), data });
    expect(Math.max(...(await shown(svg, 32, 32)))).toBe(0);
  });

  test('a picture of one color is one patch', async () => {
    const svg = await textOf({
      ...scene(40, 30, [0, 0, 0]),
      data: new Uint8Array(40 * 30 * 3).fill(200),
    });
    expect(svg.match(/<path/g)).toHaveLength(1);
    expect(
      meanDifference(await shown(svg, 40, 30), rgbaOf([200, 200, 200, 255], 40 * 30)),
    ).toBeLessThan(2);
  });

  test.each([
    [1, 1],
    [2, 1],
    [1, 2],
    [2, 2],
    [3, 1],
    [1, 300],
    [300, 2],
  ])('a picture of %i x %i is drawn too, at every detail', async (width, height) => {
    // Its last column is clear, where it has more than one
    const pixels = Array.from({ length: width * height }, (_, i) =>
      width > 1 && i % width === width - 1 ? [0, 0, 0, 0] : [200, 30, 40, 255],
    );
    for (const data of [rgbaOf([200, 30, 40, 255], width * height), Uint8Array.from(pixels.flat())])
      for (const detail of [1, DETAIL, 100]) {
        const svg = await textOf({ ...scene(width, height, [0, 0, 0, 0]), data }, detail);
        expect(svg).toMatch(new RegExp(`^<svg [^>]*width="${width}" height="${height}"`));
        expect(meanDifference(await shown(svg, width, height), data)).toBeLessThan(2);
      }
  });

  test('viewBoxOnly leaves the sizes out of the root, and the picture is the same', async () => {
    const raster = scene(240, 160, [40, 160, 60]);
    const [sized, free] = [await textOf(raster), await textOf(raster, DETAIL, true)];
    expect(sized.replace(' width="240" height="160"', '')).toBe(free);
    expect(free).toMatch(/^<svg xmlns="[^"]+" viewBox="0 0 240 160">/);
  });

  test('more detail takes more paths and comes nearer', async () => {
    const file = fileURLToPath(new URL('../../../test/pictures/leaves.jpg', import.meta.url));
    const data = await sharp(file).resize(160, 120).removeAlpha().raw().toBuffer();
    const photo: Raster = { ...scene(160, 120, [0, 0, 0]), data };
    const far: number[] = [];
    const paths: number[] = [];
    for (const detail of [1, 50, 100]) {
      const svg = await textOf(photo, detail);
      paths.push(svg.match(/<path/g)!.length);
      far.push(meanDifference(await rgba(photo), await shown(svg, 160, 120)));
    }
    expect(paths).toEqual(paths.toSorted((a, b) => a - b));
    expect(far).toEqual(far.toSorted((a, b) => b - a));
    expect(paths[2]).toBeGreaterThan(2 * paths[0]!);
  });

  test('of an animation the first frame is drawn', async () => {
    const first = scene(60, 40, [40, 160, 60]);
    const both = new Uint8Array(first.data.length * 2);
    both.set(first.data);
    const moving: Raster = { ...first, data: both, pages: 2, delays: [100, 100] };
    expect(await textOf(moving)).toBe(await textOf(first));
  });

  test('holds nothing but paths', async () => {
    const svg = await textOf(scene(240, 160, [255, 255, 255, 0]));
    const tags = new Set(Array.from(svg.matchAll(/<\/?([a-zA-Z]+)/g), ([, tag]) => tag));
    expect([...tags].sort()).toEqual(['clipPath', 'g', 'path', 'svg']);
  });
});

function rgbaOf(color: readonly number[], count: number): Uint8Array {
  return new Uint8Array(Array.from({ length: count }, () => color).flat());
}

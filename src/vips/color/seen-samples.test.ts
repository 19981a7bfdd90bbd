/** A TIFF with more samples to a pixel than are to be seen. */
import { describe, expect, test } from 'vitest';
import { bytes32, concat } from '../../containers/bytes.ts';
import { levelAt, type TestTiff, testTiff } from '../../containers/tiff/tiff.suite.ts';
import { writeTiff } from '../../containers/tiff-writer.ts';
import { DISPLAY_P3 } from '../../image/code-points.ts';
import { SRGB_CURVE } from '../../image/source-color.ts';
import { sdr } from '../../image/standards.suite.ts';
import { rgbProfile } from '../../metadata/rgb-profile.ts';
import { spareSamples } from '../../metadata/tiff-samples.ts';
import { at } from '../../raster/pictures.suite.ts';
import { setUpVips } from '../loader-policy.ts';
import { rendered } from '../pictures.suite.ts';
import { DEFAULT_PROBE_LIMITS, probe } from '../probe.ts';
import { render } from '../render.ts';

setUpVips({ concurrency: 1 });

const [WIDTH, HEIGHT] = [24, 16];
const short = (value: number) => Uint8Array.of(value & 255, value >> 8);

/** A TIFF of one color, its samples as given, of 8 bits or, twice the same byte, of 16. */
function tiff(
  photometric: number,
  pixel: readonly number[],
  extra: readonly number[],
  { bits = 8, icc, pages = 1 }: { bits?: 8 | 16; icc?: Uint8Array; pages?: number } = {},
): Uint8Array {
  const bytes = bits / 8;
  const data = Uint8Array.from(
    { length: WIDTH * HEIGHT * pixel.length * bytes },
    (_, i) => pixel[Math.floor(i / bytes) % pixel.length]!,
  );
  const of = (tag: number, type: 3 | 4 | 7, values: readonly number[]) => ({
    ...{ tag, type, count: values.length },
    body: concat(
      values.map((value) =>
        type === 3 ? short(value) : type === 4 ? bytes32(value, true) : Uint8Array.of(value),
      ),
    ),
  });
  const entries = (start: number) => [
    of(256, 4, [WIDTH]),
    of(257, 4, [HEIGHT]),
    of(258, 3, Array(pixel.length).fill(bits)),
    of(259, 3, [1]),
    of(262, 3, [photometric]),
    of(273, 4, [start]),
    of(277, 3, [pixel.length]),
    of(278, 4, [HEIGHT]),
    of(279, 4, [data.length]),
    of(338, 3, extra),
    ...(icc ? [of(34675, 7, [...icc])] : []),
  ];
  const size = 2 + 12 * entries(0).length + 4;
  const far = entries(0).reduce((sum, { body }) => sum + (body.length > 4 ? body.length : 0), 0);
  const page = size + far + data.length;
  const parts = [Uint8Array.of(0x49, 0x49, 42, 0), bytes32(8, true)];
  for (let k = 0; k < pages; k++) {
    const at = 8 + page * k;
    let free = at + size;
    const list = entries(at + size + far);
    const head = list.map(({ tag, type, count, body }) => {
      const place = free;
      if (body.length > 4) free += body.length;
      const value =
        body.length > 4 ? bytes32(place, true) : concat([body, new Uint8Array(4 - body.length)]);
      return concat([short(tag), short(type), bytes32(count, true), value]);
    });
    const next = bytes32(k + 1 < pages ? at + page : 0, true);
    const bodies = list.filter(({ body }) => body.length > 4).map(({ body }) => body);
    parts.push(
      short(list.length),
      ...head,
      next,
      ...bodies,
      data.map((v) => (v + k) & 255),
    );
  }
  return concat(parts);
}

const MASK = 40;
const RGB = [200, 120, 30];

describe('a TIFF with further samples', () => {
  test.each<readonly [string, number, readonly number[], readonly number[], readonly number[]]>([
    ['of RGB, one that is no alpha', 2, [...RGB, MASK], [0], RGB],
    ['of RGB, two that are none', 2, [...RGB, MASK, 9], [0, 0], RGB],
    ['of RGB, alpha', 2, [...RGB, MASK], [2], [...RGB, MASK]],
    ['of RGB, alpha in front', 2, [...RGB, MASK, 9], [2, 0], [...RGB, MASK]],
    ['of RGB, alpha behind', 2, [...RGB, 9, MASK], [0, 2], [...RGB, MASK]],
    ['of RGB, alpha that it is multiplied by', 2, [100, 60, 15, 128], [1], [199, 120, 30, 128]],
    ['of grey, one that is no alpha', 1, [90, MASK], [0], [90, 90, 90]],
    ['of grey, alpha behind', 1, [90, 9, MASK], [0, 2], [90, 90, 90, MASK]],
    ['of grey with white as 0, one that is none', 0, [90, MASK], [0], [165, 165, 165]],
    ['of inks, one that is no alpha', 5, [255, 0, 0, 0, MASK], [0], [0, 255, 255]],
  ])('%s', async (_, photometric, pixel, extra, wanted) => {
    const bytes = tiff(photometric, pixel, extra);
    const { raster, info } = await rendered(bytes, []);
    expect(info).toMatchObject({ format: 'tiff', alpha: wanted.length === 4 });
    expect(raster).toMatchObject({ width: WIDTH, height: HEIGHT, channels: wanted.length });
    for (const [c, level] of at(raster, 9, 9).entries()) {
      expect(Math.abs(level - wanted[c]!), `${at(raster, 9, 9)}`).toBeLessThanOrEqual(1);
    }
  });

  test('shows its colors where a sample that is no alpha is 0, at every size', async () => {
    const bytes = tiff(2, [...RGB, 0], [0]);
    for (const [width, height] of [
      [12, 8],
      [48, 32],
    ] as const) {
      const scale = { kind: 'scale', width, height, filter: 'lanczos3' } as const;
      expect(at((await rendered(bytes, [scale])).raster, 5, 5)).toEqual(RGB);
    }
  });

  test('of 16 bits, and with a profile', async () => {
    expect(at((await rendered(tiff(2, [...RGB, 7], [0], { bits: 16 }), [])).raster, 5, 5)).toEqual(
      RGB,
    );
    const icc = rgbProfile(DISPLAY_P3, SRGB_CURVE)!;
    const wide = tiff(2, [...RGB, 7], [0], { icc });
    const wanted = sdr('p3', 'srgb', [RGB[0]! / 255, RGB[1]! / 255, RGB[2]! / 255]);
    const shown = at((await rendered(wide, [])).raster, 5, 5);
    for (const [c, level] of wanted.entries()) expect(Math.abs(shown[c]! - level)).toBeLessThan(2);
    const kept = (await rendered(wide, [], { color: 'keep' })).raster;
    expect(at(kept, 5, 5)).toEqual(RGB);
  });

  test('on any of its pages', async () => {
    const bytes = tiff(2, [...RGB, 7], [0], { pages: 3 });
    for (const page of [0, 1, 2]) {
      const info = await probe({ bytes }, DEFAULT_PROBE_LIMITS, page);
      expect(info).toMatchObject({ pages: 3, alpha: false });
      const frames = { first: page, count: 1 };
      const raster = await render({ bytes }, info, { frames, color: 'srgb', instructions: [] });
      expect(at(raster, 5, 5)).toEqual(RGB.map((level) => level + page));
    }
  });

  test('has spare ones only where the file says so', () => {
    const data = new Uint8Array(4);
    const plain = { width: 1, height: 1, channels: 4, data } as const;
    expect(spareSamples(writeTiff(plain))).toBeUndefined();
    expect(
      spareSamples(writeTiff({ ...plain, channels: 3, data: data.subarray(1) })),
    ).toBeUndefined();
    expect(spareSamples(tiff(2, [1, 2, 3, 4, 5], [0, 2]))).toEqual({
      ...{ colors: 3, all: 5, alpha: 4, multiplied: false },
    });
    expect(spareSamples(new Uint8Array(40))).toBeUndefined();
  });
});

describe('a TIFF whose tiles hold one sample of each pixel', () => {
  const at18 = (planes: readonly number[], page = 0) =>
    planes.map((plane) => levelAt(plane, 18, 21, page));

  test.each<readonly [string, TestTiff, readonly number[]]>([
    ['RGB', { planes: [10, 60, 90] }, at18([10, 60, 90])],
    ['RGB, deflated', { planes: [10, 60, 90], deflated: true }, at18([10, 60, 90])],
    ['RGB, the high byte first', { planes: [10, 60, 90], big: true }, at18([10, 60, 90])],
    ['RGB of 16 bits', { planes: [10, 60, 90], bits: 16 }, at18([10, 60, 90])],
    ['RGB and alpha', { planes: [10, 60, 90, 5], extra: [2] }, at18([10, 60, 90, 5])],
    ['RGB and a selection', { planes: [10, 60, 90, 5], extra: [0] }, at18([10, 60, 90])],
    ['RGB, more and alpha', { planes: [9, 8, 7, 6, 5], extra: [0, 2] }, at18([9, 8, 7, 5])],
    ['grey', { planes: [40], photometric: 1 }, at18([40, 40, 40])],
    [
      'grey with white as 0, and alpha',
      { planes: [40, 5], photometric: 0, extra: [2] },
      [...at18([40, 40, 40]).map((level) => 255 - level), ...at18([5])],
    ],
    [
      'inks',
      { planes: [0, 30, 60, 0], photometric: 5 },
      at18([0, 30, 60]).map((ink) => ((255 - ink) * (255 - at18([0])[0]!)) / 255),
    ],
  ])('of %s', async (_, given, wanted) => {
    const { raster, info } = await rendered(testTiff({ tile: 16, ...given }), []);
    expect(raster).toMatchObject({ width: 40, height: 36, channels: wanted.length });
    expect(info.alpha).toBe(wanted.length === 4);
    for (const [c, level] of at(raster, 18, 21).entries()) {
      expect(Math.abs(level - wanted[c]!), `${at(raster, 18, 21)}`).toBeLessThanOrEqual(1);
    }
  });

  test('on any of its pages, with its profile, and smaller', async () => {
    const planes = [120, 10, 60];
    const icc = rgbProfile(DISPLAY_P3, SRGB_CURVE)!;
    for (const given of [{ planes }, { planes: [40], photometric: 1 }]) {
      const bytes = testTiff({ tile: 16, pages: 2, ...given });
      for (const page of [0, 1]) {
        const info = await probe({ bytes }, DEFAULT_PROBE_LIMITS, page);
        const frames = { first: page, count: 1 };
        const raster = await render({ bytes }, info, { frames, color: 'srgb', instructions: [] });
        expect(at(raster, 18, 21)[0]).toBe(at18(given.planes, page)[0]);
      }
    }
    const wide = testTiff({ tile: 16, planes, icc });
    const share = at18(planes).map((level) => level / 255);
    const wanted = sdr('p3', 'srgb', [share[0]!, share[1]!, share[2]!]);
    const seen = at((await rendered(wide, [])).raster, 18, 21);
    for (const [c, level] of wanted.entries()) expect(Math.abs(seen[c]! - level)).toBeLessThan(2);
    const half = { kind: 'scale', width: 20, height: 18, filter: 'lanczos3' } as const;
    expect((await rendered(wide, [half])).raster).toMatchObject({ width: 20, height: 18 });
  });

  test('that ends early is broken', async () => {
    const bytes = testTiff({ tile: 16, planes: [1, 2, 3] });
    await expect(rendered(bytes.subarray(0, bytes.length - 300), [])).rejects.toThrow();
  });
});

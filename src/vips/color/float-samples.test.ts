/** A TIFF of samples in floating point, which are linear light whatever profile stands beside them. */
import { expect, test } from 'vitest';
import { bytes32, concat, latin1Bytes } from '../../containers/bytes.ts';
import { DISPLAY_P3 } from '../../image/code-points.ts';
import { power, SRGB_CURVE } from '../../image/source-color.ts';
import { sdr } from '../../image/standards.suite.ts';
import { rgbProfile } from '../../metadata/rgb-profile.ts';
import { picture } from '../../plan/output.ts';
import { at } from '../../raster/pictures.suite.ts';
import { setUpVips } from '../loader-policy.ts';
import { rendered } from '../pictures.suite.ts';
import { probe } from '../probe.ts';
import { render } from '../render.ts';

setUpVips({ concurrency: 1 });

const [WIDTH, HEIGHT] = [24, 16];
const LIGHT = [0.8, 0.3, 0.1] as const;

/** A little-endian TIFF of one color in 32-bit floats. */
function floatTiff(icc?: Uint8Array): Uint8Array {
  const samples = Float32Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => LIGHT[i % 3]!);
  const pixels = new Uint8Array(samples.buffer);
  const count = icc ? 11 : 10;
  const far = 8 + 2 + 12 * count + 4;
  const start = far + 12 + (icc ? icc.length + (icc.length & 1) : 0);
  const short = (value: number) => Uint8Array.of(value & 255, value >> 8);
  const entry = (tag: number, type: number, many: number, value: number) =>
    concat([short(tag), short(type), bytes32(many, true), bytes32(value, true)]);
  return concat([
    latin1Bytes('II*\0'),
    bytes32(8, true),
    short(count),
    entry(256, 4, 1, WIDTH),
    entry(257, 4, 1, HEIGHT),
    entry(258, 3, 3, far),
    entry(259, 3, 1, 1),
    entry(262, 3, 1, 2),
    entry(273, 4, 1, start),
    entry(277, 3, 1, 3),
    entry(278, 4, 1, HEIGHT),
    entry(279, 4, 1, pixels.length),
    entry(339, 3, 3, far + 6), // in floating point
    ...(icc ? [entry(34675, 7, icc.length, far + 12)] : []),
    bytes32(0, true),
    ...[32, 32, 32, 3, 3, 3].map(short),
    ...(icc ? [icc, new Uint8Array(icc.length & 1)] : []),
    pixels,
  ]);
}

test.each([
  ['without a profile', undefined],
  ['with one of linear light', rgbProfile(DISPLAY_P3, power(1))],
  ['with one of a curve', rgbProfile(DISPLAY_P3, SRGB_CURVE)],
])('floats %s are light', async (_, icc) => {
  const bytes = floatTiff(icc);
  const wanted = sdr('srgb', 'linear', LIGHT);
  const half = { kind: 'scale', width: WIDTH / 2, height: HEIGHT / 2, filter: 'lanczos3' } as const;
  for (const steps of [[], [half]]) {
    for (const color of ['srgb', 'keep'] as const) {
      const shown = at((await rendered(bytes, steps, { color })).raster, 4, 4);
      for (const [c, level] of wanted.entries()) {
        expect(Math.abs(shown[c]! - level), `${shown}`).toBeLessThanOrEqual(1);
      }
    }
  }
});

test('floats that come to sRGB leave their profile behind', async () => {
  const bytes = floatTiff(rgbProfile(DISPLAY_P3, power(1)));
  const output = {
    ...picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } }),
    profile: 'keep',
  } as const;
  const input = {
    frames: { first: 0, count: 1 },
    color: 'keep',
    instructions: [],
    output,
  } as const;
  const raster = await render({ bytes }, await probe({ bytes }), input);
  expect(raster.profile).toBeUndefined();
});

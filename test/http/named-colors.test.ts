/** Colors that an address names, on pictures that keep a space wider than sRGB: seen as they were named. */
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADOBE_RGB } from '../../src/base/chromaticity.ts';
import { writeTiff } from '../../src/containers/tiff-writer.ts';
import { DISPLAY_P3 } from '../../src/image/code-points.ts';
import { ADOBE_RGB_CURVE, SRGB_CURVE } from '../../src/image/source-color.ts';
import { rgbProfile } from '../../src/metadata/rgb-profile.ts';
import { solid } from '../../src/raster/pictures.suite.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** #dc461e */
const NAMED = [220, 70, 30];

let server: TestServer;

/** A picture of one color with a profile, in a format of the web. */
async function tagged(levels: readonly number[], profile: Uint8Array, format: 'jpeg' | 'png') {
  const made = sharp(writeTiff({ ...solid(80, 60, levels), profile }), { ignoreIcc: true });
  return new Uint8Array(await made.keepIccProfile().toFormat(format, { quality: 100 }).toBuffer());
}

beforeAll(async () => {
  const [p3, adobe] = [
    rgbProfile(DISPLAY_P3, SRGB_CURVE)!,
    rgbProfile(ADOBE_RGB, ADOBE_RGB_CURVE)!,
  ];
  server = await startServer({
    pictures: {
      'p3.jpg': await tagged([240, 240, 240], p3, 'jpeg'),
      'adobe.jpg': await tagged([240, 240, 240], adobe, 'jpeg'),
      'clear.png': await tagged([9, 9, 9, 0], p3, 'png'),
    },
  });
});

afterAll(() => server.stop());

test.each([
  // Where the color is seen: at the upper left.
  ['/imgix/p3.jpg?border=10,dc461e&fm=png', true],
  ['/imgix/p3.jpg?pad=10&bg=dc461e&fm=png', true],
  ['/imgix/p3.jpg?pad=10&bg=dc461e&fm=jpg&q=100', true],
  ['/imgix/p3.jpg?w=90&h=90&fit=fill&fill=solid&fill-color=dc461e&fm=avif&q=100', true],
  ['/imgix/adobe.jpg?border=10,dc461e&fm=png', true],
  ['/imgix/adobe.jpg?mask=ellipse&mask-bg=dc461e&fm=webp&lossless=true', true],
  ['/imgix/clear.png?bg=dc461e&fm=jpg&q=100', true],
  ['/imgix/clear.png?bg=dc461e&fm=png', true],
  ['/imgix/p3.jpg?border=10,dc461e&fm=png&cs=adobergb1998', true],
  ['/imgix/p3.jpg?border=10,dc461e&fm=png&cs=srgb', true],
  ['/imgix/p3.jpg?border=10,dc461e&fm=gif', false],
  ['/imgix/p3.jpg?border=10,dc461e&fm=png&cs=strip', false],
] as const)('%s', async (target, hasProfile) => {
  const { status, body } = await server.ask(target);
  expect(status).toBe(200);
  expect((await sharp(body).metadata()).hasProfile).toBe(hasProfile);
  // By the profile of the answer, as a browser shows it.
  const { data } = await sharp(body)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (const [c, level] of NAMED.entries()) {
    expect(Math.abs(data[c]! - level), `${[...data.subarray(0, 3)]}`).toBeLessThanOrEqual(4);
  }
});

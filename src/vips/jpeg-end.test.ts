/**
 * A JPEG without its end marker is whole as long as every scan is; a half one is not.
 */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { jpegScans, walkJpeg } from '../containers/jpeg.ts';
import { stripMetadata } from '../metadata/strip-metadata.ts';
import { card } from '../raster/pictures.suite.ts';
import { setUpVips } from './loader-policy.ts';
import { pictureOf, rendered } from './pictures.suite.ts';

setUpVips({ concurrency: 1 });

const kinds = {
  baseline: () => pictureOf(card(160, 120)).jpeg({ quality: 80 }),
  progressive: () => pictureOf(card(160, 120)).jpeg({ quality: 80, progressive: true }),
  grey: () => pictureOf(card(160, 120)).toColorspace('b-w').jpeg({ quality: 80 }),
  'progressive grey': () =>
    pictureOf(card(160, 120)).toColorspace('b-w').jpeg({ quality: 80, progressive: true }),
  mozjpeg: () => pictureOf(card(160, 120)).jpeg({ quality: 60, mozjpeg: true }),
};
const KINDS = Object.keys(kinds) as (keyof typeof kinds)[];
const make = async (kind: keyof typeof kinds) => new Uint8Array(await kinds[kind]().toBuffer());
const code = (bytes: Uint8Array) =>
  rendered(bytes, []).then(
    () => 'fine',
    (error: { code?: string }) => error.code,
  );

describe.each(KINDS)('%s', (kind) => {
  test('without its end marker, or with zeros in its place, it is the same picture', async () => {
    const whole = await make(kind);
    const { raster } = await rendered(whole, []);
    const cut = whole.subarray(0, whole.length - 2);
    for (const bytes of [
      cut,
      Uint8Array.from([...cut, 0, 0]),
      Uint8Array.from([...cut, 0, 0, 0, 0, 0]),
    ]) {
      const { raster: again, info } = await rendered(bytes, []);
      expect(info.jpeg?.endMissing).toBe(true);
      expect(Buffer.compare(again.data, raster.data)).toBe(0);
    }
  });

  test.each([0.3, 0.5, 0.8, 0.9])('the first %f of it is refused', async (share) => {
    const whole = await make(kind);
    const { scan } = walkJpeg(whole);
    const at = scan! + Math.floor((whole.length - scan!) * share);
    expect(await code(whole.subarray(0, at))).toBe('source-broken');
    expect(await code(Uint8Array.from([...whole.subarray(0, at), 0, 0]))).toBe('source-broken');
  });

  test('off with its metadata it has its end marker again', async () => {
    const whole = await make(kind);
    const stripped = stripMetadata(whole.subarray(0, whole.length - 2), 'jpeg');
    expect([...stripped.subarray(-2)]).toEqual([0xff, 0xd9]);
    expect(await sharp(stripped, { failOn: 'warning' }).raw().toBuffer()).toEqual(
      await sharp(whole).raw().toBuffer(),
    );
  });
});

test('a progressive JPEG that ends between two scans is not complete', async () => {
  const whole = await make('progressive');
  const walk = walkJpeg(whole);
  expect(jpegScans(whole, walk)).toMatchObject({ terminated: true, complete: true });
  let last = -1;
  for (let at = walk.scan!; at >= 0; at = whole.indexOf(0xff, at + 1)) {
    if (whole[at + 1] === 0xda || whole[at + 1] === 0xc4) last = at;
  }
  const between = whole.subarray(0, whole.lastIndexOf(0xff, last));
  expect(jpegScans(between, walk)).toMatchObject({ terminated: false, complete: false });
  expect(await code(between)).toBe('source-broken');
});

test.each<[string, readonly number[]]>([
  ['the header of a scan', [0xff, 0xda, 0, 12, 3, 1]],
  ['Huffman tables', [0xff, 0xc4, 0, 40, 0x10, 0, 1]],
  ['a comment', [0xff, 0xfe, 0, 30, 0x41, 0x42]],
  ['the length of a header', [0xff, 0xdd, 0]],
  ['zeros for a header', [0xff, 0xda, 0, 0]],
])('a JPEG that breaks off in %s behind its scans is not complete', async (_, rest) => {
  for (const kind of KINDS) {
    const whole = await make(kind);
    const bytes = Uint8Array.from([...whole.subarray(0, -2), ...rest]);
    expect(jpegScans(bytes, walkJpeg(bytes))).toMatchObject({ terminated: false, complete: false });
    expect(await code(bytes)).toBe('source-broken');
    const ended = Uint8Array.from([...bytes, ...Array<number>(40).fill(0), 0xff, 0xd9]);
    expect(jpegScans(ended, walkJpeg(ended))).toMatchObject({ terminated: true });
  }
});

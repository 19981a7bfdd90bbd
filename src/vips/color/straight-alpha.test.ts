import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { boxes } from '../../containers/avif.ts';
import { bytes32, concat, latin1, latin1Bytes, uint32 } from '../../containers/bytes.ts';
import { sdr, type Triple } from '../../image/standards.suite.ts';
import { rendered } from '../pictures.suite.ts';
import { probe } from '../probe.ts';

/** Straight color, 0..255, half-clear. */
const COLOR: Triple = [200, 120, 40];
const ALPHA = 128;

/** An AVIF of one half-clear color, stored multiplied by its alpha, as libheif writes it. */
async function multiplied(bitdepth: 8 | 10 = 8, icc?: string): Promise<Uint8Array> {
  const stored = COLOR.map((v) => Math.round((v * ALPHA) / 255));
  const data = Uint8Array.from({ length: 64 * 48 * 4 }, (_, i) => [...stored, ALPHA][i % 4]!);
  const pipe = sharp(data, { raw: { width: 64, height: 48, channels: 4 } });
  const tagged = icc ? pipe.withIccProfile(icc) : pipe;
  const made = await tagged.avif({ lossless: true, bitdepth, effort: 0 }).toBuffer();
  return withReference(new Uint8Array(made));
}

/** The file with a reference from its picture to its alpha that says so. */
function withReference(file: Uint8Array): Uint8Array {
  const prem = concat([bytes32(14), latin1Bytes('prem'), Uint8Array.of(0, 1, 0, 1, 0, 2)]);
  const text = latin1(file, 0, 2000);
  const at = (name: string) => text.indexOf(name) - 4;
  const [meta, iref, iloc] = [at('meta'), at('iref'), at('iloc')];
  const end = iref + uint32(file, iref)!;
  const grown = concat([file.subarray(0, end), prem, file.subarray(end)]);
  const add = (where: number) => grown.set(bytes32(uint32(grown, where)! + prem.length), where);
  // The lengths of both boxes, and where the two items begin
  for (const where of [meta, iref, iloc + 20, iloc + 38]) add(where);
  return grown;
}

/** The picture over white: what a page shows. */
const shown = (values: ArrayLike<number>) =>
  [0, 1, 2].map((c) => (values[c]! * values[3]! + 255 * (255 - values[3]!)) / 255);

function expectColor(pixel: ArrayLike<number>, color: Triple): void {
  expect(pixel[3]).toBe(ALPHA);
  const wanted = shown([...color, ALPHA]);
  for (const [c, value] of shown(pixel).entries()) {
    expect(Math.abs(value - wanted[c]!), `${[...Array.from(pixel).slice(0, 4)]}`).toBeLessThan(2);
  }
}

describe('an AVIF whose colors are stored multiplied by their alpha', () => {
  test('is known as such, and others are not', async () => {
    const file = await multiplied();
    expect(boxes(file).map(({ name }) => name)).toEqual(['ftyp', 'meta', 'mdat']);
    expect((await probe({ bytes: file })).premultiplied).toBe(true);
    const background = { r: 1, g: 2, b: 3, alpha: 0.5 };
    const plain = sharp({ create: { width: 8, height: 8, channels: 4, background } }).avif();
    expect((await probe({ bytes: await plain.toBuffer() })).premultiplied).toBeUndefined();
  });

  test.each<[string, 8 | 10, string | undefined, Triple]>([
    ['of 8 bits', 8, undefined, COLOR],
    ['of 10 bits', 10, undefined, COLOR],
    ['with a profile of sRGB', 8, 'srgb', COLOR],
  ])('%s is shown in its straight colors at every size', async (_, bits, icc, color) => {
    const file = await multiplied(bits, icc);
    const scale = (width: number, height: number) =>
      ({ kind: 'scale', width, height, filter: 'lanczos3' }) as const;
    for (const steps of [[], [scale(20, 15)], [scale(128, 96)]]) {
      const { raster } = await rendered(file, steps);
      expect(raster.channels).toBe(4);
      expectColor(raster.data, color);
    }
  });

  test.each<[string, 8 | 10]>([
    ['8', 8],
    ['10', 10],
  ])('keeps its profile with %s bits', async (_, bits) => {
    // What sharp takes for sRGB is written as P3, so the stored values are those of P3
    const file = await multiplied(bits, 'p3');
    const { channels, data } = (await rendered(file, [], { color: 'keep' })).raster;
    expect(channels).toBe(4);
    const stored = Array.from(data.subarray(0, 4));
    const inSrgb = (await rendered(file, [])).raster.data;
    const wanted = sdr('p3', 'srgb', [stored[0]! / 255, stored[1]! / 255, stored[2]! / 255]);
    expectColor(inSrgb, wanted);
  });
});

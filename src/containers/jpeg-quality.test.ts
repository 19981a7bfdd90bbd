import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { walkJpeg } from './jpeg.ts';
import { estimateJpegQuality } from './jpeg-quality.ts';

const picture = () =>
  sharp({
    create: {
      width: 64,
      height: 48,
      channels: 3,
      background: '#345',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  });

describe('estimateJpegQuality', () => {
  let seed: Buffer;
  beforeAll(async () => {
    seed = await picture().jpeg({ quality: 60 }).toBuffer();
  });

  test.each([5, 20, 40, 49, 50, 51, 60, 75, 80, 90, 95, 100])(
    'libjpeg-turbo quality %i is read within 1',
    async (quality) => {
      const bytes = await picture().jpeg({ quality }).toBuffer();
      expect(Math.abs(estimateJpegQuality(bytes)! - quality)).toBeLessThanOrEqual(1);
    },
  );

  test.each([40, 60, 75, 90])('mozjpeg quality %i reads 0 to 14 low', async (quality) => {
    const bytes = await picture().jpeg({ quality, mozjpeg: true }).toBuffer();
    const found = estimateJpegQuality(bytes)!;
    expect(quality - found).toBeGreaterThanOrEqual(0);
    expect(quality - found).toBeLessThanOrEqual(14);
  });

  test('a grey JPEG is read from its one table', async () => {
    const bytes = await picture().greyscale().jpeg({ quality: 70 }).toBuffer();
    expect(estimateJpegQuality(bytes)).toBe(70);
  });

  test('fill bytes before a marker are passed over', () => {
    const filled = new Uint8Array([...seed.subarray(0, 2), 0xff, 0xff, ...seed.subarray(2)]);
    expect(estimateJpegQuality(filled)).toBe(60);
  });

  test.each([
    ['no bytes', []],
    ['another format', [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]],
    ['only the first marker', [0xff, 0xd8]],
    ['a segment of length 0', [0xff, 0xd8, 0xff, 0xdb, 0, 0, 0, 0]],
    ['a table that ends early', [0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, 1, 2, 3]],
    ['a scan without tables', [0xff, 0xd8, 0xff, 0xda, 0, 12]],
  ])('%s has no quality', (_why, bytes) => {
    expect(estimateJpegQuality(new Uint8Array(bytes))).toBeUndefined();
  });

  test('whatever the bytes are, the answer is a whole number from 1 to 100 or none', () => {
    const edits = fc.array(fc.tuple(fc.nat(seed.length - 1), fc.integer({ min: 0, max: 255 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(edits, fc.nat(seed.length), (changes, length) => {
        const bytes = Uint8Array.from(seed.subarray(0, length));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const quality = estimateJpegQuality(bytes);
        if (quality === undefined) return;
        expect(Number.isInteger(quality) && quality >= 1 && quality <= 100).toBe(true);
      }),
    );
  });
});

test('the table of chroma counts beside that of luma, each against its own', async () => {
  const jpeg = async (quality: number) =>
    new Uint8Array(
      await picture().resize(8, 8).jpeg({ quality, optimiseCoding: false }).toBuffer(),
    );
  /** The two tables of a file, one behind the other, with the places where they stand. */
  const tables = (bytes: Uint8Array) =>
    walkJpeg(bytes)
      .segments.filter(({ marker }) => marker === 0xdb)
      .map(({ start, data }) => ({ at: start + 5, table: data.slice(1, 65) }));
  const every = await Promise.all(Array.from({ length: 100 }, (_, i) => jpeg(i + 1)));
  for (const [luma, chroma] of [
    [90, 50],
    [50, 90],
    [75, 40],
    [95, 70],
  ] as const) {
    const mixed = new Uint8Array(every[luma - 1]!);
    mixed.set(tables(every[chroma - 1]!)[1]!.table, tables(mixed)[1]!.at);
    const own = tables(mixed);
    const distances = every.map((file) =>
      tables(file).reduce(
        (sum, { table }, t) =>
          sum + table.reduce((s, v, i) => s + Math.abs(v - own[t]!.table[i]!), 0),
        0,
      ),
    );
    const nearest = distances.lastIndexOf(Math.min(...distances)) + 1;
    expect(estimateJpegQuality(mixed), `${luma} and ${chroma}`).toBe(nearest);
  }
});

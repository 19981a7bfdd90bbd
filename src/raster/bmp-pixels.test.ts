import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BmpHeader, bmpHeader } from '../containers/bmp.ts';
import { largestPicture } from '../containers/ico.ts';
import { bmpPixels } from './bmp-pixels.ts';

type Color = readonly [number, number, number, number?];

const RED: Color = [220, 30, 30];
const GREEN: Color = [30, 180, 50];
const BLUE: Color = [30, 50, 220];
const WHITE: Color = [255, 255, 255];

interface Made {
  readonly bits: number;
  readonly coding?: number;
  readonly height?: number;
  readonly header?: number;
  readonly palette?: readonly Color[];
  readonly masks?: readonly number[];
  readonly rows: readonly (readonly number[])[];
  readonly width: number;
}

/** The bitmap without a file header: rows are the bytes of each, which are padded to four. */
function bitmap({
  bits,
  coding = 0,
  header = 40,
  palette = [],
  masks = [],
  rows,
  width,
  height = rows.length,
}: Made) {
  const head = Buffer.alloc(header + (header === 40 ? masks.length * 4 : 0));
  head.writeUInt32LE(header, 0);
  if (header === 12) {
    head.writeUInt16LE(width, 4);
    head.writeUInt16LE(height, 6);
    head.writeUInt16LE(1, 8);
    head.writeUInt16LE(bits, 10);
  } else {
    head.writeInt32LE(width, 4);
    head.writeInt32LE(height, 8);
    head.writeUInt16LE(1, 12);
    head.writeUInt16LE(bits, 14);
    head.writeUInt32LE(coding, 16);
    head.writeUInt32LE(palette.length, 32);
    for (const [i, mask] of masks.entries()) head.writeUInt32LE(mask >>> 0, 40 + i * 4);
  }
  const colors = palette.flatMap(([r, g, b]) => (header === 12 ? [b, g, r] : [b, g, r, 0]));
  const pixels = rows.flatMap((row) => [
    ...row,
    ...Array(coding === 1 ? 0 : (4 - (row.length % 4)) % 4).fill(0),
  ]);
  return {
    bytes: Buffer.concat([head, Buffer.from(colors), Buffer.from(pixels)]),
    start: head.length + colors.length,
  };
}

function bmp(made: Made): Buffer {
  const { bytes, start } = bitmap(made);
  const file = Buffer.alloc(14);
  file.write('BM');
  file.writeUInt32LE(14 + bytes.length, 2);
  file.writeUInt32LE(14 + start, 10);
  return Buffer.concat([file, bytes]);
}

function ico(
  ...pictures: readonly {
    readonly side: number;
    readonly bits: number;
    readonly bytes: Uint8Array;
  }[]
): Buffer {
  const directory = Buffer.alloc(6 + 16 * pictures.length);
  directory.writeUInt16LE(1, 2);
  directory.writeUInt16LE(pictures.length, 4);
  let at = directory.length;
  pictures.forEach(({ side, bits, bytes }, i) => {
    const entry = 6 + 16 * i;
    directory.writeUInt8(side & 255, entry);
    directory.writeUInt8(side & 255, entry + 1);
    directory.writeUInt16LE(bits, entry + 6);
    directory.writeUInt32LE(bytes.length, entry + 8);
    directory.writeUInt32LE(at, entry + 12);
    at += bytes.length;
  });
  return Buffer.concat([directory, ...pictures.map(({ bytes }) => bytes)]);
}

/** The pixels, row by row. */
function pixelsOf(file: Uint8Array): number[][] | undefined {
  const header = bmpHeader(file);
  const raster = header && bmpPixels(file, header);
  if (!raster) return undefined;
  const { data, channels } = raster;
  return Array.from({ length: data.length / channels }, (_, i) => [
    ...data.subarray(i * channels, (i + 1) * channels),
  ]);
}

const bgr = ([r, g, b]: Color) => [b, g, r];
/** Red green over blue white, as rows are stored: the lower one first. */
const SEEN = [RED, GREEN, BLUE, WHITE].map((color) => [...color]);
const PALETTE = [WHITE, RED, GREEN, BLUE];

describe('bmpPixels', () => {
  test.each<[string, Made]>([
    [
      '24 bits',
      {
        bits: 24,
        width: 2,
        rows: [
          [...bgr(BLUE), ...bgr(WHITE)],
          [...bgr(RED), ...bgr(GREEN)],
        ],
      },
    ],
    [
      '24 bits, upper row first',
      {
        bits: 24,
        width: 2,
        height: -2,
        rows: [
          [...bgr(RED), ...bgr(GREEN)],
          [...bgr(BLUE), ...bgr(WHITE)],
        ],
      },
    ],
    [
      '24 bits of OS/2',
      {
        bits: 24,
        width: 2,
        header: 12,
        rows: [
          [...bgr(BLUE), ...bgr(WHITE)],
          [...bgr(RED), ...bgr(GREEN)],
        ],
      },
    ],
    [
      '32 bits, whose rest says nothing',
      {
        bits: 32,
        width: 2,
        rows: [
          [...bgr(BLUE), 7, ...bgr(WHITE), 0],
          [...bgr(RED), 0, ...bgr(GREEN), 9],
        ],
      },
    ],
    [
      '8 bits',
      {
        bits: 8,
        width: 2,
        palette: PALETTE,
        rows: [
          [3, 0],
          [1, 2],
        ],
      },
    ],
    ['4 bits', { bits: 4, width: 2, palette: PALETTE, rows: [[0x30], [0x12]] }],
    [
      'runs',
      {
        bits: 8,
        coding: 1,
        width: 2,
        height: 2,
        palette: PALETTE,
        rows: [
          [1, 3, 1, 0, 0, 0],
          [1, 1, 1, 2, 0, 1],
        ],
      },
    ],
    [
      'runs and single colors',
      {
        bits: 8,
        coding: 1,
        width: 2,
        height: 2,
        palette: PALETTE,
        rows: [[1, 3, 0, 0, 1, 1, 1, 2, 0, 1]],
      },
    ],
  ])('%s', (_, made) => {
    expect(pixelsOf(bmp(made))).toEqual(SEEN);
  });

  test('1 bit, over the bytes of a row', () => {
    const made = { bits: 1, width: 10, palette: [BLUE, WHITE], rows: [[0b10000001, 0b01000000]] };
    const white = pixelsOf(bmp(made))!.map(([red]) => red === 255);
    expect(white.map(Number).join('')).toBe('1000000101');
  });

  test('16 bits, plain and by masks, are spread over 0 to 255', () => {
    const plain = { bits: 16, width: 3, rows: [[0x00, 0x7c, 0xe0, 0x03, 0xff, 0x7f]] };
    expect(pixelsOf(bmp(plain))).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [255, 255, 255],
    ]);
    const masks = {
      bits: 16,
      coding: 3,
      masks: [0xf800, 0x7e0, 0x1f],
      width: 2,
      rows: [[0x00, 0xf8, 0x10, 0x84]],
    };
    expect(pixelsOf(bmp(masks))).toEqual([
      [255, 0, 0],
      [132, 130, 132],
    ]);
  });

  test('alpha by a mask counts, unless it is 0 everywhere', () => {
    const made = (alpha: number): Made => ({
      bits: 32,
      coding: 3,
      header: 56,
      masks: [0xff0000, 0xff00, 0xff, 0xff000000],
      width: 2,
      rows: [[...bgr(RED), alpha, ...bgr(GREEN), 0]],
    });
    expect(pixelsOf(bmp(made(128)))).toEqual([
      [...RED, 128],
      [...GREEN, 0],
    ]);
    expect(pixelsOf(bmp(made(0)))).toEqual([[...RED], [...GREEN]]);
  });

  test('a file with fewer pixels than it states is none, whatever it states', () => {
    const whole = bmp({
      bits: 24,
      width: 2,
      rows: [
        [...bgr(BLUE), ...bgr(WHITE)],
        [...bgr(RED), ...bgr(GREEN)],
      ],
    });
    expect(pixelsOf(whole.subarray(0, whole.length - 3))).toBeUndefined();
    whole.writeInt32LE(0x7fffff, 18);
    whole.writeInt32LE(0x7fffff, 22);
    expect(pixelsOf(whole)).toBeUndefined();
  });

  test.each([
    ['run lengths of 4 bits', { bits: 4, coding: 2 }],
    ['a PNG inside', { bits: 24, coding: 5 }],
    ['2 bits', { bits: 2 }],
    ['no height', { bits: 24, height: 0 }],
  ])('%s is not read', (_, fields) => {
    expect(bmpHeader(bmp({ width: 2, rows: [[0, 0, 0, 0, 0, 0]], ...fields }))).toBeUndefined();
  });

  test('bytes of any kind end in pixels or in nothing', () => {
    const made = bmp({
      bits: 8,
      coding: 1,
      width: 4,
      height: 4,
      palette: PALETTE,
      rows: [[4, 1, 0, 2, 1, 1, 0, 4, 1, 2, 3, 0, 0, 1]],
    });
    const change = fc.tuple(fc.nat(made.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(made.length), (changes, length) => {
        const bytes = Buffer.from(made.subarray(0, length));
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        const header = bmpHeader(bytes);
        if (header && header.width * header.height < 1e6) bmpPixels(bytes, header);
      }),
    );
  });
});

describe('icons', () => {
  const shown = (file: Uint8Array) => {
    const picture = largestPicture(file);
    if (picture?.kind !== 'bitmap') return picture;
    return bmpPixels(file, picture.header, picture.mask);
  };
  const masked = (alpha: number, mask: number) => {
    const rows = [
      [...bgr(BLUE), alpha, ...bgr(WHITE), alpha],
      [...bgr(RED), alpha, ...bgr(GREEN), alpha],
    ];
    return bitmap({ bits: 32, width: 2, height: 4, rows: [...rows, [0], [mask]] }).bytes;
  };

  test('alpha of 32 bits counts, else the mask', () => {
    const clear = shown(ico({ side: 2, bits: 32, bytes: masked(0, 0x40) }));
    expect(clear).toMatchObject({ width: 2, height: 2, channels: 4 });
    expect([...(clear as { data: Uint8Array }).data]).toEqual([
      ...RED,
      255,
      0,
      0,
      0,
      0,
      ...BLUE,
      255,
      ...WHITE,
      255,
    ]);
    const half = shown(ico({ side: 2, bits: 32, bytes: masked(100, 0x40) }));
    expect([...(half as { data: Uint8Array }).data]).toEqual(
      SEEN.flatMap((color) => [...color, 100]),
    );
  });

  test('the largest picture, and of equal ones that with the most bits', () => {
    const small = bitmap({ bits: 24, width: 1, height: 2, rows: [bgr(RED), [0]] }).bytes;
    const few = bitmap({
      bits: 8,
      width: 2,
      height: 4,
      palette: PALETTE,
      rows: [[0, 0], [0, 0], [0], [0]],
    }).bytes;
    const many = masked(255, 0);
    const file = ico(
      { side: 1, bits: 24, bytes: small },
      { side: 2, bits: 8, bytes: few },
      { side: 2, bits: 32, bytes: many },
    );
    expect((shown(file) as { data: Uint8Array }).data.slice(0, 3)).toEqual(
      Uint8Array.from([220, 30, 30]),
    );
  });

  test.each([
    // sides in the order of the file, the one that is taken; 256 is written as 0
    [[256, 48], 256],
    [[48, 256], 256],
    [[16, 255, 256, 32], 256],
    [[16, 48, 32], 48],
    [[255, 16], 255],
  ])('of sides %j it is %i', (sides, largest) => {
    const png = (side: number) => Buffer.from(`\x89PNG of ${side}`, 'latin1');
    const file = ico(...sides.map((side) => ({ side, bits: 32, bytes: png(side) })));
    expect(shown(file)).toEqual({ kind: 'png', bytes: png(largest) });
  });

  test('a picture that is not read leaves the next one', () => {
    const small = bitmap({ bits: 24, width: 1, height: 2, rows: [bgr(RED), [0]] }).bytes;
    const file = ico(
      { side: 256, bits: 32, bytes: Buffer.alloc(60, 7) },
      { side: 1, bits: 24, bytes: small },
    );
    expect(shown(file)).toMatchObject({ width: 1, height: 1 });
  });

  test('a PNG is given whole', () => {
    const png = Buffer.from('\x89PNG and more', 'latin1');
    expect(shown(ico({ side: 256, bits: 32, bytes: png }))).toEqual({ kind: 'png', bytes: png });
  });

  test('bytes of any kind end in a picture or in nothing', () => {
    const made = ico({ side: 2, bits: 32, bytes: masked(0, 0x40) });
    const change = fc.tuple(fc.nat(made.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(made.length), (changes, length) => {
        const bytes = Buffer.from(made.subarray(0, length));
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        const picture = largestPicture(bytes);
        if (picture?.kind !== 'bitmap') return;
        const { width, height }: BmpHeader = picture.header;
        if (width * height < 1e6) bmpPixels(bytes, picture.header, picture.mask);
      }),
    );
  });
});

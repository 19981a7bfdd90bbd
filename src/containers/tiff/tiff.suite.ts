/** TIFF files for tests, of any samples: side by side or in planes, in one strip or in tiles, of one or several pages. */
import { deflateSync } from 'node:zlib';
import { bytes32, concat } from '../bytes.ts';

export interface TestTiff {
  /** 40 x 36 by default. */
  readonly width?: number;
  readonly height?: number;
  /** Where the levels of each sample begin; they go on with x and y (`levelAt`). */
  readonly planes: readonly number[];
  /** How samples are to be read: 2, RGB, by default. */
  readonly photometric?: number;
  /** What samples behind the colors are. */
  readonly extra?: readonly number[];
  /** Tiles of this side, which hold one sample of each pixel. */
  readonly tile?: number;
  /** Twice the same byte of each sample. */
  readonly bits?: 8 | 16;
  readonly deflated?: boolean;
  readonly big?: boolean;
  readonly icc?: Uint8Array;
  readonly pages?: number;
}

/** The level of a sample of a page. */
export function levelAt(plane: number, x: number, y: number, page = 0): number {
  return (plane + x * 3 + y * 2 + page * 50) & 255;
}

export function testTiff(given: TestTiff): Uint8Array {
  const { pages = 1, big = false } = given;
  const parts: Uint8Array[] = [
    big ? Uint8Array.of(0x4d, 0x4d, 0, 42) : Uint8Array.of(0x49, 0x49, 42, 0),
  ];
  parts.push(bytes32(8, !big));
  let at = 8;
  for (let page = 0; page < pages; page++) {
    const made = pageAt(given, page, at, page + 1 < pages);
    parts.push(made);
    at += made.length;
  }
  return concat(parts);
}

function pageAt(given: TestTiff, page: number, at: number, more: boolean): Uint8Array {
  const { width = 40, height = 36, planes, photometric = 2, extra = [], tile, icc } = given;
  const { bits = 8, deflated = false, big = false } = given;
  const short = (value: number) =>
    big ? Uint8Array.of(value >> 8, value & 255) : Uint8Array.of(value & 255, value >> 8);
  const long = (value: number) => bytes32(value, !big);
  const region = (picked: readonly number[], left: number, top: number, w: number, h: number) => {
    const levels = Array.from({ length: h * w }, (_, i) => {
      const [x, y] = [left + (i % w), top + Math.floor(i / w)];
      return picked.flatMap((plane) => Array(bits / 8).fill(levelAt(plane, x, y, page)));
    });
    const data = Uint8Array.from(levels.flat());
    return deflated ? new Uint8Array(deflateSync(data)) : data;
  };
  const blocks: Uint8Array[] = [];
  for (const plane of tile ? planes : []) {
    for (let y = 0; y < height; y += tile!) {
      for (let x = 0; x < width; x += tile!) blocks.push(region([plane], x, y, tile!, tile!));
    }
  }
  if (!tile) blocks.push(region(planes, 0, 0, width, height));
  const lengths = blocks.map(({ length }) => length);
  const entries: [tag: number, type: 3 | 4 | 7, values: readonly number[]][] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, planes.map(() => bits)],
    [259, 3, [deflated ? 8 : 1]],
    [262, 3, [photometric]],
    ...(tile ? [] : ([[273, 4, lengths]] as [273, 4, number[]][])),
    [277, 3, [planes.length]],
    ...(tile ? [] : ([[278, 4, [height]]] as [278, 4, number[]][])),
    ...(tile ? [] : ([[279, 4, lengths]] as [279, 4, number[]][])),
    [284, 3, [tile ? 2 : 1]],
    ...(tile
      ? ([
          [322, 4, [tile]],
          [323, 4, [tile]],
          [324, 4, lengths],
          [325, 4, lengths],
        ] as [number, 4, number[]][])
      : []),
    ...(extra.length > 0 ? ([[338, 3, extra]] as [338, 3, readonly number[]][]) : []),
    ...(icc ? ([[34675, 7, [...icc]]] as [34675, 7, number[]][]) : []),
  ];
  const bodyOf = (type: 3 | 4 | 7, values: readonly number[]) => {
    const body = concat(
      values.map((value) =>
        type === 3 ? short(value) : type === 4 ? long(value) : Uint8Array.of(value),
      ),
    );
    return body.length > 4 && body.length & 1 ? concat([body, new Uint8Array(1)]) : body;
  };
  const size = 2 + 12 * entries.length + 4;
  const far = entries.map(([, type, values]) => bodyOf(type, values)).filter((b) => b.length > 4);
  let block = at + size + far.reduce((sum, { length }) => sum + length, 0);
  const offsets = lengths.map((length) => {
    block += length;
    return block - length;
  });
  let free = at + size;
  const bodies: Uint8Array[] = [];
  const head = entries.map(([tag, type, values]) => {
    const body = bodyOf(type, tag === 273 || tag === 324 ? offsets : values);
    const near = body.length <= 4;
    const value = near ? concat([body, new Uint8Array(4 - body.length)]) : long(free);
    if (!near) {
      bodies.push(body);
      free += body.length;
    }
    return concat([short(tag), short(type), long(values.length), value]);
  });
  return concat([short(entries.length), ...head, long(more ? block : 0), ...bodies, ...blocks]);
}

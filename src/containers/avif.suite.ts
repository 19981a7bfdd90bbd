/**
 * AVIF files put together item by item, for tests: pictures without chroma, of either range, alone, with
 * alpha or as a grid, which sharp does not write.
 */
import sharp from 'sharp';
import { type AvifItem, avifItems } from './avif.ts';
import { bytes32, concat, latin1, latin1Bytes } from './bytes.ts';

/** An item of a file. */
export interface Item extends AvifItem {
  readonly type: 'av01' | 'grid';
}

/** From one item to others: `dimg` from a grid to its tiles, `auxl` from alpha to its picture. */
export type Reference = readonly [type: string, from: number, ...to: number[]];

const bytes16 = (value: number) => Uint8Array.of(value >> 8, value & 255);

function box(name: string, ...content: Uint8Array[]): Uint8Array {
  const body = concat(content);
  return concat([bytes32(body.length + 8), latin1Bytes(name), body]);
}

const full = (name: string, version: number, ...content: Uint8Array[]) =>
  box(name, Uint8Array.of(version, 0, 0, 0), ...content);

/** A file whose first item is its picture; items are numbered from 1. The data of grids lie in `idat`. */
export function heif(items: readonly Item[], references: readonly Reference[] = []): Uint8Array {
  const head = box('ftyp', latin1Bytes('avif\0\0\0\0avifmif1miaf'));
  const inside = items.filter(({ type }) => type === 'grid').map(({ data }) => data);
  const outside = items.filter(({ type }) => type !== 'grid').map(({ data }) => data);
  const start = head.length + meta(items, references, inside, 0).length + 8;
  return concat([head, meta(items, references, inside, start), box('mdat', ...outside)]);
}

function meta(
  items: readonly Item[],
  references: readonly Reference[],
  inside: readonly Uint8Array[],
  start: number,
): Uint8Array {
  const at = { idat: 0, mdat: start };
  const places = items.map(({ type, data }, i) => {
    const where = type === 'grid' ? 'idat' : 'mdat';
    const offset = at[where];
    at[where] += data.length;
    const method = bytes16(where === 'idat' ? 1 : 0);
    const extent = concat([bytes32(offset), bytes32(data.length)]);
    return concat([bytes16(i + 1), method, bytes16(0), bytes16(1), extent]);
  });
  const names = items.map(({ type }, i) =>
    full('infe', 2, bytes16(i + 1), bytes16(0), latin1Bytes(type), Uint8Array.of(0)),
  );
  const properties = items.flatMap((item) => item.properties.map((property) => property.box));
  let next = 1;
  const owned = items.map((item, i) =>
    concat([
      bytes16(i + 1),
      Uint8Array.of(item.properties.length),
      Uint8Array.from(item.properties, ({ essential }) => (essential ? 0x80 : 0) | next++),
    ]),
  );
  const links = references.map(([type, from, ...to]) =>
    box(type, bytes16(from), bytes16(to.length), ...to.map(bytes16)),
  );
  return full(
    'meta',
    0,
    full('hdlr', 0, bytes32(0), latin1Bytes('pict'), new Uint8Array(13)),
    full('pitm', 0, bytes16(1)),
    full('iloc', 1, Uint8Array.of(0x44, 0), bytes16(items.length), ...places),
    full('iinf', 0, bytes16(items.length), ...names),
    ...(links.length > 0 ? [full('iref', 0, ...links)] : []),
    box('iprp', box('ipco', ...properties), full('ipma', 0, bytes32(items.length), ...owned)),
    ...(inside.length > 0 ? [box('idat', ...inside)] : []),
  );
}

/** A `colr` box of code points. */
export function nclx(range: 'full' | 'limited', matrix = 6): AvifItem['properties'][number] {
  const points = concat([1, 13, matrix].map(bytes16));
  const flag = Uint8Array.of(range === 'full' ? 0x80 : 0);
  return { box: box('colr', latin1Bytes('nclx'), points, flag), essential: false };
}

/** A `colr` box of a profile. */
export function colrProfile(icc: Uint8Array): AvifItem['properties'][number] {
  return { box: box('colr', latin1Bytes('prof'), icc), essential: false };
}

/** Levels one beside another in columns, 32 wide, as one plane without chroma, every level kept. */
export async function greyItem(
  levels: readonly number[],
  { range = 'full', bits = 8 }: { range?: 'full' | 'limited'; bits?: 8 | 10 } = {},
): Promise<Item> {
  // The alpha of a picture is such a plane.
  const [width, height] = [32 * levels.length, 48];
  const most = 2 ** bits - 1;
  const of = (i: number) => levels[Math.floor((i % width) / 32)]!;
  const samples = Array.from({ length: width * height }, (_, i) => [0, 0, 0, of(i)]).flat();
  const raw = { width, height, channels: 4 } as const;
  const pipe =
    bits === 8
      ? sharp(Uint8Array.from(samples), { raw })
      : sharp(
          Uint16Array.from(samples, (v) => Math.round((v * 65_535) / most)),
          { raw },
        ).toColorspace('rgb16');
  const file = await pipe.avif({ lossless: true, bitdepth: bits, effort: 0 }).toBuffer();
  const { alpha } = avifItems(new Uint8Array(file))!;
  const properties = alpha!.properties.filter(({ box: one }) => latin1(one, 4, 8) !== 'auxC');
  return { type: 'av01', properties, data: range === 'full' ? alpha!.data : limited(alpha!.data) };
}

/** The coded picture with the bit of its range taken away, which says that its levels leave room at both ends. */
function limited(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data);
  // Behind a delimiter of two bytes and a header of two: a reduced header of a still picture.
  let at = 32;
  const bits = (count: number) => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) {
      value = value * 2 + ((out[at >> 3]! >> (7 - (at & 7))) & 1);
    }
    return value;
  };
  bits(5 + 5);
  const [width, height] = [bits(4) + 1, bits(4) + 1];
  bits(width + height);
  bits(3 + 3 + 1 + 1);
  if (bits(1)) bits(24);
  out[at >> 3]! &= ~(1 << (7 - (at & 7)));
  return out;
}

/** What makes an item the alpha of another. */
export const AUXILIARY_ALPHA: AvifItem['properties'][number] = {
  box: full('auxC', 0, latin1Bytes('urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0')),
  essential: true,
};

/** A grid of tiles side by side. */
export function gridItem(
  columns: number,
  width: number,
  height: number,
  properties: AvifItem['properties'] = [],
): Item {
  const size = full('ispe', 0, bytes32(width), bytes32(height));
  const channels = full('pixi', 0, Uint8Array.of(1, 8));
  return {
    type: 'grid',
    properties: [...[size, channels].map((one) => ({ box: one, essential: false })), ...properties],
    data: concat([Uint8Array.of(0, 0, 0, columns - 1), bytes16(width), bytes16(height)]),
  };
}

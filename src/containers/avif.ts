/**
 * AVIF: the items of a still file, taken out and put together again.
 *
 * A picture with alpha is two AV1 images in one HEIF file: the primary item with the
 * colors, and an auxiliary item with the alpha (ISO/IEC 23008-12, and the AV1 Image
 * File Format specification, section 4). Each is a run of bytes with properties (size,
 * decoder configuration, color profile), so that a file may take its colors from one
 * encode and its alpha from another. Only what libheif writes is read: items of one extent, offsets into the file,
 * at most 127 properties. Anything else gives `undefined`.
 *
 * Pure; offsets are checked against the file.
 */
import { bytes32, concat, latin1, latin1Bytes, uint16, uint32 } from './bytes.ts';

/** One coded image with its properties, in the order of their association. */
export interface AvifItem {
  /** Whole property boxes; `essential`: a reader has to understand it. */
  readonly properties: readonly { readonly box: Uint8Array; readonly essential: boolean }[];
  readonly data: Uint8Array;
}

export interface Box {
  readonly name: string;
  /** The box as it stands in the file. */
  readonly whole: Uint8Array;
  /** Behind the header. */
  readonly body: Uint8Array;
}

/** The colors of a still AVIF, and its alpha where it has some; undefined for other files. */
export function avifItems(
  file: Uint8Array,
): { readonly color: AvifItem; readonly alpha?: AvifItem } | undefined {
  const parts = metaParts(file);
  const [iloc, iprp] = [parts.get('iloc'), parts.get('iprp')];
  const primary = primaryItem(parts);
  if (!iloc || !iprp || primary === undefined) return undefined;
  const extents = extentsOf(iloc);
  const properties = propertiesOf(iprp);
  const items = new Map<number, AvifItem>();
  for (const [id, { offset, length }] of extents) {
    const own = properties.get(id);
    if (own === undefined || offset + length > file.length) return undefined;
    items.set(id, { properties: own, data: file.subarray(offset, offset + length) });
  }
  const color = items.get(primary);
  if (color === undefined) return undefined;
  const alpha = [...items.values()].find((item) => item !== color && isAlpha(item));
  return { color, ...(alpha === undefined ? {} : { alpha }) };
}

/** The coded bytes of the primary item; of a grid those of its first tile. */
export function codedData(file: Uint8Array): Uint8Array | undefined {
  const parts = metaParts(file);
  const [iloc, iref] = [parts.get('iloc'), parts.get('iref')];
  const primary = primaryItem(parts);
  if (!iloc || primary === undefined) return undefined;
  const tile = iref && firstReference(iref, 'dimg', primary);
  const extent = extentsOf(iloc).get(tile ?? primary);
  return extent && file.subarray(extent.offset, extent.offset + extent.length);
}

/** The first item that another refers to by a relation of this name. */
export function firstReference(iref: Uint8Array, type: string, from: number): number | undefined {
  const wide = iref[0] !== 0;
  const idAt = wide ? uint32 : uint16;
  const box = boxes(iref.subarray(4)).find(
    ({ name, body }) => name === type && idAt(body, 0) === from,
  );
  return box && idAt(box.body, wide ? 6 : 4);
}

/**
 * The file of an image sequence as that of the still picture it has beside its track, for decoders that
 * look at the main brand alone (docs/spec/http.md 14.16).
 */
export function asStillAvif(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes);
  out.set([0x61, 0x76, 0x69, 0x66], 8); // avif
  return out;
}

/** A still AVIF of these two images, which have to be of one size and depth. */
export function joinAvif(color: AvifItem, alpha: AvifItem): Uint8Array {
  const head = box('ftyp', latin1Bytes('avif\0\0\0\0avifmif1miafMA1B'));
  const lengths = [color.data.length, alpha.data.length] as const;
  const metaLength = meta(color, alpha, [0, 0], lengths).length;
  const start = head.length + metaLength + 8;
  return concat([
    head,
    meta(color, alpha, [start, start + lengths[0]], lengths),
    box('mdat', color.data, alpha.data),
  ]);
}

function isAlpha({ properties }: AvifItem): boolean {
  return properties.some(({ box: property }) => {
    const text = latin1(property, 4, property.length);
    return text.startsWith('auxC') && text.includes('auxiliary:alpha');
  });
}

/** Boxes one after another; the walk ends at the first whose length does not fit. */
export function boxes(bytes: Uint8Array): Box[] {
  const found: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const { length, header } = boxLength(bytes, at);
    if (length < header || at + length > bytes.length) break;
    const whole = bytes.subarray(at, at + length);
    found.push({ name: latin1(bytes, at + 4, at + 8), whole, body: whole.subarray(header) });
    at += length;
  }
  return found;
}

/** 0 says up to the end, 1 that the length follows in eight bytes. */
function boxLength(bytes: Uint8Array, at: number): { length: number; header: number } {
  const length = uint32(bytes, at)!;
  if (length === 0) return { length: bytes.length - at, header: 8 };
  if (length !== 1) return { length, header: 8 };
  const [high, low] = [uint32(bytes, at + 8) ?? 0, uint32(bytes, at + 12) ?? 0];
  return { length: high * 2 ** 32 + low, header: 16 };
}

/** The parts of the box that describes all items, by name. */
export function metaParts(file: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const meta = boxes(file).find(({ name }) => name === 'meta')?.body;
  return new Map(meta && boxes(meta.subarray(4)).map(({ name, body }) => [name, body]));
}

/** The item that is the picture; undefined where none is named. */
export function primaryItem(parts: ReadonlyMap<string, Uint8Array>): number | undefined {
  const pitm = parts.get('pitm');
  return pitm && (pitm[0] === 0 ? uint16(pitm, 4) : uint32(pitm, 4));
}

/** Where the bytes of items are that lie in the file as one run, by numbers of up to 4 bytes. */
function extentsOf(iloc: Uint8Array): Map<number, { offset: number; length: number }> {
  const extents = new Map<number, { offset: number; length: number }>();
  const [version = 0, sizes = 0, more = 0] = [iloc[0], iloc[4], iloc[5]];
  const widths = [sizes >> 4, sizes & 15, more >> 4, version > 0 ? more & 15 : 0];
  if (version > 2 || widths.some((width) => width !== 0 && width !== 4)) return extents;
  const [offsetWidth = 0, lengthWidth = 0, baseWidth = 0, indexWidth = 0] = widths;
  let at = 6;
  const next = (width: number) => {
    at += width;
    if (width === 0) return 0;
    return width === 2 ? uint16(iloc, at - 2) : uint32(iloc, at - 4);
  };
  const idWidth = version === 2 ? 4 : 2;
  const count = next(idWidth) ?? 0;
  for (let i = 0; i < count; i++) {
    const id = next(idWidth);
    const method = version > 0 ? next(2) : 0;
    next(2); // which file
    const [base, many] = [next(baseWidth), next(2)];
    next(indexWidth);
    const [offset, length] = [next(offsetWidth), next(lengthWidth)];
    if (id === undefined || base === undefined || many !== 1) return new Map();
    if (offset === undefined || length === undefined) return new Map();
    // What lies in the description of the items, as that of a grid does, is no run of the file.
    if (method === 0) extents.set(id, { offset: base + offset, length });
  }
  return extents;
}

/**
 * The properties of each item: an association is a flag and an index counted from 1,
 * of 7 bits or of 15.
 */
export function propertiesOf(iprp: Uint8Array): Map<number, AvifItem['properties']> {
  const parts = boxes(iprp);
  const all = boxes(parts.find(({ name }) => name === 'ipco')?.body ?? iprp.subarray(0, 0));
  const ipma = parts.find(({ name }) => name === 'ipma')?.body;
  const found = new Map<number, AvifItem['properties']>();
  if (ipma === undefined || ipma.length < 8) return found;
  const [longIds, wide] = [ipma[0]! > 0, (ipma[3]! & 1) !== 0];
  const idBytes = longIds ? 4 : 2;
  const step = wide ? 2 : 1;
  const count = uint32(ipma, 4)!;
  for (let i = 0, at = 8; i < count && at + idBytes < ipma.length; i++) {
    const id = (longIds ? uint32 : uint16)(ipma, at)!;
    const many = ipma[at + idBytes]!;
    at += idBytes + 1;
    const own: { box: Uint8Array; essential: boolean }[] = [];
    for (const end = at + many * step; at < end; at += step) {
      const entry = wide ? uint16(ipma, at) : ipma[at];
      const property = entry && all[(entry & (wide ? 0x7fff : 0x7f)) - 1];
      if (!property) return new Map();
      own.push({ box: property.whole, essential: entry > (wide ? 0x7fff : 0x7f) });
    }
    found.set(id, own);
  }
  return found;
}

const [COLOR, ALPHA] = [1, 2];

function meta(
  color: AvifItem,
  alpha: AvifItem,
  offsets: readonly [number, number],
  lengths: readonly [number, number],
): Uint8Array {
  const entry = (id: number, index: 0 | 1) =>
    concat([
      bytes16(id),
      bytes16(0),
      bytes32(0),
      bytes16(1),
      bytes32(offsets[index]),
      bytes32(lengths[index]),
    ]);
  const image = (id: number) =>
    full('infe', 2, bytes16(id), bytes16(0), latin1Bytes('av01'), Uint8Array.of(0));
  return full(
    'meta',
    0,
    full('hdlr', 0, bytes32(0), latin1Bytes('pict'), new Uint8Array(13)),
    full('pitm', 0, bytes16(COLOR)),
    full('iloc', 0, Uint8Array.of(0x44, 0x40), bytes16(2), entry(COLOR, 0), entry(ALPHA, 1)),
    full('iinf', 0, bytes16(2), image(COLOR), image(ALPHA)),
    full('iref', 0, box('auxl', bytes16(ALPHA), bytes16(1), bytes16(COLOR))),
    itemProperties(color, alpha),
  );
}

function itemProperties(color: AvifItem, alpha: AvifItem): Uint8Array {
  const all = [...color.properties, ...alpha.properties];
  const associations = ({ properties }: AvifItem, id: number, first: number) =>
    concat([
      bytes16(id),
      Uint8Array.of(properties.length),
      Uint8Array.from(properties, ({ essential }, i) => (essential ? 0x80 : 0) | (first + i)),
    ]);
  return box(
    'iprp',
    box('ipco', ...all.map((property) => property.box)),
    full(
      'ipma',
      0,
      bytes32(2),
      associations(color, COLOR, 1),
      associations(alpha, ALPHA, 1 + color.properties.length),
    ),
  );
}

function box(name: string, ...content: Uint8Array[]): Uint8Array {
  const body = concat(content);
  return concat([bytes32(body.length + 8), latin1Bytes(name), body]);
}

/** A box with a version and no flags. */
function full(name: string, version: number, ...content: Uint8Array[]): Uint8Array {
  return box(name, Uint8Array.of(version, 0, 0, 0), ...content);
}

function bytes16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255);
}

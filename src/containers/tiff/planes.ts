/**
 * Planes of a TIFF: a picture whose tiles hold one sample of each pixel, as one file of greys for each sample
 * (TIFF 6.0, "PlanarConfiguration" and "Tiled Images").
 *
 * libvips reads planes in strips and tiles of whole pixels, but not tiles of planes. Nothing is decoded: a
 * directory that names the tiles of one plane is put behind the file. Offsets are checked against the file.
 */
import { bytes32, concat, latin1, uint16, uint32 } from '../bytes.ts';

const TAGS = {
  bits: 258,
  photometric: 262,
  samples: 277,
  planar: 284,
  tileOffsets: 324,
  tileBytes: 325,
} as const;

/** What a plane keeps of the directory of its picture: sizes, coding, order of bits, kind of numbers, tables of JPEG. */
const KEPT = new Set([256, 257, 259, 266, 317, 322, 323, 347]);

const SHORT = 3;
const LONG = 4;

/** Bytes of a value, by its type. */
const SIZES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 7: 1 };

/** Ways of reading samples that stand one for itself: greys, RGB, inks. */
const APART = new Set([0, 1, 2, 5]);

/** Most planes and pages that are looked through. */
const [MOST_PLANES, MOST_PAGES] = [16, 1000];

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** The entry as it stands. */
  readonly whole: Uint8Array;
  /** Where its values are. */
  readonly at: number;
}

interface Directory {
  readonly little: boolean;
  /** Where it begins. */
  readonly start: number;
  readonly entries: ReadonlyMap<number, Entry>;
}

/** Whether the tiles of a page hold one sample of each pixel. */
export function hasTiledPlanes(tiff: Uint8Array, page = 0): boolean {
  const directory = directoryOf(tiff, page);
  if (directory === undefined || !directory.entries.has(TAGS.tileOffsets)) return false;
  return first(tiff, directory, TAGS.planar) === 2;
}

/**
 * The files of the planes of a page; of a single one the file itself with whole pixels. Undefined where samples do
 * not stand for themselves, or the file is no such TIFF.
 */
export function planeFiles(tiff: Uint8Array, page = 0): readonly (() => Uint8Array)[] | undefined {
  const directory = directoryOf(tiff, page);
  if (directory === undefined || !hasTiledPlanes(tiff, page)) return undefined;
  const samples = first(tiff, directory, TAGS.samples) ?? 1;
  if (samples === 1) return [() => withValue(tiff, directory, TAGS.planar, 1)];
  const photometric = first(tiff, directory, TAGS.photometric) ?? -1;
  const offsets = numbers(tiff, directory, TAGS.tileOffsets);
  const lengths = numbers(tiff, directory, TAGS.tileBytes);
  const tiles = offsets.length / samples;
  if (!APART.has(photometric) || samples > MOST_PLANES) return undefined;
  if (!Number.isInteger(tiles) || tiles === 0 || lengths.length !== offsets.length)
    return undefined;
  if (offsets.some((offset, i) => offset + lengths[i]! > tiff.length)) return undefined;
  return Array.from({ length: samples }, (_, plane) => () => {
    const part = (all: readonly number[]) => all.slice(plane * tiles, (plane + 1) * tiles);
    // White may be 0 of greys; what stands behind them has no such choice.
    const inverted = photometric === 0 && plane === 0;
    return withPlane(tiff, directory, part(offsets), part(lengths), inverted);
  });
}

/** The file with a directory of one plane, which is the first that readers meet. */
function withPlane(
  tiff: Uint8Array,
  directory: Directory,
  offsets: readonly number[],
  lengths: readonly number[],
  inverted: boolean,
): Uint8Array {
  const { little, entries } = directory;
  const bits = first(tiff, directory, TAGS.bits) ?? 1;
  const start = tiff.length + (tiff.length & 1);
  const kept = [...entries.values()].filter(({ tag }) => KEPT.has(tag));
  const count = kept.length + 6;
  const far = start + 2 + 12 * count + 4;
  const list = (values: readonly number[]) => concat(values.map((value) => long(value, little)));
  const made = [
    ...kept.map(({ tag, whole }) => ({ tag, whole })),
    entry(TAGS.bits, SHORT, [bits], little),
    entry(TAGS.photometric, SHORT, [inverted ? 0 : 1], little),
    entry(TAGS.samples, SHORT, [1], little),
    entry(TAGS.planar, SHORT, [1], little),
    entry(TAGS.tileOffsets, LONG, offsets, little, far),
    entry(TAGS.tileBytes, LONG, lengths, little, far + 4 * offsets.length),
  ].sort((a, b) => a.tag - b.tag);
  const out = concat([
    ...[tiff, new Uint8Array(start - tiff.length), short(count, little)],
    ...made.map(({ whole }) => whole),
    ...[long(0, little), list(offsets), list(lengths)],
  ]);
  out.set(long(start, little), 4);
  return out;
}

/** An entry with its values, or where they are to be found. */
function entry(
  tag: number,
  type: typeof SHORT | typeof LONG,
  values: readonly number[],
  little: boolean,
  far = 0,
): { readonly tag: number; readonly whole: Uint8Array } {
  const [value = 0] = values;
  const one =
    type === SHORT ? concat([short(value, little), new Uint8Array(2)]) : long(value, little);
  const body = values.length === 1 ? one : long(far, little);
  return {
    tag,
    whole: concat([short(tag, little), short(type, little), long(values.length, little), body]),
  };
}

/** The file with another value of a tag that has one short. */
function withValue(tiff: Uint8Array, directory: Directory, tag: number, value: number): Uint8Array {
  const out = new Uint8Array(tiff);
  const { at } = directory.entries.get(tag)!;
  out.set(short(value, directory.little), at);
  return out;
}

function directoryOf(tiff: Uint8Array, page: number): Directory | undefined {
  const order = latin1(tiff, 0, 2);
  const little = order === 'II';
  if ((!little && order !== 'MM') || uint16(tiff, 2, little) !== 42) return undefined;
  let start = uint32(tiff, 4, little) ?? 0;
  for (let i = 0; i < Math.min(page, MOST_PAGES); i++) {
    const count = uint16(tiff, start, little);
    start = count === undefined ? 0 : (uint32(tiff, start + 2 + 12 * count, little) ?? 0);
    if (start === 0) return undefined;
  }
  const count = uint16(tiff, start, little);
  if (start < 8 || count === undefined || start + 2 + 12 * count > tiff.length) return undefined;
  const entries = new Map<number, Entry>();
  for (let i = 0; i < count; i++) {
    const from = start + 2 + 12 * i;
    const [tag, type] = [uint16(tiff, from, little)!, uint16(tiff, from + 2, little)!];
    const many = uint32(tiff, from + 4, little)!;
    const near = (SIZES[type] ?? 8) * many <= 4;
    const at = near ? from + 8 : uint32(tiff, from + 8, little)!;
    const whole = tiff.subarray(from, from + 12);
    if (!entries.has(tag)) entries.set(tag, { tag, type, count: many, whole, at });
  }
  return { little, start, entries };
}

function first(tiff: Uint8Array, directory: Directory, tag: number): number | undefined {
  return numbers(tiff, directory, tag, 1)[0];
}

/** Short or long numbers; none where they do not lie within the file. */
function numbers(
  tiff: Uint8Array,
  { little, entries }: Directory,
  tag: number,
  most = Number.POSITIVE_INFINITY,
): number[] {
  const found = entries.get(tag);
  if (found === undefined || (found.type !== SHORT && found.type !== LONG)) return [];
  const { type, count, at } = found;
  const size = type === SHORT ? 2 : 4;
  if (at + size * count > tiff.length) return [];
  const read = type === SHORT ? uint16 : uint32;
  return Array.from(
    { length: Math.min(count, most) },
    (_, i) => read(tiff, at + size * i, little) ?? 0,
  );
}

function short(value: number, little: boolean): Uint8Array {
  const [low, high] = [value & 255, value >> 8];
  return little ? Uint8Array.of(low, high) : Uint8Array.of(high, low);
}

function long(value: number, little: boolean): Uint8Array {
  return bytes32(value, little);
}

/**
 * Palette PNG: an indexed picture as a file.
 *
 * Rows are not filtered, which suits palettes. Up to 16 colors can be packed into fewer bits
 * than eight; that is not always smaller, because a byte per pixel lets deflate see runs, so
 * both are tried. Of a small file the forms that come nearest are deflated once more, with more effort than
 * zlib has. A file of a hundred bytes is a sixth smaller without its palette, where its colors
 * are black and white, and in a pattern the bits that are left at the end of a row cost none where they
 * go on as the row does.
 */
import { constants, deflateSync } from 'node:zlib';
import { bytes32, concat } from '../containers/bytes.ts';
import { deflateSmall, MOST_BYTES } from '../containers/deflate/deflate-small.ts';
import { joinPng } from '../containers/png.ts';
import { pngChunk } from '../containers/png-chunk.ts';
import type { IndexedPicture } from '../raster/palette/indexed-picture.ts';

/** Color types of files whose samples are levels of grey, and places in a palette. */
const GREY = 0;
const PALETTE = 3;

/** Longest period of a row that is looked for. */
const LONGEST_PERIOD = 64;

/** Most pixels of a picture for which all forms of its file are tried. */
const SMALL = 3e5;

/** Ways of deflating beside the usual one, for the best form of a file too large for `deflateSmall`. */
const OTHER_STRATEGIES: readonly number[] = [constants.Z_FILTERED, constants.Z_RLE];

/** By how much a form may be larger than the best of zlib to be deflated once more. */
const NEAR = 1.08;

/** A form of the file. */
interface Form {
  readonly depth: Depth;
  /** Samples are levels of grey: there is no palette. */
  readonly grey?: boolean;
  readonly padding?: Padding;
}

/** What fills the last byte of a row: nothing, its last sample, or the row as it repeats. */
type Padding = 'zeros' | 'last' | 'repeats';

type Depth = 1 | 2 | 4 | 8;

/**
 * The file of an indexed picture, in the bit depth that takes fewer bytes. `thorough`: a small one in
 * any form that shows the same.
 */
export function palettePng(picture: IndexedPicture, thorough = false): Uint8Array {
  const ordered = translucentFirst(picture);
  const least = leastDepth(ordered.palette.length / 4);
  const depths: readonly Depth[] = least === 8 ? [8] : [8, least];
  const small = thorough && picture.width * picture.height <= SMALL;
  const forms = depths.flatMap((depth): Form[] => {
    const padded = (picture.width * depth) % 8 > 0;
    const paddings: readonly Padding[] = small && padded ? ['zeros', 'last', 'repeats'] : ['zeros'];
    const packed = paddings.map((padding): Form => ({ depth, padding }));
    const grey = small && isGreyAt(ordered, depth);
    return [...packed, ...(grey ? packed.map((form) => ({ ...form, grey })) : [])];
  });
  const drafts = forms.map((form) => draftOf(ordered, form));
  const tried = shortestHeads(drafts).map((draft) => ({
    draft,
    file: deflatedBy(draft, constants.Z_DEFAULT_STRATEGY),
  }));
  const { file, draft: best } = tried.reduce((a, b) => (b.file.length < a.file.length ? b : a));
  if (!small) return file;
  const large = best.rows.length > MOST_BYTES;
  const others = large ? OTHER_STRATEGIES.map((strategy) => deflatedBy(best, strategy)) : [];
  const again = tried.filter(
    (one) => one.draft.rows.length <= MOST_BYTES && one.file.length <= NEAR * file.length,
  );
  return smallest([
    file,
    ...others,
    ...again.map(({ draft }) => fileOf(draft, deflateSmall(draft.rows))),
  ]);
}

function smallest(files: readonly Uint8Array[]): Uint8Array {
  return files.reduce((a, b) => (b.length < a.length ? b : a));
}

function leastDepth(colors: number): Depth {
  return colors <= 2 ? 1 : colors <= 4 ? 2 : colors <= 16 ? 4 : 8;
}

/** Whether all colors are levels of grey that samples of so many bits have. */
function isGreyAt({ palette }: IndexedPicture, depth: Depth): boolean {
  const step = 255 / (2 ** depth - 1);
  for (let i = 0; i < palette.length; i += 4) {
    const [red, green, blue, alpha] = palette.subarray(i, i + 4);
    if (alpha !== 255 || red !== green || red !== blue || red! % step !== 0) return false;
  }
  return true;
}

/** Colors that are not solid stand first, so that the list of alphas is short; dark before light. */
function translucentFirst({ palette, indices, ...size }: IndexedPicture): IndexedPicture {
  const rank = (i: number) =>
    palette[i + 3]! * 1024 + palette[i]! + 2 * palette[i + 1]! + palette[i + 2]!;
  const order = Array.from({ length: palette.length / 4 }, (_, i) => i).sort(
    (a, b) => rank(4 * a) - rank(4 * b),
  );
  const places = new Uint8Array(order.length);
  order.forEach((from, to) => {
    places[from] = to;
  });
  return {
    ...size,
    palette: Uint8Array.from(order.flatMap((i) => [...palette.subarray(4 * i, 4 * i + 4)])),
    indices: indices.map((index) => places[index]!),
  };
}

/** A file whose rows are not deflated yet. */
interface Draft {
  readonly head: readonly Uint8Array[];
  readonly rows: Uint8Array;
}

/** Of drafts with the same rows the one with the shortest head: black and white need no palette. */
function shortestHeads(drafts: readonly Draft[]): Draft[] {
  const long = ({ head }: Draft) => head.reduce((sum, { length }) => sum + length, 0);
  const kept: Draft[] = [];
  for (const draft of drafts) {
    const i = kept.findIndex((one) => Buffer.compare(one.rows, draft.rows) === 0);
    if (i < 0) kept.push(draft);
    else if (long(draft) < long(kept[i]!)) kept[i] = draft;
  }
  return kept;
}

function draftOf({ width, height, palette, indices }: IndexedPicture, form: Form): Draft {
  const { depth, grey = false } = form;
  const colors = palette.filter((_, i) => i % 4 !== 3);
  const alphas = palette.filter((value, i) => i % 4 === 3 && value !== 255);
  const step = 255 / (2 ** depth - 1);
  const samples = grey ? indices.map((index) => palette[4 * index]! / step) : indices;
  const type = grey ? GREY : PALETTE;
  const head = [
    pngChunk(
      'IHDR',
      concat([bytes32(width), bytes32(height), Uint8Array.of(depth, type, 0, 0, 0)]),
    ),
    ...(grey ? [] : [pngChunk('PLTE', colors)]),
    ...(alphas.length > 0 ? [pngChunk('tRNS', alphas)] : []),
  ];
  return { head, rows: packedRows(width, height, samples, form) };
}

function deflatedBy(draft: Draft, strategy: number): Uint8Array {
  const data = deflateSync(draft.rows, { level: 9, memLevel: 9, strategy });
  return fileOf(draft, new Uint8Array(data));
}

function fileOf({ head }: Draft, data: Uint8Array): Uint8Array {
  return joinPng([...head, pngChunk('IDAT', data), pngChunk('IEND', new Uint8Array())]);
}

/** The rows with their filter bytes, all 0: `none`. */
function packedRows(
  width: number,
  height: number,
  samples: Uint8Array,
  { depth, padding = 'zeros' }: Form,
): Uint8Array {
  const perByte = 8 / depth;
  const row = 1 + Math.ceil(width / perByte);
  const out = new Uint8Array(row * height);
  const line = new Uint8Array((row - 1) * perByte);
  for (let y = 0, to = 0; y < height; y++) {
    const own = samples.subarray(y * width, (y + 1) * width);
    line.set(own);
    if (padding !== 'zeros') {
      const period = padding === 'last' ? 1 : periodOf(own);
      for (let x = width; x < line.length; x++) {
        line[x] = own[width - period + ((x - width) % period)]!;
      }
    }
    to++;
    for (let x = 0; x < line.length; to++) {
      let packed = 0;
      for (const end = x + perByte; x < end; x++) packed = (packed << depth) | line[x]!;
      out[to] = packed;
    }
  }
  return out;
}

/** After how many samples a row repeats; its own length where that is not often. */
function periodOf(row: Uint8Array): number {
  for (let period = 1; period <= Math.min(LONGEST_PERIOD, row.length >> 1); period++) {
    let same = period;
    while (same < row.length && row[same] === row[same - period]) same++;
    if (same === row.length) return period;
  }
  return row.length;
}

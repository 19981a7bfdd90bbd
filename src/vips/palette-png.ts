/**
 * Palette PNG: an indexed picture as a file.
 *
 * Rows are not filtered, which suits palettes. Up to 16 colors can be packed into fewer bits
 * than eight; that is not always smaller, because a byte per pixel lets deflate see runs, so
 * both are tried.
 */
import { deflateSync } from 'node:zlib';
import { bytes32, concat } from '../containers/bytes.ts';
import { joinPng } from '../containers/png.ts';
import { pngChunk } from '../containers/png-chunk.ts';
import type { IndexedPicture } from '../raster/palette/indexed-picture.ts';

const COLOR_TYPE_PALETTE = 3;

/** The file of an indexed picture, in the bit depth that takes fewer bytes. */
export function palettePng(picture: IndexedPicture): Uint8Array {
  const ordered = translucentFirst(picture);
  const least = leastDepth(ordered.palette.length / 4);
  const wide = fileOf(ordered, 8);
  if (least === 8) return wide;
  const narrow = fileOf(ordered, least);
  return narrow.length < wide.length ? narrow : wide;
}

function leastDepth(colors: number): 1 | 2 | 4 | 8 {
  return colors <= 2 ? 1 : colors <= 4 ? 2 : colors <= 16 ? 4 : 8;
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

function fileOf({ width, height, palette, indices }: IndexedPicture, depth: 1 | 2 | 4 | 8) {
  const colors = palette.filter((_, i) => i % 4 !== 3);
  const alphas = palette.filter((value, i) => i % 4 === 3 && value !== 255);
  const rows = packedRows(width, height, indices, depth);
  return joinPng([
    pngChunk(
      'IHDR',
      concat([bytes32(width), bytes32(height), Uint8Array.of(depth, COLOR_TYPE_PALETTE, 0, 0, 0)]),
    ),
    pngChunk('PLTE', colors),
    ...(alphas.length > 0 ? [pngChunk('tRNS', alphas)] : []),
    pngChunk('IDAT', new Uint8Array(deflateSync(rows, { level: 9, memLevel: 9 }))),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/** The rows with their filter bytes, all 0: `none`. */
function packedRows(width: number, height: number, indices: Uint8Array, depth: number): Uint8Array {
  const perByte = 8 / depth;
  const row = 1 + Math.ceil(width / perByte);
  const out = new Uint8Array(row * height);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const shift = 8 - depth * ((x % perByte) + 1);
      out[y * row + 1 + Math.floor(x / perByte)]! |= indices[p]! << shift;
    }
  }
  return out;
}

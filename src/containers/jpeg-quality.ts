/**
 * JPEG quality: read back from a file's quantisation tables.
 *
 * A JPEG does not say with which quality it was written, but nearly every
 * encoder scales the two example tables of the standard (ITU-T T.81, annex K)
 * by the rule of the Independent JPEG Group. The quality whose scaled tables
 * lie nearest to the file's own is the answer: exact for libjpeg and
 * libjpeg-turbo, an estimate for encoders with tables of their own (mozjpeg
 * reads 3 to 12 low).
 *
 * Pure and linear: one walk over the markers before the first scan, no
 * copy of the file. Whatever the bytes are, nothing throws.
 */

import { uint16 } from './bytes.ts';
import { walkJpeg } from './jpeg.ts';

/** Example tables of T.81 K.1 and K.2, in zigzag order, as files store them. */
const LUMINANCE = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37,
  29, 40, 58, 51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
  95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
];
const CHROMINANCE = [
  17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

const DQT = 0xdb;

/**
 * The quality a JPEG was written with, a whole number on the libjpeg scale
 * 1..100; undefined for bytes that are no JPEG or hold no readable table.
 *
 * Tables 0 (brightness) and 1 (color) count together; a grey picture has
 * only the first. Where two qualities lie equally near, the higher is given,
 * so that the estimate as a ceiling never takes quality away.
 */
export function estimateJpegQuality(bytes: Uint8Array): number | undefined {
  const tables = quantisationTables(bytes);
  const luminance = tables[0];
  if (luminance === undefined) return undefined;
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let quality = 1; quality <= 100; quality++) {
    const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
    let distance = tableDistance(luminance, LUMINANCE, scale);
    if (tables[1] !== undefined) distance += tableDistance(tables[1], CHROMINANCE, scale);
    if (distance <= least) {
      least = distance;
      best = quality;
    }
  }
  return best;
}

function tableDistance(table: Uint16Array, standard: readonly number[], scale: number): number {
  let sum = 0;
  for (let i = 0; i < 64; i++) {
    const scaled = Math.floor((standard[i]! * scale + 50) / 100);
    sum += Math.abs(table[i]! - Math.min(255, Math.max(1, scaled)));
  }
  return sum;
}

/** Tables 0 and 1 as they stand when the first scan begins. */
function quantisationTables(bytes: Uint8Array): [Uint16Array?, Uint16Array?] {
  const tables: [Uint16Array?, Uint16Array?] = [];
  for (const { marker, data } of walkJpeg(bytes).segments) {
    if (marker === DQT) readTables(data, tables);
  }
  return tables;
}

function readTables(data: Uint8Array, tables: [Uint16Array?, Uint16Array?]): void {
  let at = 0;
  while (at < data.length) {
    const head = data[at]!;
    const wide = head >> 4 !== 0;
    const id = head & 15;
    const size = wide ? 128 : 64;
    if (at + 1 + size > data.length) return;
    if (id === 0 || id === 1) {
      const table = new Uint16Array(64);
      for (let i = 0; i < 64; i++) {
        const p = at + 1 + (wide ? 2 * i : i);
        table[i] = wide ? uint16(data, p)! : data[p]!;
      }
      tables[id] = table;
    }
    at += 1 + size;
  }
}

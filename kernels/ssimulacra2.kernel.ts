/**
 * Kernel: the error sums of SSIMULACRA 2, one reference against many candidates.
 *
 * The metric's last steps (norms, weights, the final curve) are a few hundred
 * numbers and stay in TypeScript; this file is everything that touches pixels.
 * Its plain twin is `src/metrics/ssimulacra2-twin.ts`.
 *
 * - Color: a table per channel gives each byte's share of the three cone
 *   responses (linear light, mixed, bias included), so a pixel is two vector
 *   additions. Averaging commutes with the mixing, so every coarser level is
 *   the 2 x 2 mean of these responses and no matrix is applied again.
 * - Only the cells (plane, level) and maps that the caller asks for are done.
 * - Blur: the metric's recursive Gaussian has a finite response, nine taps.
 * - One streaming pass per level: a row is converted, filtered across into a
 *   ring of nine rows, filtered down, and its errors are summed at once. Of
 *   the candidate no blurred plane is ever stored. Columns go in strips, so
 *   that the rings stay in the second-level cache at any width.
 * - Of the reference each cell keeps the value, its blur and its variance.
 * - With delta = candidate - reference, the errors come from blur(delta),
 *   blur(delta^2) and the variances: `1 - ssim` is a quotient of small numbers
 *   instead of a difference of large ones, and equal pictures give exactly 0.
 * - Sums are kept per tile of 64 x 64 pixels of the full picture, so that the
 *   caller can also judge regions.
 *
 * Memory: fixed tables, then an arena from the heap base up, laid out anew by
 * every `prepare`. It grows to the largest picture seen.
 */

import { convertRow, fillTables, halveRow, readPixels, repeatLast } from './ssimulacra2/color';
import {
  clearTail, flushTiles, trailAll, trailArtifact, trailLost, trailSsim,
} from './ssimulacra2/errors';
import {
  blurDownThree, blurDownTwo, leadCandidate, leadReference, ringRow, trailReference,
} from './ssimulacra2/filter';
import {
  ACC_PLANE, LEVELS, MAP_ARTIFACT, MAP_LOST, MAP_SSIM, PLANES, RING, RING_ROW, ROW_BYTES, STRIP,
  accumulators, cellAt, levelAt, mapsOf, referenceRow, responses, rings, strideOf, tileSide, values,
} from './ssimulacra2/layout';

let inputAt: usize = 0;
let inputChannels: i32 = 3;
let lastLevel: i32 = -1;
/** Level 0 is made of responses given by `reduce`, not of bytes. */
let reduced: bool = false;
let bandAt: usize = 0;
let cursor: i32 = 0;

fillTables();

/** Which maps of a cell are summed: 1 ssim, 2 artefacts, 4 lost detail. Before `prepare`. */
export function setMaps(plane: i32, level: i32, maps: i32): void {
  store<i32>(cellAt(plane, level), maps, 0);
}

/**
 * Lays out the arena for a picture; the bytes needed, or 0 when memory cannot grow.
 *
 * `shift` 0: level 0 is the picture, `width * height * channels` bytes at
 * `input()`. `shift` k > 0: level 0 is 1:2^k of it, and `input()` takes bands
 * of 2^k rows, each followed by `reduce`. There is room for four channels.
 */
export function prepare(width: i32, height: i32, shift: i32): usize {
  reduced = shift > 0;
  lastLevel = -1;
  for (let level = 0; level < LEVELS; level++) {
    if (mapsOf(0, level) | mapsOf(1, level) | mapsOf(2, level)) lastLevel = level;
  }
  let at: usize = (__heap_base + 63) & ~63;
  inputAt = at;
  at += <usize>width * (reduced ? 1 << shift : height) * 4 + 64;
  let w = width;
  let h = height;
  if (reduced) {
    bandAt = (at + 63) & ~63;
    at = bandAt + <usize>(3 << (shift - 1)) * strideOf((w + 1) >> 1) * 4;
    for (let i = 0; i < shift; i++) {
      w = (w + 1) >> 1;
      h = (h + 1) >> 1;
    }
  }
  for (let level = 0; level <= lastLevel; level++) {
    const info = levelAt(level);
    const stride = strideOf(w);
    store<i32>(info, w, 0);
    store<i32>(info, h, 4);
    store<i32>(info, stride, 8);
    at = (at + 63) & ~63;
    store<usize>(info, at, 12);
    if (level > 0 || reduced) at += <usize>(3 * stride) * h * 4;
    const strips = (w + STRIP - 1) / STRIP;
    const reference = <usize>(((w + 3) & ~3) * 12 + strips * 32) * h;
    const side = tileSide(level);
    const tiles = ((w + side - 1) / side) * ((h + side - 1) / side);
    for (let plane = 0; plane < PLANES; plane++) {
      if (!mapsOf(plane, level)) continue;
      const cell = cellAt(plane, level);
      at = (at + 63) & ~63;
      store<usize>(cell, at, 4);
      at += reference;
      store<usize>(cell, at, 8);
      at += <usize>tiles * 48;
    }
    w = (w + 1) >> 1;
    h = (h + 1) >> 1;
  }
  at += 64;
  const pages = <i32>((at + 0xffff) >> 16);
  if (pages > memory.size() && memory.grow(pages - memory.size()) < 0) return 0;
  return at;
}

/** Where the bytes of the picture, or of a band of it, go. */
export function input(): usize {
  return inputAt;
}

/** Six sums (f64) per tile, row by row: ssim, artefacts, lost detail, then their fourth powers. */
export function sums(plane: i32, level: i32): usize {
  return load<usize>(cellAt(plane, level), 8);
}

/** The input becomes the reference. `background`: twice the grey, 0 to 510, behind transparency. */
export function reference(channels: i32, background: i32): void {
  inputChannels = channels;
  for (let level = 0; level <= lastLevel; level++) runLevel(level, background, true);
}

/** The input is compared with the reference; `sums` then holds the result. */
export function compare(channels: i32, background: i32): void {
  inputChannels = channels;
  for (let level = 0; level <= lastLevel; level++) runLevel(level, background, false);
}

/** Starts the rows of level 0 over, for the reference or for a candidate. */
export function beginReduce(): void {
  cursor = 0;
}

/** The band of `rows` (at most 2^shift) full rows at `input()` becomes the next row of level 0. */
export function reduce(width: i32, rows: i32, shift: i32, channels: i32, background: i32): void {
  inputChannels = channels;
  let w = (width + 1) >> 1;
  let stride = strideOf(w);
  let count = (rows + 1) >> 1;
  const plane = <usize>ROW_BYTES;
  for (let row = 0; row < count; row++) {
    const upper = inputAt + <usize>(2 * row * width) * inputChannels;
    const lower = 2 * row + 1 < rows ? upper + <usize>width * inputChannels : upper;
    for (let x = 0; x < width; x += STRIP) {
      const n = min(STRIP, width - x);
      const skip = <usize>x * inputChannels;
      readPixels(upper + skip, responses, plane, n, inputChannels, background);
      readPixels(lower + skip, responses + plane * 3, plane, n, inputChannels, background);
      for (let p = 0; p < 3; p++) {
        const a = responses + plane * p;
        const b = a + plane * 3;
        repeatLast(a, n);
        repeatLast(b, n);
        halveRow(a, b, bandAt + <usize>(((p * count + row) * stride + (x >> 1)) << 2), (n + 1) >> 1);
      }
    }
    for (let p = 0; p < 3; p++) repeatLast(bandAt + <usize>(((p * count + row) * stride) << 2), w);
  }
  // further halvings in place: each row is written at or before the first one it is made of
  for (let step = 1; step < shift; step++) {
    const nextWidth = (w + 1) >> 1;
    const nextStride = strideOf(nextWidth);
    const nextCount = (count + 1) >> 1;
    for (let p = 0; p < 3; p++) {
      for (let row = 0; row < nextCount; row++) {
        const upper = bandAt + <usize>(((p * count + 2 * row) * stride) << 2);
        const lower = 2 * row + 1 < count ? upper + <usize>(stride << 2) : upper;
        const to = bandAt + <usize>(((p * nextCount + row) * nextStride) << 2);
        halveRow(upper, lower, to, nextWidth);
        repeatLast(to, nextWidth);
      }
    }
    w = nextWidth;
    stride = nextStride;
    count = nextCount;
  }
  const info = levelAt(0);
  const h = load<i32>(info, 4);
  const base = load<usize>(info, 12);
  for (let p = 0; p < 3; p++) {
    memory.copy(base + <usize>(((p * h + cursor) * stride) << 2), bandAt + <usize>((p * stride) << 2), stride << 2);
  }
  cursor++;
}

function runLevel(level: i32, background: i32, isReference: bool): void {
  const width = load<i32>(levelAt(level), 0);
  for (let x = 0; x < width; x += STRIP) {
    runStrip(level, x, min(x + STRIP, width), background, isReference);
  }
}

function runStrip(level: i32, x0: i32, x1: i32, background: i32, isReference: bool): void {
  const info = levelAt(level);
  const width = load<i32>(info, 0);
  const height = load<i32>(info, 4);
  const stride = load<i32>(info, 8);
  const base = load<usize>(info, 12);
  const fromBytes = level == 0 && !reduced;
  const red = mapsOf(0, level) != 0;
  const blue = mapsOf(2, level) != 0;
  const any = red || blue || mapsOf(1, level) != 0;
  const columns = x1 - x0;
  const padded = (columns + 3) & ~3;
  const from = max(x0 - 4, 0);
  const to = min(x1 + 4, width);
  const first = <usize>((from - x0 + 4) << 2);
  const atEdge = x1 == width;
  const side = tileSide(level);
  const halving = level < lastLevel;
  let nextBase: usize = 0;
  let nextStride = 0;
  let nextHeight = 0;
  if (halving) {
    nextHeight = load<i32>(levelAt(level + 1), 4);
    nextStride = load<i32>(levelAt(level + 1), 8);
    nextBase = load<usize>(levelAt(level + 1), 12);
  }
  if (x0 == 0) {
    for (let plane = 0; plane < PLANES; plane++) memory.fill(values + plane * ROW_BYTES, 0, 16);
  }
  memory.fill(accumulators, 0, ACC_PLANE * 3);

  let above: usize = 0;
  let abovePlane: usize = 0;
  let slot = 0;
  for (let y = 0; y < height + 4; y++) {
    if (y < height) {
      // responses of this row, addressed so that the strip's first column is at `row`
      let row: usize;
      let plane: usize;
      if (fromBytes) {
        row = responses + <usize>((y & 1) * 3 * ROW_BYTES);
        plane = ROW_BYTES;
        readPixels(inputAt + (<usize>y * width + from) * inputChannels, row + first, plane, to - from, inputChannels, background);
        row += 16;
        if (atEdge) {
          for (let p = 0; p < 3; p++) repeatLast(row + plane * p, columns);
        }
      } else {
        plane = <usize>(stride * height) << 2;
        row = base + <usize>((y * stride + x0) << 2);
      }
      if (halving && ((y & 1) == 1 || y == height - 1)) {
        const upper = (y & 1) == 1 ? above : row;
        const upperPlane = (y & 1) == 1 ? abovePlane : plane;
        const half = (columns + 1) >> 1;
        for (let p = 0; p < 3; p++) {
          const out = nextBase + <usize>(((p * nextHeight + (y >> 1)) * nextStride + (x0 >> 1)) << 2);
          halveRow(upper + upperPlane * p, row + plane * p, out, half);
          if (atEdge) repeatLast(out, half);
        }
      }
      above = row;
      abovePlane = plane;
      if (any) {
        const l = row + first - 16;
        convertRow(l, l + plane, l + plane * 2, values + first, to - from, red, blue);
        for (let p = 0; p < PLANES; p++) {
          if (!mapsOf(p, level)) continue;
          const value = values + p * ROW_BYTES;
          // zero outside the picture, where the blur of the metric sees nothing
          if (to == width) memory.fill(value + <usize>((to - x0 + 4) << 2), 0, 32);
          const ring = rings + p * RING + slot * RING_ROW;
          const kept = referenceRow(p, level, height, x0, padded, y);
          if (isReference) leadReference(value, kept, ring, columns);
          else leadCandidate(value, kept, ring, columns);
        }
      }
    }
    if (y >= 4 && any) {
      const out = y - 4;
      for (let p = 0; p < PLANES; p++) {
        const maps = mapsOf(p, level);
        if (!maps) continue;
        const ring = rings + p * RING;
        const value = referenceRow(p, level, height, x0, padded, out) + 16;
        const kept = value + <usize>((padded + 4) << 2);
        if (isReference) {
          blurDownTwo(ring, slot, out, height, columns);
          trailReference(kept, columns);
          continue;
        }
        blurDownThree(ring, slot, out, height, columns);
        if (columns != padded) clearTail(columns);
        const centre = ringRow(ring, slot, 4, out, height);
        const acc = accumulators + p * ACC_PLANE;
        if (maps == MAP_SSIM) trailSsim(value, kept, centre, columns, side, acc);
        else if (maps == (MAP_SSIM | MAP_LOST)) trailLost(value, kept, centre, columns, side, acc);
        else if (maps == (MAP_SSIM | MAP_ARTIFACT)) trailArtifact(value, kept, centre, columns, side, acc);
        else trailAll(value, kept, centre, columns, side, acc);
      }
      if (!isReference && ((out + 1) % side == 0 || out == height - 1)) {
        flushTiles(level, width, x0, columns, out / side, side);
      }
    }
    slot = slot == 8 ? 0 : slot + 1;
  }
}

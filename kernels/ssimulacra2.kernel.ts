/**
 * Kernel: the error sums of SSIMULACRA 2, one reference against many candidates.
 *
 * The metric's last steps (norms, weights, the final curve) are a few hundred
 * numbers and stay in TypeScript; this file is everything that touches pixels.
 * Its plain twin is `src/metrics/ssimulacra2-twin.ts`.
 *
 * - Colour: a table per channel gives each byte's share of the three cone
 *   responses (linear light, mixed, bias included), so a pixel is two vector
 *   additions. Averaging commutes with the mixing, so every coarser level is
 *   the 2 x 2 mean of these responses and no matrix is applied again.
 * - Only the cells (plane, level) and maps that the caller asks for are done.
 * - Blur: the metric's recursive Gaussian has a finite response, nine taps.
 * - One streaming pass per level: a row is converted, filtered across into a
 *   ring of nine rows, filtered down, and its errors are summed at once. Of
 *   the candidate no blurred plane is ever stored. Columns go in strips, so
 *   that the rings stay in the first-level cache.
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

/** Columns per strip; a multiple of the tile's 64. */
const STRIP: i32 = 512;
const LEVELS: i32 = 6;
const PLANES: i32 = 3;

const MAP_SSIM: i32 = 1;
const MAP_ARTIFACT: i32 = 2;
const MAP_LOST: i32 = 4;

// the taps of the blur, from the middle outwards
const T0: f32 = 0.2646211054881986;
const T1: f32 = 0.21292859201042227;
const T2: f32 = 0.10933537277746035;
const T3: f32 = 0.03601111465836439;
const T4: f32 = 0.00941436780965374;

const C2: f32 = 0.0009;
const BIAS: f64 = 0.0037930732552754493;
const BIAS_ROOT: f64 = 0.15595420054924863;

/** Bytes of one ring row: 64 per four columns, and one line more against aliasing. */
const RING_ROW: i32 = STRIP * 16 + 64;
const RING: i32 = RING_ROW * 9;
/** Floats of one scratch row: four to the left, the strip, and what vectors run over. */
const ROW: i32 = STRIP + 24;
const ROW_BYTES: i32 = ROW * 4;
/** One tile: six vectors of running sums. */
const ACC: i32 = 96;
const ACC_PLANE: i32 = (STRIP >> 2) * ACC;
/** Bytes of one row of the reference in a full strip. */
const REFERENCE_STRIP: usize = STRIP * 12 + 32;

const tableR = memory.data(256 * 16, 64);
const tableG = memory.data(256 * 16, 64);
const tableB = memory.data(256 * 16, 64);
/** Linear light at 4096 steps of the encoded value, for blended pixels. */
const FINE: i32 = 4096;
const tableFine = memory.data((4096 + 2) * 4, 64);
/** The taps as vectors, loaded where a loop begins: constants in the code are built anew at each use. */
const taps = memory.data(80, 64);
/** The same for the cube root: its seed, then 1, 2/9, 1/3, 5/9, 2/3. */
const roots = memory.data(96, 64);
/** Lane masks for 1, 2 and 3 valid lanes. */
const masks = memory.data(64, 64);

const responses = memory.data(ROW_BYTES * 6, 64);
const values = memory.data(ROW_BYTES * 3, 64);
const products = memory.data(ROW_BYTES * 3, 64);
const rings = memory.data(RING * 3, 64);
const zeros = memory.data(RING_ROW, 64);
const blurs = memory.data(STRIP * 12 + 64, 64);
const accumulators = memory.data(ACC_PLANE * 3, 64);

/** Per level: width, height, stride of responses in floats, address of responses. */
const levels = memory.data(LEVELS * 32, 64);
/** Per plane and level: maps, address of the reference, address of the sums. */
const cells = memory.data(PLANES * LEVELS * 16, 64);

let inputAt: usize = 0;
let inputChannels: i32 = 3;
let lastLevel: i32 = -1;
/** Level 0 is made of responses given by `reduce`, not of bytes. */
let reduced: bool = false;
let bandAt: usize = 0;
let cursor: i32 = 0;

// ---------------------------------------------------------------- set-up

function linear(encoded: f64): f64 {
  return encoded <= 0.04045 ? encoded / 12.92 : NativeMath.pow((encoded + 0.055) / 1.055, 2.4);
}

function tableEntry(at: usize, value: f64, l: f64, m: f64, s: f64, bias: f64): void {
  store<f32>(at, <f32>(value * l + bias), 0);
  store<f32>(at, <f32>(value * m + bias), 4);
  store<f32>(at, <f32>(value * s + bias), 8);
}

// the opsin absorbance matrix, by column
const RL: f64 = 0.3;
const RM: f64 = 0.23;
const RS: f64 = 0.24342268924547819;
const BL: f64 = 0.078;
const BM: f64 = 0.078;
const GS: f64 = 0.20476744424496821;
const GL: f64 = 1 - RL - BL;
const GM: f64 = 1 - RM - BM;
const BS: f64 = 1 - RS - GS;

function fillTables(): void {
  for (let i = 0; i < 256; i++) {
    const value = linear(<f64>i / 255);
    tableEntry(tableR + (i << 4), value, RL, RM, RS, BIAS);
    tableEntry(tableG + (i << 4), value, GL, GM, GS, 0);
    tableEntry(tableB + (i << 4), value, BL, BM, BS, 0);
  }
  for (let i = 0; i <= FINE + 1; i++) {
    store<f32>(tableFine + (i << 2), <f32>linear(<f64>min(i, FINE) / FINE));
  }
  for (let lanes = 1; lanes < 4; lanes++) {
    for (let i = 0; i < 4; i++) {
      store<i32>(masks + (lanes << 4) + (i << 2), i < lanes ? -1 : 0);
    }
  }
  v128.store(taps, f32x4.splat(T0), 0);
  v128.store(taps, f32x4.splat(T1), 16);
  v128.store(taps, f32x4.splat(T2), 32);
  v128.store(taps, f32x4.splat(T3), 48);
  v128.store(taps, f32x4.splat(T4), 64);
  v128.store(roots, i32x4.splat(0x548da000), 0);
  v128.store(roots, f32x4.splat(1), 16);
  v128.store(roots, f32x4.splat(2.0 / 9.0), 32);
  v128.store(roots, f32x4.splat(1.0 / 3.0), 48);
  v128.store(roots, f32x4.splat(5.0 / 9.0), 64);
  v128.store(roots, f32x4.splat(2.0 / 3.0), 80);
}
fillTables();

// @ts-ignore: decorator
@inline function cellAt(plane: i32, level: i32): usize {
  return cells + ((plane * LEVELS + level) << 4);
}

// @ts-ignore: decorator
@inline function mapsOf(plane: i32, level: i32): i32 {
  return load<i32>(cellAt(plane, level), 0);
}

// @ts-ignore: decorator
@inline function levelAt(level: i32): usize {
  return levels + (level << 5);
}

// @ts-ignore: decorator
@inline function tileSide(level: i32): i32 {
  return max(64 >> level, 4);
}

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

// @ts-ignore: decorator
@inline function strideOf(width: i32): i32 {
  return ((width + 7) & ~7) + 8;
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

// ---------------------------------------------------------------- bytes to cone responses

/** Twice-255-squared steps of a blended byte to linear light. */
// @ts-ignore: decorator
@inline function blended(value: i32, alpha: i32, background: i32): f32 {
  const steps: i32 = 2 * value * alpha + (255 - alpha) * background;
  const at: f32 = <f32>steps * <f32>(4096.0 / 130050.0);
  const step = <i32>at;
  const from = load<f32>(tableFine + (step << 2), 0);
  const to = load<f32>(tableFine + (step << 2), 4);
  return from + (to - from) * (at - <f32>step);
}

function blendedPixel(r: i32, g: i32, b: i32, alpha: i32, background: i32): v128 {
  const red = f32x4.splat(blended(r, alpha, background));
  const green = f32x4.splat(blended(g, alpha, background));
  const blue = f32x4.splat(blended(b, alpha, background));
  let sum = f32x4(<f32>BIAS, <f32>BIAS, <f32>BIAS, 0);
  sum = f32x4.add(sum, f32x4.mul(red, f32x4(<f32>RL, <f32>RM, <f32>RS, 0)));
  sum = f32x4.add(sum, f32x4.mul(green, f32x4(<f32>GL, <f32>GM, <f32>GS, 0)));
  return f32x4.add(sum, f32x4.mul(blue, f32x4(<f32>BL, <f32>BM, <f32>BS, 0)));
}

// @ts-ignore: decorator
@inline function opaquePixel(r: usize, g: usize, b: usize): v128 {
  return f32x4.add(
    f32x4.add(v128.load(tableR + (r << 4)), v128.load(tableG + (g << 4))),
    v128.load(tableB + (b << 4)),
  );
}

// @ts-ignore: decorator
@inline function pixel4(at: usize, background: i32): v128 {
  const alpha = <i32>load<u8>(at, 3);
  return alpha == 255
    ? opaquePixel(load<u8>(at, 0), load<u8>(at, 1), load<u8>(at, 2))
    : blendedPixel(load<u8>(at, 0), load<u8>(at, 1), load<u8>(at, 2), alpha, background);
}

// @ts-ignore: decorator
@inline function storeResponses(to: usize, plane: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(to + plane, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to + plane * 2, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5));
}

/** `count` pixels from `from` as three rows of responses, `plane` bytes apart; runs over by up to 3. */
function readPixels(from: usize, to: usize, plane: usize, count: i32, background: i32): void {
  const end = to + <usize>(count << 2);
  if (inputChannels == 3) {
    for (; to < end; to += 16, from += 12) {
      storeResponses(to, plane,
        opaquePixel(load<u8>(from, 0), load<u8>(from, 1), load<u8>(from, 2)),
        opaquePixel(load<u8>(from, 3), load<u8>(from, 4), load<u8>(from, 5)),
        opaquePixel(load<u8>(from, 6), load<u8>(from, 7), load<u8>(from, 8)),
        opaquePixel(load<u8>(from, 9), load<u8>(from, 10), load<u8>(from, 11)));
    }
  } else {
    for (; to < end; to += 16, from += 16) {
      storeResponses(to, plane,
        pixel4(from, background), pixel4(from + 4, background),
        pixel4(from + 8, background), pixel4(from + 12, background));
    }
  }
}

/** The mean of 2 x 2: two rows of `2 * count` values become one of `count`; runs over by up to 3. */
function halveRow(upper: usize, lower: usize, to: usize, count: i32): void {
  const quarter = f32x4.splat(0.25);
  const end = to + <usize>(count << 2);
  for (; to < end; to += 16, upper += 32, lower += 32) {
    const a = f32x4.add(v128.load(upper, 0), v128.load(lower, 0));
    const b = f32x4.add(v128.load(upper, 16), v128.load(lower, 16));
    const even = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
    const odd = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
    v128.store(to, f32x4.mul(f32x4.add(even, odd), quarter));
  }
}

/** Repeats the last of `count` values once, for a mean over the edge. */
// @ts-ignore: decorator
@inline function repeatLast(row: usize, count: i32): void {
  store<f32>(row + <usize>(count << 2), load<f32>(row + <usize>((count - 1) << 2)));
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
      readPixels(upper + skip, responses, plane, n, background);
      readPixels(lower + skip, responses + plane * 3, plane, n, background);
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

// ---------------------------------------------------------------- responses to X, Y, B

/** The cube root of values in 0.0037 .. 1.01 to about 1e-7: an integer seed of x^(-1/3), two steps. */
// @ts-ignore: decorator
@inline function cubeRoot(x: v128, k0: v128, k1: v128, k2: v128, k3: v128, k4: v128, k5: v128): v128 {
  let third = i32x4.add(i32x4.shr_s(x, 2), i32x4.shr_s(x, 4));
  third = i32x4.add(third, i32x4.shr_s(third, 4));
  let r = i32x4.sub(k0, third);
  let e = f32x4.sub(k1, f32x4.mul(f32x4.mul(r, r), f32x4.mul(r, x)));
  r = f32x4.add(r, f32x4.mul(f32x4.mul(r, e), f32x4.add(f32x4.mul(e, k2), k3)));
  const c = f32x4.mul(f32x4.mul(r, r), x);
  e = f32x4.sub(k1, f32x4.mul(c, r));
  return f32x4.add(c, f32x4.mul(f32x4.mul(c, e), f32x4.add(f32x4.mul(e, k4), k5)));
}

// @ts-ignore: decorator
@inline function lumaOf(l: v128, m: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.add(l, m), f32x4.splat(0.5)), f32x4.splat(<f32>(0.01 - BIAS_ROOT)));
}

// @ts-ignore: decorator
@inline function redOf(l: v128, m: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(l, m), f32x4.splat(7)), f32x4.splat(0.42));
}

// @ts-ignore: decorator
@inline function blueOf(l: v128, m: v128, s: v128): v128 {
  return f32x4.add(f32x4.sub(s, f32x4.mul(f32x4.add(l, m), f32x4.splat(0.5))), f32x4.splat(0.55));
}

/** One row of responses as rows of the planes that are needed; runs over by up to 3. */
function convertRow(l: usize, m: usize, s: usize, to: usize, count: i32, red: bool, blue: bool): void {
  const end = l + <usize>(count << 2);
  const k0 = v128.load(roots, 0), k1 = v128.load(roots, 16), k2 = v128.load(roots, 32);
  const k3 = v128.load(roots, 48), k4 = v128.load(roots, 64), k5 = v128.load(roots, 80);
  if (blue) {
    for (; l < end; l += 16, m += 16, s += 16, to += 16) {
      const cl = cubeRoot(v128.load(l), k0, k1, k2, k3, k4, k5);
      const cm = cubeRoot(v128.load(m), k0, k1, k2, k3, k4, k5);
      const cs = cubeRoot(v128.load(s), k0, k1, k2, k3, k4, k5);
      v128.store(to, redOf(cl, cm), 0);
      v128.store(to, lumaOf(cl, cm), ROW_BYTES);
      v128.store(to, blueOf(cl, cm, cs), ROW_BYTES * 2);
    }
  } else if (red) {
    for (; l < end; l += 16, m += 16, to += 16) {
      const cl = cubeRoot(v128.load(l), k0, k1, k2, k3, k4, k5);
      const cm = cubeRoot(v128.load(m), k0, k1, k2, k3, k4, k5);
      v128.store(to, redOf(cl, cm), 0);
      v128.store(to, lumaOf(cl, cm), ROW_BYTES);
    }
  } else {
    for (; l < end; l += 16, m += 16, to += 16) {
      const cl = cubeRoot(v128.load(l), k0, k1, k2, k3, k4, k5);
      const cm = cubeRoot(v128.load(m), k0, k1, k2, k3, k4, k5);
      v128.store(to, lumaOf(cl, cm), ROW_BYTES);
    }
  }
}

// ---------------------------------------------------------------- one level

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
        readPixels(inputAt + (<usize>y * width + from) * inputChannels, row + first, plane, to - from, background);
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

/**
 * Row `y` of a cell's reference in one strip, `columns` rounded up to fours: the values with
 * four columns to either side, then blur and variance in turn, four columns each. The rows of
 * a strip follow one another, so that memory is read straight on.
 */
// @ts-ignore: decorator
@inline function referenceRow(plane: i32, level: i32, height: i32, x0: i32, columns: i32, y: i32): usize {
  return load<usize>(cellAt(plane, level), 4)
    + <usize>((x0 / STRIP) * height) * REFERENCE_STRIP + <usize>y * (columns * 12 + 32);
}

// ---------------------------------------------------------------- rows in: across

/** Nine taps across, from a scratch row whose first value lies four columns to the left. */
// @ts-ignore: decorator
@inline function across(at: usize, t0: v128, t1: v128, t2: v128, t3: v128, t4: v128): v128 {
  let sum = f32x4.mul(v128.load(at, 16), t0);
  sum = f32x4.add(sum, f32x4.mul(f32x4.add(v128.load(at, 12), v128.load(at, 20)), t1));
  sum = f32x4.add(sum, f32x4.mul(f32x4.add(v128.load(at, 8), v128.load(at, 24)), t2));
  sum = f32x4.add(sum, f32x4.mul(f32x4.add(v128.load(at, 4), v128.load(at, 28)), t3));
  return f32x4.add(sum, f32x4.mul(f32x4.add(v128.load(at, 0), v128.load(at, 32)), t4));
}

/** A row of the reference: kept as it is, and its blur and the blur of its square into the ring. */
function leadReference(value: usize, kept: usize, ring: usize, columns: i32): void {
  for (let i: usize = 0, n = <usize>((columns + 8) << 2); i < n; i += 16) {
    const a = v128.load(value + i);
    v128.store(kept + i, a);
    v128.store(products + i, f32x4.mul(a, a));
  }
  const t0 = v128.load(taps, 0), t1 = v128.load(taps, 16), t2 = v128.load(taps, 32);
  const t3 = v128.load(taps, 48), t4 = v128.load(taps, 64);
  const end = value + <usize>(columns << 2);
  for (let squares: usize = products; value < end; value += 16, squares += 16, ring += 64) {
    v128.store(ring, across(value, t0, t1, t2, t3, t4), 0);
    v128.store(ring, across(squares, t0, t1, t2, t3, t4), 16);
  }
}

/** A row of the candidate: blurs of delta, delta squared and its own square into the ring, and delta itself. */
function leadCandidate(value: usize, kept: usize, ring: usize, columns: i32): void {
  for (let i: usize = 0, n = <usize>((columns + 8) << 2); i < n; i += 16) {
    const b = v128.load(value + i);
    const delta = f32x4.sub(b, v128.load(kept + i));
    v128.store(products + i, delta, 0);
    v128.store(products + i, f32x4.mul(delta, delta), ROW_BYTES);
    v128.store(products + i, f32x4.mul(b, b), ROW_BYTES * 2);
  }
  const t0 = v128.load(taps, 0), t1 = v128.load(taps, 16), t2 = v128.load(taps, 32);
  const t3 = v128.load(taps, 48), t4 = v128.load(taps, 64);
  const end = products + <usize>(columns << 2);
  for (let at: usize = products; at < end; at += 16, ring += 64) {
    v128.store(ring, across(at, t0, t1, t2, t3, t4), 0);
    v128.store(ring, across(at + ROW_BYTES, t0, t1, t2, t3, t4), 16);
    v128.store(ring, across(at + ROW_BYTES * 2, t0, t1, t2, t3, t4), 32);
    v128.store(ring, v128.load(at, 16), 48);
  }
}

// ---------------------------------------------------------------- rows out: down

// @ts-ignore: decorator
@inline function ringRow(ring: usize, slot: i32, back: i32, y: i32, height: i32): usize {
  if (y < 0 || y >= height) return zeros;
  const at = slot - back;
  return ring + (at < 0 ? at + 9 : at) * RING_ROW;
}

/** Nine taps down. The loads stand at the call, where their offsets are constants. */
// @ts-ignore: decorator
@inline function down(
  a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128, i: v128,
  t0: v128, t1: v128, t2: v128, t3: v128, t4: v128,
): v128 {
  let sum = f32x4.mul(e, t0);
  sum = f32x4.add(sum, f32x4.mul(f32x4.add(d, f), t1));
  sum = f32x4.add(sum, f32x4.mul(f32x4.add(c, g), t2));
  sum = f32x4.add(sum, f32x4.mul(f32x4.add(b, h), t3));
  return f32x4.add(sum, f32x4.mul(f32x4.add(a, i), t4));
}

/**
 * The ring's rows around row `y` filtered down into `blurs`, 48 bytes per four columns.
 *
 * `slot` holds row `y + 4` (or would, past the end). Each result is stored
 * before the next is begun, which keeps the values in registers.
 */
function blurDown(ring: usize, slot: i32, y: i32, height: i32, columns: i32, third: bool): void {
  let p0 = ringRow(ring, slot, 8, y - 4, height);
  let p1 = ringRow(ring, slot, 7, y - 3, height);
  let p2 = ringRow(ring, slot, 6, y - 2, height);
  let p3 = ringRow(ring, slot, 5, y - 1, height);
  let p4 = ringRow(ring, slot, 4, y, height);
  let p5 = ringRow(ring, slot, 3, y + 1, height);
  let p6 = ringRow(ring, slot, 2, y + 2, height);
  let p7 = ringRow(ring, slot, 1, y + 3, height);
  let p8 = ringRow(ring, slot, 0, y + 4, height);
  const t0 = v128.load(taps, 0), t1 = v128.load(taps, 16), t2 = v128.load(taps, 32);
  const t3 = v128.load(taps, 48), t4 = v128.load(taps, 64);
  const end = blurs + <usize>(columns * 12);
  for (let to: usize = blurs; to < end; to += 48) {
    v128.store(to, down(
      v128.load(p0, 0), v128.load(p1, 0), v128.load(p2, 0), v128.load(p3, 0), v128.load(p4, 0),
      v128.load(p5, 0), v128.load(p6, 0), v128.load(p7, 0), v128.load(p8, 0),
      t0, t1, t2, t3, t4,
    ), 0);
    v128.store(to, down(
      v128.load(p0, 16), v128.load(p1, 16), v128.load(p2, 16), v128.load(p3, 16), v128.load(p4, 16),
      v128.load(p5, 16), v128.load(p6, 16), v128.load(p7, 16), v128.load(p8, 16),
      t0, t1, t2, t3, t4,
    ), 16);
    if (third) {
      v128.store(to, down(
        v128.load(p0, 32), v128.load(p1, 32), v128.load(p2, 32), v128.load(p3, 32), v128.load(p4, 32),
        v128.load(p5, 32), v128.load(p6, 32), v128.load(p7, 32), v128.load(p8, 32),
        t0, t1, t2, t3, t4,
      ), 32);
    }
    p0 += 64; p1 += 64; p2 += 64; p3 += 64; p4 += 64; p5 += 64; p6 += 64; p7 += 64; p8 += 64;
  }
}

// one function each, so that the flag is a constant inside

function blurDownTwo(ring: usize, slot: i32, y: i32, height: i32, columns: i32): void {
  blurDown(ring, slot, y, height, columns, false);
}

function blurDownThree(ring: usize, slot: i32, y: i32, height: i32, columns: i32): void {
  blurDown(ring, slot, y, height, columns, true);
}

/** Blur and variance (with the constant of the denominator) of one row of the reference. */
function trailReference(kept: usize, columns: i32): void {
  const end = blurs + <usize>(columns * 12);
  for (let from: usize = blurs; from < end; from += 48, kept += 32) {
    const mean = v128.load(from, 0);
    v128.store(kept, mean, 0);
    v128.store(kept, f32x4.add(f32x4.sub(v128.load(from, 16), f32x4.mul(mean, mean)), f32x4.splat(C2)), 16);
  }
}

/**
 * The errors of one row, added to the running sums of its tiles.
 *
 * `value` and `kept` are the reference's, `ring` is the candidate's row (for
 * delta itself), `blurs` holds the blurs of delta, delta^2 and candidate^2.
 */
// @ts-ignore: decorator
@inline function trail(
  value: usize, kept: usize, ring: usize, columns: i32, side: i32, acc: usize,
  ssim: bool, artifact: bool, lost: bool,
): void {
  const zero = f32x4.splat(0);
  const one = v128.load(roots, 16);
  let from: usize = blurs;
  let left = columns;
  while (left > 0) {
    let ssimSum = v128.load(acc, 0);
    let artifactSum = v128.load(acc, 16);
    let lostSum = v128.load(acc, 32);
    let ssimFourth = v128.load(acc, 48);
    let artifactFourth = v128.load(acc, 64);
    let lostFourth = v128.load(acc, 80);
    const count = min(side, left);
    left -= count;
    const end = value + <usize>(count << 2);
    for (; value < end; value += 16, kept += 32, from += 48, ring += 64) {
      const deltaMean = v128.load(from, 0);
      const mean = v128.load(kept, 0);
      if (ssim) {
        const otherMean = f32x4.add(mean, deltaMean);
        const otherVariance = f32x4.sub(v128.load(from, 32), f32x4.mul(otherMean, otherMean));
        const meanGap = f32x4.mul(deltaMean, deltaMean);
        const denominator = f32x4.add(v128.load(kept, 16), otherVariance);
        const spread = f32x4.sub(v128.load(from, 16), meanGap);
        const numerator = f32x4.sub(denominator, spread);
        let d = f32x4.div(f32x4.add(spread, f32x4.mul(meanGap, numerator)), denominator);
        d = f32x4.pmax(zero, d);
        ssimSum = f32x4.add(ssimSum, d);
        d = f32x4.mul(d, d);
        ssimFourth = f32x4.add(ssimFourth, f32x4.mul(d, d));
      }
      if (artifact || lost) {
        const edge = f32x4.sub(v128.load(value), mean);
        const otherEdge = f32x4.add(edge, f32x4.sub(v128.load(ring, 48), deltaMean));
        const strength = f32x4.abs(edge);
        const q = f32x4.div(f32x4.sub(f32x4.abs(otherEdge), strength), f32x4.add(strength, one));
        if (artifact) {
          let more = f32x4.pmax(zero, q);
          artifactSum = f32x4.add(artifactSum, more);
          more = f32x4.mul(more, more);
          artifactFourth = f32x4.add(artifactFourth, f32x4.mul(more, more));
        }
        if (lost) {
          let less = f32x4.pmin(zero, q);
          lostSum = f32x4.sub(lostSum, less);
          less = f32x4.mul(less, less);
          lostFourth = f32x4.add(lostFourth, f32x4.mul(less, less));
        }
      }
    }
    if (ssim) {
      v128.store(acc, ssimSum, 0);
      v128.store(acc, ssimFourth, 48);
    }
    if (artifact) {
      v128.store(acc, artifactSum, 16);
      v128.store(acc, artifactFourth, 64);
    }
    if (lost) {
      v128.store(acc, lostSum, 32);
      v128.store(acc, lostFourth, 80);
    }
    acc += ACC;
  }
}

function trailSsim(value: usize, kept: usize, ring: usize, columns: i32, side: i32, acc: usize): void {
  trail(value, kept, ring, columns, side, acc, true, false, false);
}

function trailLost(value: usize, kept: usize, ring: usize, columns: i32, side: i32, acc: usize): void {
  trail(value, kept, ring, columns, side, acc, true, false, true);
}

function trailArtifact(value: usize, kept: usize, ring: usize, columns: i32, side: i32, acc: usize): void {
  trail(value, kept, ring, columns, side, acc, true, true, false);
}

function trailAll(value: usize, kept: usize, ring: usize, columns: i32, side: i32, acc: usize): void {
  trail(value, kept, ring, columns, side, acc, true, true, true);
}

/** Past the right edge nothing differs: with the blurs of delta at zero, the errors there are zero. */
function clearTail(columns: i32): void {
  const at = blurs + <usize>((columns >> 2) * 48);
  const mask = v128.load(masks + ((columns & 3) << 4));
  v128.store(at, v128.and(v128.load(at, 0), mask), 0);
  v128.store(at, v128.and(v128.load(at, 16), mask), 16);
}

/** A row of tiles is complete: its sums move to the arena as f64. */
function flushTiles(level: i32, width: i32, x0: i32, columns: i32, tileRow: i32, side: i32): void {
  const across = (width + side - 1) / side;
  const count = (columns + side - 1) / side;
  for (let plane = 0; plane < PLANES; plane++) {
    if (!mapsOf(plane, level)) continue;
    let at = accumulators + plane * ACC_PLANE;
    let to = load<usize>(cellAt(plane, level), 8) + <usize>(tileRow * across + x0 / side) * 48;
    for (let i = 0; i < count * 6; i++, at += 16, to += 8) {
      const v = v128.load(at);
      store<f64>(to,
        (<f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1)) +
        (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3)));
    }
    memory.fill(accumulators + plane * ACC_PLANE, 0, count * ACC);
  }
}

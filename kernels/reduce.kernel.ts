/**
 * Kernel: a picture made smaller in linear light.
 *
 * Rows come in as bytes, from top to bottom, and rows of the result go out as
 * soon as their filter is complete. Its plain twin, equal to the last bit, is
 * `src/raster/reduction/reduce-twin.ts`; the tables, the spans of the filter and
 * their weights come from the caller (`src/raster/reduction/`).
 *
 * - Light: a table makes 16-bit light of every byte, with room above white for
 *   what a filter overshoots. With alpha the light is multiplied by it.
 * - Two rows are kept as one row of pairs (upper, lower), so that one
 *   `i32x4.dot_i16x8_s` adds two taps of four samples.
 * - Down first: only rows of the result are then filtered across, and the wide
 *   pass runs without shuffles and without sums over lanes.
 * - Across: the row is laid out as pairs of pixels, channel by channel
 *   (R R G G B B A A); one dot product adds two taps of every channel.
 * - Weights are whole numbers that sum to exactly 1 << shift; sums are exact in
 *   32 bits and rounded once per direction.
 *
 * Memory: as many rows of pairs as the filter is high, and one band of rows on
 * either side. It grows to the widest picture seen and knows no height.
 */

/** White; 255 * 96. Above it is room for a third more. */
const WHITE: i32 = 24480;
const MOST: i32 = 32767;

/** Samples per step of the pass down: eight vectors of sums. */
const STEP: i32 = 32;

/** Light of a byte for the upper row (low half), then for the lower one (high half); i32 each. */
const lightTable = memory.data(256 * 4 * 2, 64);
/** The byte of each light from 0 to `MOST`. */
const byteTable = memory.data(32768, 64);

let width: i32 = 0;
let channels: i32 = 3;
let outWidth: i32 = 0;
let outHeight: i32 = 0;
let shiftDown: i32 = 15;
let shiftAcross: i32 = 15;

/** Rows of pairs in the ring, and bytes of one. */
let ring: i32 = 0;
let pairBytes: i32 = 0;

let spansDownAt: usize = 0;
let weightsDownAt: usize = 0;
let spansAcrossAt: usize = 0;
let weightsAcrossAt: usize = 0;
let ringAt: usize = 0;
let rowAt: usize = 0;
let pixelsAt: usize = 0;
let blankAt: usize = 0;
let inputAt: usize = 0;
let outputAt: usize = 0;

/** Rows of pairs taken in, rows of the result finished, and the weights of the next one. */
let taken: i32 = 0;
let finished: i32 = 0;
let nextWeights: usize = 0;

/** Address of 512 numbers (i32): the light of each byte, then the same times 65536. */
export function light(): usize { return lightTable; }
/** Address of 32768 bytes: the byte of each light. */
export function codes(): usize { return byteTable; }
/** Address of two numbers (i32) per row of the result: its first row of pairs, and how many. */
export function spansDown(): usize { return spansDownAt; }
/** Address of two weights (i16) per row of pairs of every row of the result. */
export function weightsDown(): usize { return weightsDownAt; }
/** The same across: per column of the result, in pairs of columns. */
export function spansAcross(): usize { return spansAcrossAt; }
export function weightsAcross(): usize { return weightsAcrossAt; }
/** Address of a band of rows that come in. */
export function input(): usize { return inputAt; }
/** Address of the rows that the last `push` finished. */
export function output(): usize { return outputAt; }

/**
 * Lays out memory for one picture; the bytes needed, or 0 when memory cannot grow.
 *
 * `pairs`: most rows of pairs that a row of the result is made of. `downPairs`,
 * `acrossPairs`: pairs of weights in all. `band`: most rows of a `push`;
 * `ready`: most rows that one can finish.
 */
export function prepare(
  w: i32, c: i32, ow: i32, oh: i32, pairs: i32, downPairs: i32, acrossPairs: i32,
  down: i32, across: i32, band: i32, ready: i32,
): usize {
  width = w;
  channels = c;
  outWidth = ow;
  outHeight = oh;
  shiftDown = down;
  shiftAcross = across;
  ring = pairs;
  const samples = (w * c + STEP - 1) & -STEP;
  pairBytes = samples * 4;
  let at: usize = __heap_base;
  spansDownAt = at = line(at);
  at += oh * 8;
  spansAcrossAt = at = line(at);
  at += ow * 8;
  weightsDownAt = at = line(at);
  at += downPairs * 4;
  weightsAcrossAt = at = line(at);
  at += acrossPairs * 4;
  ringAt = at = line(at);
  at += ring * pairBytes;
  rowAt = at = line(at);
  at += samples * 2;
  pixelsAt = at = line(at);
  at += ((w + 1) >> 1) * 16;
  blankAt = at = line(at);
  at += samples;
  outputAt = at = line(at);
  at += ready * ow * c;
  inputAt = at = line(at);
  at += band * w * c;
  // vectors read beyond what is theirs
  at += 64;
  const pages = <i32>((at + 0xffff) >> 16);
  if (pages > memory.size() && memory.grow(pages - memory.size()) < 0) return 0;
  memory.fill(blankAt, 0, samples);
  taken = 0;
  finished = 0;
  nextWeights = weightsDownAt;
  return at;
}

/**
 * Takes in the next rows at `input()` and gives how many rows of the result wait at
 * `output()`, where the next call writes again. An even number of rows, but for the last call.
 */
export function push(rows: i32): i32 {
  const bytes = <usize>(width * channels);
  let ready = 0;
  for (let y = 0; y < rows; y += 2) {
    const upper = inputAt + <usize>y * bytes;
    const lower = y + 1 < rows ? upper + bytes : blankAt;
    const to = ringAt + <usize>((taken % ring) * pairBytes);
    if (channels == 4) pairLightWithAlpha(upper, lower, to);
    else pairLight(upper, lower, to);
    taken++;
    while (finished < outHeight) {
      const span = spansDownAt + <usize>(finished * 8);
      const first = load<i32>(span);
      const count = load<i32>(span, 4);
      if (first + count > taken) break;
      filterDown(first, count);
      nextWeights += <usize>(count * 4);
      if (channels == 4) {
        pairPixelsWithAlpha();
        filterAcrossWithAlpha(outputAt + <usize>(ready * outWidth * 4));
      } else {
        pairPixels();
        filterAcross(outputAt + <usize>(ready * outWidth * 3));
      }
      finished++;
      ready++;
    }
  }
  return ready;
}

// @ts-ignore: decorator
@inline function line(at: usize): usize { return (at + 63) & ~63; }

// @ts-ignore: decorator
@inline function low(byte: u32): i32 { return load<i32>(lightTable + (byte << 2)); }
// @ts-ignore: decorator
@inline function high(byte: u32): i32 { return load<i32>(lightTable + (byte << 2), 1024); }

/** Two rows of bytes as one row of pairs of light. */
function pairLight(upper: usize, lower: usize, to: usize): void {
  const end = upper + <usize>(width * 3);
  for (; upper < end; upper += 4, lower += 4, to += 16) {
    const a = load<u32>(upper);
    const b = load<u32>(lower);
    store<i32>(to, low(a & 255) | high(b & 255));
    store<i32>(to, low(a >> 8 & 255) | high(b >> 8 & 255), 4);
    store<i32>(to, low(a >> 16 & 255) | high(b >> 16 & 255), 8);
    store<i32>(to, low(a >> 24) | high(b >> 24), 12);
  }
}

/** Light times alpha; 257 / 65536 stands for 1 / 255. */
// @ts-ignore: decorator
@inline function covered(byte: u32, alpha: i32): i32 { return (low(byte) * alpha * 257 + 32768) >> 16; }

/** The same with alpha, which is kept on the scale of light: 96 per level. */
function pairLightWithAlpha(upper: usize, lower: usize, to: usize): void {
  const end = upper + <usize>(width * 4);
  for (; upper < end; upper += 4, lower += 4, to += 16) {
    const a = load<u32>(upper);
    const b = load<u32>(lower);
    const aa = <i32>(a >> 24);
    const ba = <i32>(b >> 24);
    store<i32>(to, covered(a & 255, aa) | covered(b & 255, ba) << 16);
    store<i32>(to, covered(a >> 8 & 255, aa) | covered(b >> 8 & 255, ba) << 16, 4);
    store<i32>(to, covered(a >> 16 & 255, aa) | covered(b >> 16 & 255, ba) << 16, 8);
    store<i32>(to, aa * 96 | ba * 96 << 16, 12);
  }
}

// @ts-ignore: decorator
@inline function rounded(a: v128, b: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(a, shift), i32x4.shr_s(b, shift));
}

/** The sums of one row of the result over its rows of pairs; saturated at 16 bits. */
function filterDown(first: i32, count: i32): void {
  const half = i32x4.splat(1 << (shiftDown - 1));
  const start = first % ring;
  for (let x = 0; x < pairBytes; x += STEP * 4) {
    let s0 = half, s1 = half, s2 = half, s3 = half, s4 = half, s5 = half, s6 = half, s7 = half;
    let slot = start;
    let weights = nextWeights;
    for (let k = 0; k < count; k++) {
      const p = ringAt + <usize>(slot * pairBytes + x);
      const w = v128.load_splat<i32>(weights);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load(p), w));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load(p, 16), w));
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load(p, 32), w));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load(p, 48), w));
      s4 = i32x4.add(s4, i32x4.dot_i16x8_s(v128.load(p, 64), w));
      s5 = i32x4.add(s5, i32x4.dot_i16x8_s(v128.load(p, 80), w));
      s6 = i32x4.add(s6, i32x4.dot_i16x8_s(v128.load(p, 96), w));
      s7 = i32x4.add(s7, i32x4.dot_i16x8_s(v128.load(p, 112), w));
      weights += 4;
      slot = slot + 1 == ring ? 0 : slot + 1;
    }
    const to = rowAt + <usize>(x >> 1);
    v128.store(to, rounded(s0, s1, shiftDown));
    v128.store(to, rounded(s2, s3, shiftDown), 16);
    v128.store(to, rounded(s4, s5, shiftDown), 32);
    v128.store(to, rounded(s6, s7, shiftDown), 48);
  }
}

/** The row as pairs of pixels; the fourth channel is none. */
function pairPixels(): void {
  let from = rowAt;
  let to = pixelsAt;
  const none = i16x8.splat(0);
  for (let x = 0; x < width; x += 2, from += 12, to += 16) {
    v128.store(to, v128.shuffle<i16>(v128.load(from), none, 0, 3, 1, 4, 2, 5, 8, 8));
  }
}

function pairPixelsWithAlpha(): void {
  let from = rowAt;
  let to = pixelsAt;
  for (let x = 0; x < width; x += 2, from += 16, to += 16) {
    const two = v128.load(from);
    v128.store(to, v128.shuffle<i16>(two, two, 0, 4, 1, 5, 2, 6, 3, 7));
  }
}

/** The light of one pixel of the result, each channel in 0..MOST. */
// @ts-ignore: decorator
@inline function pixelAcross(span: usize, weights: usize, half: v128): v128 {
  let from = pixelsAt + (<usize>load<i32>(span) << 4);
  let sum = half;
  for (const end = weights + (<usize>load<i32>(span, 4) << 2); weights < end; weights += 4, from += 16) {
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(from), v128.load_splat<i32>(weights)));
  }
  return i32x4.min_s(i32x4.max_s(i32x4.shr_s(sum, shiftAcross), i32x4.splat(0)), i32x4.splat(MOST));
}

// @ts-ignore: decorator
@inline function byteOf(value: i32): u8 { return load<u8>(byteTable + <usize>value); }

function filterAcross(to: usize): void {
  const half = i32x4.splat(1 << (shiftAcross - 1));
  let weights = weightsAcrossAt;
  let span = spansAcrossAt;
  for (const end = span + <usize>(outWidth * 8); span < end; span += 8, to += 3) {
    const sum = pixelAcross(span, weights, half);
    weights += <usize>load<i32>(span, 4) << 2;
    store<u8>(to, byteOf(i32x4.extract_lane(sum, 0)));
    store<u8>(to, byteOf(i32x4.extract_lane(sum, 1)), 1);
    store<u8>(to, byteOf(i32x4.extract_lane(sum, 2)), 2);
  }
}

function filterAcrossWithAlpha(to: usize): void {
  const half = i32x4.splat(1 << (shiftAcross - 1));
  const most = i32x4.splat(MOST);
  let weights = weightsAcrossAt;
  let span = spansAcrossAt;
  for (const end = span + <usize>(outWidth * 8); span < end; span += 8, to += 4) {
    let sum = pixelAcross(span, weights, half);
    weights += <usize>load<i32>(span, 4) << 2;
    const alpha = min(i32x4.extract_lane(sum, 3), WHITE);
    if (alpha > 0 && alpha < WHITE) {
      const shown = f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.splat(<f32>WHITE / <f32>alpha));
      sum = i32x4.min_s(i32x4.trunc_sat_f32x4_s(f32x4.add(shown, f32x4.splat(0.5))), most);
    }
    store<u8>(to, byteOf(i32x4.extract_lane(sum, 0)));
    store<u8>(to, byteOf(i32x4.extract_lane(sum, 1)), 1);
    store<u8>(to, byteOf(i32x4.extract_lane(sum, 2)), 2);
    store<u8>(to, <u8>((alpha + 48) / 96), 3);
  }
}

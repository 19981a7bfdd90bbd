/**
 * Color: from bytes to cone responses, their 2 x 2 means, and from responses
 * to the planes X, Y and B - Y, each moved into 0..1.
 */
import {
  FINE, ROW_BYTES, T0, T1, T2, T3, T4, masks, roots, tableB, tableFine, tableG, tableR, taps,
} from './layout';

const BIAS: f64 = 0.0037930732552754493;
const BIAS_ROOT: f64 = 0.1559542005492486;

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

/** Writes the tables; once, before anything else. */
export function fillTables(): void {
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

/** A byte over the background, in steps of 1 / 130050, to linear light. */
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
export function readPixels(
  from: usize, to: usize, plane: usize, count: i32, channels: i32, background: i32,
): void {
  const end = to + <usize>(count << 2);
  if (channels == 3) {
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
export function halveRow(upper: usize, lower: usize, to: usize, count: i32): void {
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
@inline export function repeatLast(row: usize, count: i32): void {
  store<f32>(row + <usize>(count << 2), load<f32>(row + <usize>((count - 1) << 2)));
}

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
export function convertRow(l: usize, m: usize, s: usize, to: usize, count: i32, red: bool, blue: bool): void {
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

/**
 * The blur: nine taps across into a ring of nine rows, nine taps down out of it.
 */
import { C2, RING_ROW, ROW_BYTES, blurs, products, taps, zeros } from './layout';

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
export function leadReference(value: usize, kept: usize, ring: usize, columns: i32): void {
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
export function leadCandidate(value: usize, kept: usize, ring: usize, columns: i32): void {
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

// @ts-ignore: decorator
@inline export function ringRow(ring: usize, slot: i32, back: i32, y: i32, height: i32): usize {
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

export function blurDownTwo(ring: usize, slot: i32, y: i32, height: i32, columns: i32): void {
  blurDown(ring, slot, y, height, columns, false);
}

export function blurDownThree(ring: usize, slot: i32, y: i32, height: i32, columns: i32): void {
  blurDown(ring, slot, y, height, columns, true);
}

/** Blur and variance (with the constant of the denominator) of one row of the reference. */
export function trailReference(kept: usize, columns: i32): void {
  const end = blurs + <usize>(columns * 12);
  for (let from: usize = blurs; from < end; from += 48, kept += 32) {
    const mean = v128.load(from, 0);
    v128.store(kept, mean, 0);
    v128.store(kept, f32x4.add(f32x4.sub(v128.load(from, 16), f32x4.mul(mean, mean)), f32x4.splat(C2)), 16);
  }
}

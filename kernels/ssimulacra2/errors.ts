/**
 * The errors of a finished row, and their sums by tile.
 */
import { ACC, ACC_PLANE, PLANES, accumulators, blurs, cellAt, mapsOf, masks, roots } from './layout';

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

// one function per set of maps, so that the flags are constants inside

export function trailSsim(value: usize, kept: usize, ring: usize, columns: i32, side: i32, acc: usize): void {
  trail(value, kept, ring, columns, side, acc, true, false, false);
}

export function trailLost(value: usize, kept: usize, ring: usize, columns: i32, side: i32, acc: usize): void {
  trail(value, kept, ring, columns, side, acc, true, false, true);
}

export function trailArtifact(value: usize, kept: usize, ring: usize, columns: i32, side: i32, acc: usize): void {
  trail(value, kept, ring, columns, side, acc, true, true, false);
}

export function trailAll(value: usize, kept: usize, ring: usize, columns: i32, side: i32, acc: usize): void {
  trail(value, kept, ring, columns, side, acc, true, true, true);
}

/** Past the right edge nothing differs: with the blurs of delta at zero, the errors there are zero. */
export function clearTail(columns: i32): void {
  const at = blurs + <usize>((columns >> 2) * 48);
  const mask = v128.load(masks + ((columns & 3) << 4));
  v128.store(at, v128.and(v128.load(at, 0), mask), 0);
  v128.store(at, v128.and(v128.load(at, 16), mask), 16);
}

/** A row of tiles is complete: its sums move to the arena as f64. */
export function flushTiles(level: i32, width: i32, x0: i32, columns: i32, tileRow: i32, side: i32): void {
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

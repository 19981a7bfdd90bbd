/**
 * Second opinions for the quality bench: metrics that share nothing with the
 * one the optimizer searches by, to see whether it lives off its blind spots.
 *
 * MS-SSIM (Wang, Simoncelli, Bovik 2003) of luma as stored: five scales by
 * 2 × 2 means, window of sigma 1.5, the published exponents. `butteraugli` is
 * asked too where that command is on the path.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

const EXPONENTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;
const RADIUS = 5;
const WINDOW = gaussian(1.5);

/** MS-SSIM of two rasters of one size in decibels, -10 lg(1 - value); undefined for small or clear ones. */
export function msSsim(a, b) {
  if (a.channels !== 3 || Math.min(a.width, a.height) < (2 * RADIUS + 1) * 16) return undefined;
  let one = luma(a);
  let other = luma(b);
  let value = 1;
  for (const [scale, exponent] of EXPONENTS.entries()) {
    const last = scale === EXPONENTS.length - 1;
    value *= Math.max(1e-6, similarity(one, other, last)) ** exponent;
    if (!last) [one, other] = [halved(one), halved(other)];
  }
  return Math.min(60, -10 * Math.log10(1 - value));
}

function luma({ width, height, data }) {
  const out = new Float32Array(width * height);
  for (let i = 0, p = 0; p < out.length; i += 3, p++) {
    out[p] = 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
  }
  return { width, height, data: out };
}

function halved({ width, height, data }) {
  const w = width >> 1;
  const h = height >> 1;
  const out = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const i = 2 * y * width + 2 * x;
      out[y * w + x] = (data[i] + data[i + 1] + data[i + width] + data[i + width + 1]) / 4;
    }
  }
  return { width: w, height: h, data: out };
}

/** Mean of contrast and structure over the windows that fit; `whole`: of luminance too. */
function similarity(a, b, whole) {
  const product = (p, q) => ({ ...p, data: p.data.map((value, i) => value * q.data[i]) });
  const [ma, mb, aa, bb, ab] = [a, b, product(a, a), product(b, b), product(a, b)].map(blurred);
  let sum = 0;
  for (let i = 0; i < ma.length; i++) {
    const [va, vb] = [aa[i] - ma[i] ** 2, bb[i] - mb[i] ** 2];
    const contrast = (2 * (ab[i] - ma[i] * mb[i]) + C2) / (va + vb + C2);
    const luminance = whole ? (2 * ma[i] * mb[i] + C1) / (ma[i] ** 2 + mb[i] ** 2 + C1) : 1;
    sum += contrast * luminance;
  }
  return sum / ma.length;
}

function blurred({ width, height, data }) {
  const w = width - 2 * RADIUS;
  const h = height - 2 * RADIUS;
  const rows = new Float64Array(w * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW.length; k++) sum += WINDOW[k] * data[y * width + x + k];
      rows[y * w + x] = sum;
    }
  }
  const out = new Float64Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let k = 0; k < WINDOW.length; k++) {
      for (let x = 0; x < w; x++) out[y * w + x] += WINDOW[k] * rows[(y + k) * w + x];
    }
  }
  return out;
}

function gaussian(sigma) {
  const taps = Array.from({ length: 2 * RADIUS + 1 }, (_, i) =>
    Math.exp(-((i - RADIUS) ** 2) / (2 * sigma ** 2)),
  );
  const total = taps.reduce((a, b) => a + b, 0);
  return taps.map((tap) => tap / total);
}

/** Whether the command `butteraugli` can be run here. */
export function hasButteraugli() {
  return spawnSync('butteraugli', [], { stdio: 'ignore' }).error === undefined;
}

/** Butteraugli's distance of two opaque rasters: 0 equal, 1 just noticeable, more is worse. */
export async function butteraugli(a, b) {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-'));
  try {
    const files = [join(folder, 'a.png'), join(folder, 'b.png')];
    for (const [i, raster] of [a, b].entries()) {
      const { width, height, channels, data } = raster;
      await sharp(data, { raw: { width, height, channels } }).png().toFile(files[i]);
    }
    const { stdout } = spawnSync('butteraugli', files, { encoding: 'utf8' });
    return Number.parseFloat(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

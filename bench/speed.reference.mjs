/** The reduction that others are measured against: Lanczos 3 in linear light, in double precision. */
import sharp from 'sharp';

/** Linear light of every 8-bit value, and back (IEC 61966-2-1). */
const LIGHT = Float64Array.from({ length: 256 }, (_, v) => {
  const x = v / 255;
  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
});
const encoded = (light) => {
  const x = Math.min(1, Math.max(0, light));
  return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
};

/** A file decoded whole and reduced; pixels of three channels. */
export async function reference(file, width, height) {
  const { data, info } = await sharp(file)
    .toColorspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const across = weights(info.width, width);
  const down = weights(info.height, height);
  const rows = new Float32Array(width * info.height * 3);
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < width; x++) {
      const { first, taps } = across[x];
      let [r, g, b] = [0, 0, 0];
      for (let i = 0, p = (y * info.width + first) * 3; i < taps.length; i++, p += 3) {
        r += taps[i] * LIGHT[data[p]];
        g += taps[i] * LIGHT[data[p + 1]];
        b += taps[i] * LIGHT[data[p + 2]];
      }
      rows.set([r, g, b], (y * width + x) * 3);
    }
  }
  const line = width * 3;
  const out = new Uint8Array(line * height);
  for (let y = 0; y < height; y++) {
    const { first, taps } = down[y];
    for (let x = 0; x < line; x++) {
      let sum = 0;
      for (let i = 0, p = first * line + x; i < taps.length; i++, p += line)
        sum += taps[i] * rows[p];
      out[y * line + x] = encoded(sum);
    }
  }
  return { width, height, channels: 3, pages: 1, data: out };
}

/** Weights of every place of a line that becomes shorter; the filter is cut at the border. */
function weights(from, to) {
  const scale = Math.max(1, from / to);
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const first = Math.max(0, Math.ceil(centre - 3 * scale));
    const last = Math.min(from - 1, Math.floor(centre + 3 * scale));
    const taps = Array.from({ length: last - first + 1 }, (_, k) => {
      const x = (Math.PI * (first + k - centre)) / scale;
      return x === 0 ? 1 : (3 * Math.sin(x) * Math.sin(x / 3)) / (x * x);
    });
    const sum = taps.reduce((a, b) => a + b, 0);
    return { first, taps: Float64Array.from(taps, (tap) => tap / sum) };
  });
}

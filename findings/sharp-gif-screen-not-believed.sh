#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7 with libnsgif): a GIF of 640 by 480 or with a side above 2048 gets the size of its first frame.
#
# The logical screen descriptor states the size of a GIF, and frames lie anywhere in it; encoders cut frames to what is
# to be seen, so the first one may be small (GIF89a specification, sections 18 and 20). One expects the size of the
# screen, which is what browsers show. Of most screens it is. Of those that monitors once had (640x480, 640x512, 800x600,
# 1024x768, 1280x1024, 1600x1200) and of those with a side above 2048, metadata and pixels have the size of the first
# frame, without an error: a recording of 640 by 480 that begins with a small change is cut to that, one of 641 is whole.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >run.mjs <<'JS'
import sharp from 'sharp';
const word = (n) => [n & 255, n >> 8];
/** A screen with one red frame of 10 x 10 in its corner. Codes of three bits: the table is cleared before it grows. */
function gif(width, height) {
  const codes = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? [4, 1] : [1])).flat();
  const bits = [...codes, 5].flatMap((code) => [code & 1, (code >> 1) & 1, code >> 2]);
  const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
    bits.slice(8 * i, 8 * i + 8).reduce((sum, bit, k) => sum | (bit << k), 0));
  const screen = [...word(width), ...word(height), 0x80, 0, 0, 0, 0, 0, 255, 0, 0];
  const frame = [0x21, 0xf9, 4, 1, 0, 0, 0, 0, 0x2c, 0, 0, 0, 0, ...word(10), ...word(10), 0, 2];
  return Buffer.from([...Buffer.from('GIF89a'), ...screen, ...frame, bytes.length, ...bytes, 0, 0x3b]);
}
const seen = [];
for (const [width, height] of [
  ...[[2048, 20], [2049, 20], [20, 2048], [20, 2049], [639, 480], [640, 480], [641, 480]],
  ...[[640, 512], [800, 600], [1024, 768], [1280, 1024], [1600, 1200], [1920, 1080]],
]) {
  const file = gif(width, height);
  const stated = await sharp(file).metadata();
  const { info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  seen.push(`${width}x${height}: ${stated.width}x${stated.height}, decoded ${info.width}x${info.height}`);
}
const expected = [
  '2048x20: 2048x20, decoded 2048x20',
  '2049x20: 10x10, decoded 10x10',
  '20x2048: 20x2048, decoded 20x2048',
  '20x2049: 10x10, decoded 10x10',
  '639x480: 639x480, decoded 639x480',
  '640x480: 10x10, decoded 10x10',
  '641x480: 641x480, decoded 641x480',
  '640x512: 10x10, decoded 10x10',
  '800x600: 10x10, decoded 10x10',
  '1024x768: 10x10, decoded 10x10',
  '1280x1024: 10x10, decoded 10x10',
  '1600x1200: 10x10, decoded 10x10',
  '1920x1080: 1920x1080, decoded 1920x1080',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

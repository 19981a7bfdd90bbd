#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7 with libnsgif): a GIF with a side above 2048 gets the size of its first frame.
#
# The logical screen descriptor states the size of a GIF, and frames lie anywhere in it; encoders cut frames to what is
# to be seen, so the first one may be small (GIF89a specification, sections 18 and 20). One expects the size of the
# screen, which is what browsers show. Up to 2048 pixels it is; from 2049 on, in either side, metadata and
# pixels have the size of the first frame, without an error: the sticker is cut, and every position in it is off.
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
for (const [width, height] of [[2048, 20], [2049, 20], [20, 2048], [20, 2049], [3000, 3000]]) {
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
  '3000x3000: 10x10, decoded 10x10',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

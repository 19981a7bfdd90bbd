#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7): a WebP or JPEG reduced with kernel `nearest` has colors that are not in the source.
#
# `nearest` is asked for where every pixel must be one of the source: pixel art, masks, maps of classes, QR codes. Of
# a PNG it is so. Of a lossless WebP of the same pixels libwebp reduces first, while it decodes, by averaging to the
# next size above, and nearest picks among the averages: a chessboard of black and white becomes all grey, without an
# error. `fastShrinkOnLoad: false`, documented as against a slight moiré and a size rounded down, sets a WebP right. A
# JPEG it does not: that is still halved while it is decoded, and comes out as grey as before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >run.mjs <<'JS'
import sharp from 'sharp';
const SIDE = 64;
const board = Buffer.alloc(SIDE * SIDE * 3);
for (let i = 0; i < SIDE * SIDE; i++) {
  if ((i + Math.floor(i / SIDE)) % 2 === 1) board.fill(255, 3 * i, 3 * i + 3);
}
const source = sharp(board, { raw: { width: SIDE, height: SIDE, channels: 3 } });
const files = {
  PNG: await source.png().toBuffer(),
  'lossless WebP': await source.webp({ lossless: true }).toBuffer(),
  'JPEG of quality 100, 4:4:4': await source.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
};
const seen = [];
for (const [name, file] of Object.entries(files)) {
  const whole = await sharp(file).raw().toBuffer();
  const strange = whole.filter((value) => value !== 0 && value !== 255).length;
  for (const fastShrinkOnLoad of [true, false]) {
    const small = await sharp(file).resize(16, 16, { kernel: 'nearest', fastShrinkOnLoad }).raw().toBuffer();
    const greys = small.filter((value) => value > 100 && value < 155).length;
    seen.push(`${name}, ${strange} greys in the source, fastShrinkOnLoad ${fastShrinkOnLoad}: ${greys} of ${small.length} grey`);
  }
}
const expected = [
  'PNG, 0 greys in the source, fastShrinkOnLoad true: 0 of 768 grey',
  'PNG, 0 greys in the source, fastShrinkOnLoad false: 0 of 768 grey',
  'lossless WebP, 0 greys in the source, fastShrinkOnLoad true: 768 of 768 grey',
  'lossless WebP, 0 greys in the source, fastShrinkOnLoad false: 0 of 768 grey',
  'JPEG of quality 100, 4:4:4, 0 greys in the source, fastShrinkOnLoad true: 768 of 768 grey',
  'JPEG of quality 100, 4:4:4, 0 greys in the source, fastShrinkOnLoad false: 768 of 768 grey',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

#!/usr/bin/env bash
# plaiceholder 3.0.0: the placeholder of a phone's photograph lies on its side, its size too, and that of a logo is black.
#
# It gives a blurred picture, a color, CSS and the size to stand in for a picture until it has loaded. Photographs of
# phones say by EXIF how they are turned, and browsers turn them; the placeholder is made of the pixels as stored, and
# `metadata` has the stored width and height, so a page that takes both from it reserves a lying box for a standing
# picture and shows in it a lying blur. Its color is that of sharp's stats(), which leave alpha out: of a red logo on
# transparency it is the black that lies hidden under the clear pixels.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 plaiceholder@3.0.0 >/dev/null
cat >run.mjs <<'JS'
import { getPlaiceholder } from 'plaiceholder';
import sharp from 'sharp';
const canvas = (width, height, background) => sharp({ create: { width, height, channels: 4, background } });
const patch = (width, height, background) => ({ create: { width, height, channels: 3, background } });
const clear = { r: 0, g: 0, b: 0, alpha: 0 };
const pixels = async (file) => sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
const named = (data, x) => (data[3 * x] > data[3 * x + 2] ? 'red' : 'blue');

// Stored lying, the left half blue; shown standing, the upper half blue
const photograph = await canvas(40, 20, '#f00')
  .composite([{ input: patch(20, 20, '#00f'), left: 0, top: 0 }])
  .removeAlpha()
  .withMetadata({ orientation: 6 })
  .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
  .toBuffer();
const shown = await pixels(await sharp(photograph).autoOrient().png().toBuffer());
const { base64, metadata } = await getPlaiceholder(photograph, { size: 4 });
const blur = await pixels(Buffer.from(base64.split(',')[1], 'base64'));
const { width, height } = blur.info;
const logo = await canvas(100, 100, clear).composite([{ input: patch(60, 60, '#e00000') }]).png().toBuffer();
const half = await canvas(100, 100, clear).composite([{ input: patch(80, 80, '#e00000') }]).png().toBuffer();
const seen = [
  `shown ${shown.info.width}x${shown.info.height}; placeholder says ${metadata.width}x${metadata.height}`,
  `its blur ${width}x${height}, upper row from ${named(blur.data, 0)} to ${named(blur.data, width - 1)}`,
  `color of a logo on 36 %: ${(await getPlaiceholder(logo)).color.hex}, on 64 %: ${(await getPlaiceholder(half)).color.hex}`,
];
const expected = [
  'shown 20x40; placeholder says 40x20',
  'its blur 4x2, upper row from blue to red',
  'color of a logo on 36 %: #080808, on 64 %: #d80808',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

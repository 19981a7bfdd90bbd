#!/usr/bin/env bash
# @resvg/resvg-js 2.6.2: `pixels` are multiplied by their alpha, `asPng()` of the same picture are not.
#
# The type says "RGBA pixels of the image", and what takes RGBA on the web and in Node, ImageData, sharp's `raw`, PNG
# encoders, takes straight alpha. A program that hands `pixels` on to save the way through PNG gets dark edges around
# every shape and dark veils: a half-clear white becomes a half-clear grey. Opaque and wholly clear pixels are the
# same in both, so it shows at edges alone. With sharp, `raw: { premultiplied: true }` sets it right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 @resvg/resvg-js@2.6.2 >/dev/null
cat >run.mjs <<'JS'
import { Resvg } from '@resvg/resvg-js';
import sharp from 'sharp';
const first = (data) => [...data.subarray(0, 4)].join();
const seen = [];
for (const [name, opacity] of [['opaque white', 1], ['half-clear white', 0.5]]) {
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8">
<rect width="8" height="8" fill="#fff" opacity="${opacity}"/></svg>`;
  const { pixels, width, height } = new Resvg(text).render();
  const raw = { width, height, channels: 4 };
  const handed = await sharp(await sharp(pixels, { raw }).png().toBuffer()).raw().toBuffer();
  const told = await sharp(pixels, { raw: { ...raw, premultiplied: true } }).png().toBuffer();
  const byPng = await sharp(Buffer.from(new Resvg(text).render().asPng())).ensureAlpha().raw().toBuffer();
  seen.push(`${name}: asPng ${first(byPng)}; pixels ${first(pixels)}, handed to sharp ${first(handed)}`);
  seen.push(`${name}: handed over as premultiplied ${first(await sharp(told).ensureAlpha().raw().toBuffer())}`);
}
const expected = [
  'opaque white: asPng 255,255,255,255; pixels 255,255,255,255, handed to sharp 255,255,255,255',
  'opaque white: handed over as premultiplied 255,255,255,255',
  'half-clear white: asPng 255,255,255,128; pixels 128,128,128,128, handed to sharp 128,128,128,128',
  'half-clear white: handed over as premultiplied 255,255,255,128',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

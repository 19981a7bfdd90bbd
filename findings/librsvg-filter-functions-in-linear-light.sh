#!/usr/bin/env bash
# sharp 0.35.5 (librsvg 2.63.2): CSS filter functions in an SVG are calculated in linear light, and so are far too light.
#
# grayscale(), brightness(), sepia() and the others are short for <filter> elements, whose colors are linear by
# default; but the functions are calculated in sRGB (Filter Effects 1; MDN on color-interpolation-filters: "no effect
# on filter functions, which operate in the sRGB color space"). librsvg builds the elements and forgets that: half
# brightness of red is 188 in place of 128, its grey 127 in place of 54. Chromium 156 shows 54 and 128, and resvg
# agrees within 1. A drawing cannot ask for the right thing, since the property is ignored there too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 @resvg/resvg-js@2.6.2 >/dev/null
cat >run.mjs <<'JS'
import { Resvg } from '@resvg/resvg-js';
import sharp from 'sharp';
const drawing = (filter, style = '') =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8">
<rect width="8" height="8" fill="#f00" style="filter:${filter};${style}"/></svg>`;
const first = (pixels) => [...pixels.subarray(0, 3)].join();
const seen = [];
for (const [filter, style] of [
  ['brightness(0.5)'], ['brightness(0.5)', 'color-interpolation-filters:sRGB'], ['grayscale(1)'], ['sepia(1)'],
  ['contrast(0.5)'], ['invert(0.25)'],
]) {
  const text = drawing(filter, style);
  const librsvg = first(await sharp(Buffer.from(text)).ensureAlpha().raw().toBuffer());
  const resvg = first(await sharp(Buffer.from(new Resvg(text).render().asPng())).ensureAlpha().raw().toBuffer());
  seen.push(`${filter}${style ? `, ${style}` : ''}: librsvg ${librsvg}; resvg ${resvg}`);
}
const expected = [
  'brightness(0.5): librsvg 188,0,0; resvg 127,0,0',
  'brightness(0.5), color-interpolation-filters:sRGB: librsvg 188,0,0; resvg 127,0,0',
  'grayscale(1): librsvg 127,127,127; resvg 54,54,54',
  'sepia(1): librsvg 168,159,142; resvg 100,88,69',
  'contrast(0.5): librsvg 224,137,137; resvg 191,63,63',
  'invert(0.25): librsvg 224,137,137; resvg 191,63,63',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

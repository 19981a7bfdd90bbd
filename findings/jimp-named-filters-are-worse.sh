#!/usr/bin/env bash
# Jimp 1.6.1: naming a resampling filter makes a reduced picture worse than naming none.
#
# resize() without a mode averages the pixels that fall together and weighs them by their alpha, so a white page with
# a black line every ten pixels becomes light grey at a tenth, and a shape keeps its color at its edge. `mode:
# BILINEAR`, which one would take for the same or for better, samples four neighbors wherever the reduction lands: the
# page turns black, as with NEAREST_NEIGHBOR. BICUBIC, HERMITE and BEZIER average, but mix in the colors of clear
# pixels without their weight: beside a hidden green a red shape gets an olive seam. The types say of BILINEAR that it
# gives "images of higher quality and fewer artifacts" than the nearest neighbor, and of none that alpha is left out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund jimp@1.6.1 >/dev/null
cat >run.mjs <<'JS'
import { Jimp, ResizeStrategy } from 'jimp';
const picture = (side, color) => {
  const data = Buffer.alloc(side * side * 4);
  for (let i = 0; i < side * side; i++) data.set(color(i % side), 4 * i);
  return Jimp.fromBitmap({ data, width: side, height: side });
};
const page = () => picture(400, (x) => (x % 10 === 0 ? [0, 0, 0, 255] : [255, 255, 255, 255]));
const shape = () => picture(40, (x) => (x < 21 ? [200, 0, 0, 255] : [0, 255, 0, 0]));
const seen = [];
for (const mode of [undefined, ...Object.values(ResizeStrategy)]) {
  const reduced = page().resize({ w: 40, h: 40, ...(mode && { mode }) }).bitmap.data;
  const edge = shape().resize({ w: 20, h: 20, ...(mode && { mode }) }).bitmap.data;
  const middle = reduced[4 * (20 * 40 + 20)];
  seen.push(`${mode ?? 'none named'}: page ${middle}, edge ${[...edge.subarray(4 * 210, 4 * 210 + 4)].join()}`);
}
const expected = [
  'none named: page 230, edge 200,0,0,128',
  'nearestNeighbor: page 0, edge 200,0,0,255',
  'bilinearInterpolation: page 0, edge 200,0,0,255',
  'bicubicInterpolation: page 223, edge 165,61,0,194',
  'hermiteInterpolation: page 226, edge 160,60,0,195',
  'bezierInterpolation: page 225, edge 163,60,0,195',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

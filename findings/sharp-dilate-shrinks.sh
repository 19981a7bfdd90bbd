#!/usr/bin/env bash
# sharp 0.35.5: dilate() makes bright shapes smaller, erode() makes them larger, and both mix grey levels bit by bit.
#
# The documentation says "expand foreground objects using the dilate morphological operator" and "shrink foreground
# objects" of erode(). Dilation takes the largest value around a pixel in textbooks, in OpenCV and in feMorphology of
# SVG. That of sharp lets black grow, so the foreground is what is dark. And it is no smallest value either, but that
# of each bit: where a grey of 127 meets one of 128, dilate() draws a black line and erode() a white one. Alpha is one
# more channel to it: dilate() eats the edge of a shape on transparency; erode() lets it grow, in colors that nobody
# painted, since every channel goes by itself: red beside a hidden green gets a seam of opaque yellow.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >run.mjs <<'JS'
import sharp from 'sharp';
const SIDE = 20;
/** A square of 8 x 8 in the middle of a ground. */
const square = (inside, around) => {
  const data = Buffer.alloc(SIDE * SIDE * inside.length);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    data.set(x >= 6 && x < 14 && y >= 6 && y < 14 ? inside : around, i * inside.length);
  }
  return sharp(data, { raw: { width: SIDE, height: SIDE, channels: inside.length } });
};
const width = async (pipeline, belongs) => {
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  const row = Array.from({ length: SIDE }, (_, x) => data.subarray((10 * SIDE + x) * info.channels));
  return row.filter(belongs).length;
};
const white = () => square([255, 255, 255], [0, 0, 0]);
const shape = () => square([200, 0, 0, 255], [0, 255, 0, 0]);
const bright = (pixel) => pixel[0] > 127;
const opaque = (pixel) => pixel[3] > 127;
const grown = await shape().erode(2).raw().toBuffer();
const grey = (pipeline) => pipeline.raw().toBuffer();
const levels = () => square([128, 128, 128], [127, 127, 127]);
const edge = (data) => [4, 5, 6, 9].map((x) => data[3 * (10 * SIDE + x)]).join();
const seen = [
  `greys 127,127,128,128 at an edge: dilate(1) ${edge(await grey(levels().dilate(1)))}, erode(1) ${edge(await grey(levels().erode(1)))}`,
  `white square of 8 on black: dilate(2) ${await width(white().dilate(2), bright)}, erode(2) ${await width(white().erode(2), bright)}`,
  `red square of 8 on transparency: dilate(2) ${await width(shape().dilate(2), opaque)}, erode(2) ${await width(shape().erode(2), opaque)}`,
  `what erode(2) added to the red one: ${[...grown.subarray(4 * (10 * SIDE + 5), 4 * (10 * SIDE + 5) + 4)].join()}`,
];
const expected = [
  'greys 127,127,128,128 at an edge: dilate(1) 127,0,0,128, erode(1) 127,255,255,128',
  'white square of 8 on black: dilate(2) 4, erode(2) 12',
  'red square of 8 on transparency: dilate(2) 4, erode(2) 12',
  'what erode(2) added to the red one: 200,255,0,255',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7, librsvg 2.63.2): SVG lengths in absolute units grow with the square of the density.
#
# The option `density` is the usual way to rasterise an SVG larger. One expects 1in at density 144 to be
# 144 pixels. libvips enlarges the drawing by density / 72, and librsvg resolves absolute units by the same density
# once more: 1in comes out as 288 pixels, and inside a view box a bar of 1in is drawn twice as long, in
# proportion, as a bar of 96 user units, though CSS makes both equal (CSS Values and Units 3, section 6.2).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >run.mjs <<'JS'
import sharp from 'sharp';
const svg = (root, body = '') => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${root}>${body}</svg>`);
const sides = [];
for (const density of [72, 96, 144]) {
  const inch = await sharp(svg('width="1in" height="1in"'), { density }).metadata();
  const pixels = await sharp(svg('width="96" height="96"'), { density }).metadata();
  sides.push(`${density}: 1in ${inch.width}, 96 ${pixels.width}`);
}
const bar = async (length) => {
  const drawing = svg('width="400" height="10" viewBox="0 0 400 10"', `<rect width="${length}" height="10"/>`);
  const { data, info } = await sharp(drawing, { density: 144 }).extractChannel(3).raw().toBuffer({ resolveWithObject: true });
  return data.subarray(0, info.width).filter((alpha) => alpha > 127).length;
};
const seen = [...sides, `bars at 144: 1in ${await bar('1in')}, 96 ${await bar('96')}`].join('\n');
const expected = ['72: 1in 72, 96 96', '96: 1in 128, 96 128', '144: 1in 288, 96 192', 'bars at 144: 1in 288, 96 192'].join('\n');
console.log(seen);
if (seen !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

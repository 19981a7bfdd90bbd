#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7): the same numbers in a TIFF of floats are light as RGB and black as grey.
#
# Renderers, scanners and scientific programs write samples of 32-bit floats (SampleFormat 3) with black at 0 and
# white at 1. libvips takes three of them for linear light: 0.5 becomes 188. One of them it takes for a number of 0 to
# 255: 0.5 is 0, and a whole grey picture from 0 to 1 comes out black, 0 or 1, without a warning; its alpha of 1.0 is
# 1 of 255 and so clear, where that of RGB is 255. One expects one meaning of white in one format. metadata() tells
# them apart: space is scrgb or b-w.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >run.mjs <<'JS'
import sharp from 'sharp';
const SIDE = 4;
/** A TIFF of one strip, each pixel the floats `pixel`. Every list of its directory lies behind it. */
function tiff(photometric, pixel, extra) {
  const data = Buffer.alloc(4 * SIDE * SIDE * pixel.length);
  for (let i = 0; i < SIDE * SIDE * pixel.length; i++) data.writeFloatLE(pixel[i % pixel.length], 4 * i);
  const tags = [
    [256, SIDE], [257, SIDE], [258, ...pixel.map(() => 32)], [259, 1], [262, photometric], [273, 8],
    [277, pixel.length], [278, SIDE], [279, data.length], ...(extra ? [[338, 2]] : []), [339, ...pixel.map(() => 3)],
  ];
  const start = 8 + data.length;
  const directory = Buffer.alloc(2 + 12 * tags.length + 4);
  directory.writeUInt16LE(tags.length, 0);
  let behind = start + directory.length;
  const lists = [];
  tags.forEach(([tag, ...values], i) => {
    const list = Buffer.alloc(Math.max(4, 2 * values.length));
    values.forEach((value, k) => list.writeUInt16LE(value, 2 * k));
    const at = 2 + 12 * i;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(3, at + 2);
    directory.writeUInt32LE(values.length, at + 4);
    if (list.length === 4) return list.copy(directory, at + 8);
    directory.writeUInt32LE(behind, at + 8);
    behind += list.length;
    lists.push(list);
  });
  const header = Buffer.from([0x49, 0x49, 42, 0, start & 255, start >> 8, 0, 0]);
  return Buffer.concat([header, data, directory, ...lists]);
}
const seen = [];
for (const [name, file] of [
  ['RGB 0.5', tiff(2, [0.5, 0.5, 0.5])],
  ['RGB 1.0 and alpha 1.0', tiff(2, [1, 1, 1, 1], true)],
  ['grey 0.5', tiff(1, [0.5])],
  ['grey 1.0', tiff(1, [1])],
  ['grey 1.0 and alpha 1.0', tiff(1, [1, 1], true)],
  ['grey 200', tiff(1, [200])],
]) {
  const { space } = await sharp(file).metadata();
  const { data, info } = await sharp(await sharp(file).png().toBuffer()).raw().toBuffer({ resolveWithObject: true });
  seen.push(`${name}: space ${space}, as PNG ${[...data.subarray(0, info.channels)].join()}`);
}
const expected = [
  'RGB 0.5: space scrgb, as PNG 188,188,188',
  'RGB 1.0 and alpha 1.0: space scrgb, as PNG 255,255,255,255',
  'grey 0.5: space b-w, as PNG 0,0,0',
  'grey 1.0: space b-w, as PNG 1,1,1',
  'grey 1.0 and alpha 1.0: space b-w, as PNG 1,1,1,1',
  'grey 200: space b-w, as PNG 200,200,200',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7): a fourth sample of a TIFF is transparency, whatever the file says that it is.
#
# TIFF 6.0 names samples behind the colors by ExtraSamples: 0 is unspecified, 1 and 2 are alpha. A mask, a saved
# selection or a spot color is one of kind 0 and is not to be seen. libvips looks at the number of samples: three and
# one more are RGBA, hasAlpha is true, and a picture with a saved selection comes out cut out by it, wholly clear
# where nothing was selected. Where both are there, the unspecified sample first and alpha behind it, the first is
# taken for alpha and the true one is not seen. Only kind 1 is told apart, to divide by it. Grey and CMYK behave
# alike. (libtiff's RGBA reader has a workaround that also guesses alpha, but of more than three samples only, and so
# not of grey.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >run.mjs <<'JS'
import sharp from 'sharp';
const SIDE = 4;
/** A TIFF of one strip, each pixel `pixel`, the last samples of the kinds `extra`. */
function tiff(photometric, pixel, extra) {
  const data = Buffer.from(Array.from({ length: SIDE * SIDE }, () => pixel).flat());
  const tags = [
    [256, SIDE], [257, SIDE], [258, ...pixel.map(() => 8)], [259, 1], [262, photometric], [273, 8],
    [277, pixel.length], [278, SIDE], [279, data.length], [338, ...extra],
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
  ['RGB and alpha 0', tiff(2, [200, 120, 40, 0], [2])],
  ['RGB and unspecified 0', tiff(2, [200, 120, 40, 0], [0])],
  ['RGB, unspecified 0, alpha 255', tiff(2, [200, 120, 40, 0, 255], [0, 2])],
  ['grey and unspecified 0', tiff(1, [200, 0], [0])],
  ['CMYK and unspecified 0', tiff(5, [0, 0, 0, 0, 0], [0])],
]) {
  const { hasAlpha } = await sharp(file).metadata();
  const { data, info } = await sharp(await sharp(file).png().toBuffer()).raw().toBuffer({ resolveWithObject: true });
  seen.push(`${name}: hasAlpha ${hasAlpha}, as PNG ${[...data.subarray(0, info.channels)].join()}`);
}
const expected = [
  'RGB and alpha 0: hasAlpha true, as PNG 200,120,40,0',
  'RGB and unspecified 0: hasAlpha true, as PNG 200,120,40,0',
  'RGB, unspecified 0, alpha 255: hasAlpha true, as PNG 200,120,40,0',
  'grey and unspecified 0: hasAlpha true, as PNG 200,200,200,0',
  'CMYK and unspecified 0: hasAlpha true, as PNG 255,255,255,0',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

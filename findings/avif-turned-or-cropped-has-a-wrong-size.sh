#!/usr/bin/env bash
# image-size 2.1.0, probe-image-size 7.5.0: of an AVIF that is cropped or turned they say what is wrong.
#
# AVIF and HEIC turn by an irot property and crop by clap (MIAF, ISO/IEC 23000-22), and decoders apply both, so that a
# browser shows 20 x 40 for a stored 40 x 20 with irot 1, and 20 x 10 where clap says so. Sites put sizes from such
# libraries into their markup. clap is four fractions, here 20/1 wide and 10/1 high; image-size takes the denominator
# of the first one for a number of columns to be cut off and says 39 x 20, which is neither the stored nor the shown
# size. Of the turned file it gives 40 x 20 without the orientation that it gives of a turned JPEG. probe-image-size
# documents the stored size and an orientation beside it, but turns the wrong way: irot 1 is a quarter anticlockwise,
# 8 in EXIF; it says 6, and who goes by that has the picture on its head. sharp 0.35.5 (libheif) applies both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 image-size@2.1.0 probe-image-size@7.5.0 >/dev/null
cat >run.mjs <<'JS'
import { imageSize } from 'image-size';
import probe from 'probe-image-size';
import sharp from 'sharp';

/** The file with one property more, essential to its only item, whose base offset is that of libheif's iloc, 4 bytes. */
function withProperty(file, property) {
  const at = (name) => file.indexOf(name) - 4;
  const [meta, iloc, iprp, ipco, ipma] = ['meta', 'iloc', 'iprp', 'ipco', 'ipma'].map(at);
  const end = ipco + file.readUInt32BE(ipco);
  let properties = 0;
  for (let box = ipco + 8; box < end; box += file.readUInt32BE(box)) properties++;
  const count = ipma + 18;
  const after = count + 1 + file[count];
  const association = Buffer.from([0x80 | (properties + 1)]);
  const counted = Buffer.from(file);
  counted[count] += 1;
  const grow = (where, bytes) => counted.writeUInt32BE(counted.readUInt32BE(where) + bytes, where);
  grow(meta, property.length + 1);
  grow(iprp, property.length + 1);
  grow(ipco, property.length);
  grow(ipma, 1);
  grow(iloc + ILOC_OFFSET, property.length + 1);
  return Buffer.concat([counted.subarray(0, end), property, counted.subarray(end, after), association, counted.subarray(after)]);
}
const ILOC_OFFSET = 20;
const longs = (...numbers) => {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, i) => bytes.writeInt32BE(number, 4 * i));
  return bytes;
};
const irot = Buffer.concat([longs(9), Buffer.from('irot'), Buffer.from([1])]);
const clap = Buffer.concat([longs(40), Buffer.from('clap'), longs(20, 1, 10, 1, 0, 1, 0, 1)]);

// The left half blue, the right half red
const pixels = Buffer.alloc(40 * 20 * 3);
for (let i = 0; i < 40 * 20; i++) pixels[3 * i + (i % 40 < 20 ? 2 : 0)] = 255;
const stored = await sharp(pixels, { raw: { width: 40, height: 20, channels: 3 } })
  .avif({ lossless: true, effort: 0 })
  .toBuffer();
const color = (data) => (data[0] > data[2] ? 'red' : 'blue');
const seen = [];
for (const [name, file] of [
  ['stored', stored], ['irot 1', withProperty(stored, irot)], ['clap 20 x 10', withProperty(stored, clap)],
]) {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const one = imageSize(file);
  const two = probe.sync(file);
  seen.push(
    `${name}: decoded ${info.width}x${info.height}, ${color(data)} first; image-size ${one.width}x${one.height} orientation ${one.orientation}; ` +
      `probe-image-size ${two.width}x${two.height} orientation ${two.orientation}`,
  );
}
for (const orientation of [6, 8]) {
  const turned = await sharp(stored).withMetadata({ orientation }).png().toBuffer();
  const { data, info } = await sharp(turned).autoOrient().raw().toBuffer({ resolveWithObject: true });
  seen.push(`by EXIF orientation ${orientation}: ${info.width}x${info.height}, ${color(data)} first`);
}
const expected = [
  'stored: decoded 40x20, blue first; image-size 40x20 orientation undefined; probe-image-size 40x20 orientation undefined',
  'irot 1: decoded 20x40, red first; image-size 40x20 orientation undefined; probe-image-size 40x20 orientation 6',
  'clap 20 x 10: decoded 20x10, blue first; image-size 39x20 orientation undefined; probe-image-size 40x20 orientation undefined',
  'by EXIF orientation 6: 20x40, blue first',
  'by EXIF orientation 8: 20x40, red first',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

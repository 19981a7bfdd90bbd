#!/usr/bin/env bash
# sharp 0.35.5: raw pixels handed back with the info they came with are divided by their alpha a second time.
#
# `toBuffer({ resolveWithObject: true })` gives raw pixels and an `info` whose width, height and channels are the
# names that the `raw` option takes, so code passes it on: sharp(data, { raw: info }). After a resize of a picture with
# alpha that info also says `premultiplied: true`, which means "premultiplication was used on the way": the pixels
# themselves are not premultiplied any more. The option of the same name means "these pixels are premultiplied".
# So the second pipeline un-premultiplies what is straight already: half-clear (200,120,40) becomes (255,237,77),
# without an error, in every format. Without a resize before, or with the three names alone, nothing happens.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >run.mjs <<'JS'
import sharp from 'sharp';
const pixels = Buffer.from(Array.from({ length: 64 }, () => [200, 120, 40, 128]).flat());
const raw = { width: 8, height: 8, channels: 4 };
const first = (buffer) => [...buffer.subarray(0, 4)].join(',');
const decoded = async (pipeline) => first(await sharp(await pipeline.png().toBuffer()).raw().toBuffer());
const seen = [];
for (const [name, pipeline] of [
  ['resized', sharp(pixels, { raw }).resize(4, 4)],
  ['not resized', sharp(pixels, { raw })],
]) {
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels, premultiplied } = info;
  const again = await decoded(sharp(data, { raw: info }));
  const named = await decoded(sharp(data, { raw: { width, height, channels } }));
  seen.push(`${name}: pixels ${first(data)}, premultiplied ${premultiplied}; with the info ${again}, with three names ${named}`);
}
const expected = [
  'resized: pixels 199,119,39,128, premultiplied true; with the info 255,237,77,128, with three names 199,119,39,128',
  'not resized: pixels 200,120,40,128, premultiplied false; with the info 200,120,40,128, with three names 200,120,40,128',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

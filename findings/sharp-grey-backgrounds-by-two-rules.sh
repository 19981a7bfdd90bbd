#!/usr/bin/env bash
# sharp 0.35.5: a grey picture makes every background grey, and red of flatten() is white where red of extend() is dark.
#
# A file of grey and alpha is what optimizers make of a black or white logo. `background` is documented as a color,
# and one expects the logo on red, as happens with the same pixels stored as RGB. Of grey files nothing is turned to
# color: flatten() takes the red part of the background for its grey, so that red is white and blue black, and a black
# logo on blue is wholly black; extend(), resize() with `contain` and rotate() take the luminance, 54 and 18.
# toColourspace('srgb') does not help, since it comes last; pipelineColourspace('srgb') does, and so does compositing
# over a canvas of that color.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >run.mjs <<'JS'
import sharp from 'sharp';
const create = { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } };
const colored = await sharp({ create }).png().toBuffer();
const grey = await sharp({ create }).toColourspace('b-w').png().toBuffer();
const first = async (pipeline) => {
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray(0, info.channels)].join();
};
const seen = [];
for (const [name, file] of [['RGB', colored], ['grey', grey]]) {
  const { channels } = await sharp(file).metadata();
  for (const background of ['#f00', '#00f', '#3c8']) {
    seen.push(`clear, ${name} (${channels} channels), flattened on ${background}: ${await first(sharp(file).flatten({ background }))}`);
  }
}
for (const background of ['#f00', '#00f']) {
  const under = { create: { width: 8, height: 8, channels: 3, background } };
  seen.push(
    `grey on ${background}: extended ${await first(sharp(grey).extend({ left: 8, background }))}`,
    `grey on ${background}: contained ${await first(sharp(grey).resize(16, 8, { fit: 'contain', background }))}`,
    `grey on ${background}: rotated ${await first(sharp(grey).rotate(45, { background }))}`,
    `grey on ${background}: toColourspace('srgb') ${await first(sharp(grey).toColourspace('srgb').flatten({ background }))}`,
    `grey on ${background}: pipelineColourspace('srgb') ${await first(sharp(grey).pipelineColourspace('srgb').flatten({ background }))}`,
    `grey on ${background}: composited ${await first(sharp(under).composite([{ input: grey }]))}`,
  );
}
const expected = [
  'clear, RGB (4 channels), flattened on #f00: 255,0,0',
  'clear, RGB (4 channels), flattened on #00f: 0,0,255',
  'clear, RGB (4 channels), flattened on #3c8: 51,204,136',
  'clear, grey (2 channels), flattened on #f00: 255,255,255',
  'clear, grey (2 channels), flattened on #00f: 0,0,0',
  'clear, grey (2 channels), flattened on #3c8: 51,51,51',
  'grey on #f00: extended 54,54,54,255',
  'grey on #f00: contained 54,54,54,255',
  'grey on #f00: rotated 54,54,54,255',
  "grey on #f00: toColourspace('srgb') 255,255,255",
  "grey on #f00: pipelineColourspace('srgb') 255,0,0",
  'grey on #f00: composited 255,0,0,255',
  'grey on #00f: extended 18,18,18,255',
  'grey on #00f: contained 18,18,18,255',
  'grey on #00f: rotated 18,18,18,255',
  "grey on #00f: toColourspace('srgb') 0,0,0",
  "grey on #00f: pipelineColourspace('srgb') 0,0,255",
  'grey on #00f: composited 0,0,255,255',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

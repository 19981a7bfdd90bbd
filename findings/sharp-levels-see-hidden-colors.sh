#!/usr/bin/env bash
# sharp 0.35.5: normalise() depends on the colors of wholly clear pixels; threshold() and clahe() change alpha.
#
# Two PNG files that look the same, since they differ only under alpha 0, come out of normalise() as different
# pictures: the levels are stretched from the darkest to the lightest of all pixels, the clear ones included. A grey
# of 100 becomes 9, 2 or 179 by what an editor left there: black makes a cut-out product pale, white makes it dark.
# threshold(), which converts to grey by default, also cuts alpha at the same number: a shadow of 40 % becomes solid
# or vanishes. clahe() evens alpha out like a channel of color, and what was clear becomes visible.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >run.mjs <<'JS'
import sharp from 'sharp';
const SIDE = 40;
/** The left half a ramp of greys from 100 to 138, the right half clear, with `hidden` under it. */
const cutOut = (hidden) => {
  const data = Buffer.alloc(SIDE * SIDE * 4);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const x = i % SIDE;
    const grey = x < SIDE / 2 ? 100 + 2 * x : hidden;
    data.set([grey, grey, grey, x < SIDE / 2 ? 255 : 0], 4 * i);
  }
  return sharp(data, { raw: { width: SIDE, height: SIDE, channels: 4 } });
};
const at = async (pipeline, x) => {
  const data = await pipeline.raw().toBuffer();
  return data.subarray(4 * (10 * SIDE + x), 4 * (10 * SIDE + x) + 4);
};
const seen = [];
for (const hidden of [0, 120, 255]) {
  const first = await at(cutOut(hidden).normalise(), 0);
  const last = await at(cutOut(hidden).normalise(), 19);
  seen.push(`normalise(), ${hidden} hidden: 100 becomes ${first[0]}, 138 becomes ${last[0]}`);
}
const shadow = { create: { width: SIDE, height: SIDE, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.4 } } };
for (const level of [100, 128]) {
  seen.push(`threshold(${level}) of alpha 102: ${(await at(sharp(shadow).threshold(level), 0))[3]}`);
}
const evened = await at(cutOut(0).clahe({ width: 10, height: 10 }), 30);
seen.push(`clahe() of alpha 0: ${evened[3] > 0 ? 'visible' : 'clear'}`);
const expected = [
  'normalise(), 0 hidden: 100 becomes 179, 138 becomes 252',
  'normalise(), 120 hidden: 100 becomes 9, 138 becomes 246',
  'normalise(), 255 hidden: 100 becomes 2, 138 becomes 63',
  'threshold(100) of alpha 102: 255',
  'threshold(128) of alpha 102: 0',
  'clahe() of alpha 0: visible',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

#!/usr/bin/env bash
# sharp 0.35.5 (libheif 1.23.5, aom 3.15.1): the quality of an AVIF is that of its alpha too.
#
# WebP keeps alpha without loss at any quality (`alphaQuality` is 100 by default), and one expects the like of
# AVIF, whose reference encoder codes alpha at its best by default. sharp has no such option for AVIF: a shape
# of one color on transparency, which survives any quality as a WebP, becomes a grey haze as an AVIF of low
# quality. Pixels that were wholly clear come back visible.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >run.mjs <<'JS'
import sharp from 'sharp';
const shape = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="240" height="100"><g fill="none" stroke="#123a7a">
<circle cx="50" cy="50" r="34" stroke-width="14"/><path d="M110 84 C124 10 146 10 156 60 S186 84 200 24" stroke-width="7"/></g></svg>`);
const before = await sharp(shape).ensureAlpha().extractChannel(3).raw().toBuffer();
const hazy = async (format, options) => {
  const file = await sharp(shape).toFormat(format, options).toBuffer();
  const after = await sharp(file).ensureAlpha().extractChannel(3).raw().toBuffer();
  let [clear, seen] = [0, 0];
  before.forEach((alpha, i) => {
    if (alpha !== 0) return;
    clear++;
    if (after[i] > 2) seen++;
  });
  return seen / clear;
};
const [avif, webp] = [await hazy('avif', { quality: 5, effort: 1 }), await hazy('webp', { quality: 5 })];
console.log(`clear pixels that come back visible: AVIF ${(100 * avif).toFixed(0)} %, WebP ${(100 * webp).toFixed(0)} %`);
if (avif < 0.1 || webp > 0) {
  console.error('changed; it was more than 10 % and 0 %');
  process.exit(1);
}
JS
node run.mjs

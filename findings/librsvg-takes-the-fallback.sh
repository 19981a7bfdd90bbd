#!/usr/bin/env bash
# sharp 0.35.5 (librsvg 2.63.2): of var(--name, fallback) an SVG shows the fallback, also where --name is defined.
#
# CSS Custom Properties 1, section 3, puts the fallback in place only where the property has no value. librsvg accepts the
# function and parses its second argument, but never looks the first one up: a drawing whose theme defines its colors
# at the root comes out in the colors that were meant for the case without one, without an error. Without a fallback the declaration is
# dropped, as if it were not there, and shapes become black. Icon sets that work in a browser with and without a theme
# (fill="var(--ci-primary-color, currentcolor)") so look right by chance until somebody sets the property.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >run.mjs <<'JS'
import sharp from 'sharp';
const drawing = (css, rect) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><style>${css}</style><rect width="8" height="8" ${rect}/></svg>`;
const cases = {
  'not defined, with a fallback': drawing('', 'fill="var(--x, #00f)"'),
  'defined at the root, with a fallback': drawing(':root{--x:#f00}', 'fill="var(--x, #00f)"'),
  'defined by the same rule, with a fallback': drawing('rect{--x:#f00;fill:var(--x,#00f)}', ''),
  'defined at the root, without one': drawing(':root{--x:#f00}rect{fill:var(--x)}', ''),
  'a fallback in a fallback': drawing('', 'fill="var(--x, var(--y, #00f))"'),
};
const seen = [`librsvg ${sharp.versions.rsvg}`];
for (const [name, text] of Object.entries(cases)) {
  const data = await sharp(Buffer.from(text)).ensureAlpha().raw().toBuffer();
  seen.push(`${name}: ${data.subarray(0, 4).join()}`);
}
const expected = [
  'librsvg 2.63.2',
  'not defined, with a fallback: 0,0,255,255',
  'defined at the root, with a fallback: 0,0,255,255',
  'defined by the same rule, with a fallback: 0,0,255,255',
  'defined at the root, without one: 0,0,0,255',
  'a fallback in a fallback: 0,0,0,255',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7, libheif 1.23.5): of a grey AVIF of limited range black comes out as 16 and white as 235.
#
# An AVIF says by full_range_flag (in its nclx box and in the AV1 sequence header) whether luma runs from 0 to 255 or,
# as in video, from 16 to 235. libheif stretches the latter for 4:2:0 and 4:4:4. A picture of luma alone (monochrome,
# 4:0:0), as video programs write from grey frames, is handed on as it is: grey pages and drawings turn pale, without
# an error, while the same picture with its chroma is right. libavif, here in @jsquash/avif 2.1.1, stretches both, and
# so do browsers that are built on it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 @jsquash/avif@2.1.1 >/dev/null
cat >run.mjs <<'JS'
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import decode, { init as initDecode } from '@jsquash/avif/decode.js';
import encode, { init as initEncode } from '@jsquash/avif/encode.js';
import sharp from 'sharp';

const folder = dirname(createRequire(import.meta.url).resolve('@jsquash/avif/decode.js'));
const compiled = async (name) => WebAssembly.compile(await readFile(join(folder, name)));
await initEncode(await compiled('codec/enc/avif_enc.wasm'));
await initDecode(await compiled('codec/dec/avif_dec.wasm'));
globalThis.ImageData ??= class {
  constructor(data, width, height) {
    Object.assign(this, { data, width, height });
  }
};
const SIDE = 64;
// Luma from 16 to 235 in steps: what a limited range uses, and what it says is black and white
const pixels = new Uint8ClampedArray(SIDE * SIDE * 4);
for (let i = 0; i < SIDE * SIDE; i++) {
  const luma = i % SIDE < 21 ? 16 : i % SIDE < 42 ? 126 : 235;
  pixels.set([luma, luma, luma, 255], 4 * i);
}
/** Says limited in both places. In a short header of a 64 x 64 picture the flag is bit 63 (AV1 specification, 5.5.2). */
function limited(file) {
  const changed = Buffer.from(file);
  changed[changed.indexOf('nclx') + 10] = 0;
  const header = changed.indexOf(Buffer.from('12000a09', 'hex')) + 4;
  if (header < 4 || (changed[header + 7] & 1) !== 1) throw new Error('expected a short header of full range');
  changed[header + 7] &= 0xfe;
  return changed;
}
const steps = (data) => [10, 30, 50].map((x) => data[4 * x]).join();
const seen = [];
for (const [name, subsample] of [['grey (4:0:0)', 0], ['with chroma (4:2:0)', 1]]) {
  const full = Buffer.from(await encode(new ImageData(pixels, SIDE, SIDE), { quality: 100, subsample }));
  for (const [range, file] of [['full', full], ['limited', limited(full)]]) {
    const bySharp = steps(await sharp(file).ensureAlpha().raw().toBuffer());
    const { data } = await decode(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
    seen.push(`${name}, ${range}: sharp ${bySharp}; libavif ${steps(data)}`);
  }
}
const expected = [
  'grey (4:0:0), full: sharp 16,126,235; libavif 16,126,235',
  'grey (4:0:0), limited: sharp 16,126,235; libavif 0,128,255',
  'with chroma (4:2:0), full: sharp 16,126,235; libavif 16,126,235',
  'with chroma (4:2:0), limited: sharp 0,129,255; libavif 0,128,255',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

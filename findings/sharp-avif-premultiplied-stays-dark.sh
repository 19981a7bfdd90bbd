#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18, libheif 1.23): an AVIF whose colors are stored multiplied by their alpha comes out dark.
#
# MIAF (ISO/IEC 23000-22, 7.3.5.2) lets a file say by an item reference `prem` that its colors are multiplied by the
# alpha beside them; `avifenc --premultiply` writes such files. libavif divides when it decodes, so browsers and
# @jsquash/avif 2.1.1 show the straight color. libheif hands the pixels on as they are and answers
# heif_image_is_premultiplied_alpha() with yes; libvips does not ask, and sharp gives the multiplied values as straight
# ones, without a warning: a half-clear (200,120,40) becomes (100,60,20), which over white is a dark brown, not a light one.
# metadata() says nothing of it, so a program has to look for the reference itself. For TIFF (ExtraSamples 1) the
# same library divides.
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
import decode, { init } from '@jsquash/avif/decode.js';
import sharp from 'sharp';

const pixels = Buffer.from(Array.from({ length: 64 * 64 }, () => [100, 60, 20, 128]).flat());
const raw = { width: 64, height: 64, channels: 4 };
const plain = await sharp(pixels, { raw }).avif({ lossless: true, effort: 0 }).toBuffer();

// A reference of kind `prem` from item 1, the colors, to item 2, the alpha; what lies behind it moves by its 14 bytes
const reference = Buffer.from('0000000e7072656d000100010002', 'hex');
const at = (name) => plain.indexOf(name) - 4;
const [meta, iref, iloc] = [at('meta'), at('iref'), at('iloc')];
const end = iref + plain.readUInt32BE(iref);
const multiplied = Buffer.concat([plain.subarray(0, end), reference, plain.subarray(end)]);
for (const where of [meta, iref, iloc + 20, iloc + 38]) {
  multiplied.writeUInt32BE(multiplied.readUInt32BE(where) + reference.length, where);
}

const folder = dirname(createRequire(import.meta.url).resolve('@jsquash/avif/decode.js'));
await init(await WebAssembly.compile(await readFile(join(folder, 'codec/dec/avif_dec.wasm'))));
globalThis.ImageData ??= class {
  constructor(data, width, height) {
    Object.assign(this, { data, width, height });
  }
};
const first = (bytes) => [...bytes.subarray(0, 4)].join(',');
const seen = [];
for (const [name, file] of [['plain', plain], ['prem', multiplied]]) {
  const bySharp = first(await sharp(file).raw().toBuffer());
  const { buffer, byteOffset, byteLength } = file;
  const byLibavif = first((await decode(buffer.slice(byteOffset, byteOffset + byteLength))).data);
  seen.push(`${name}: sharp ${bySharp}; libavif ${byLibavif}`);
}
const expected = [
  'plain: sharp 100,60,20,128; libavif 100,60,20,128',
  'prem: sharp 100,60,20,128; libavif 199,120,40,128',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

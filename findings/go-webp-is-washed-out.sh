#!/usr/bin/env bash
# golang.org/x/image 0.48.0: a lossy WebP comes out pale, white as 235 and black as 16.
#
# VP8 in WebP stores luma from 16 to 235 (RFC 6386, section 9.2, and BT.601), and libwebp stretches it to 0 to 255.
# The decoder of Go's extended library hands the planes out as an image.YCbCr, whose colors are by definition those of
# JFIF, which use 0 to 255, and nothing stretches them: every picture read so loses its white and its black, without
# an error, and an image server in Go that re-encodes it keeps that for good. A lossless WebP, which stores RGB, is
# right, so a test with one of these shows nothing. With alpha (image.NYCbCrA) it is the same. Needs Go beside Node.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >make.mjs <<'JS'
import sharp from 'sharp';
const colors = { white: '#fff', grey: '#808080', black: '#000' };
for (const [name, background] of Object.entries(colors)) {
  const create = { width: 16, height: 16, channels: 3, background };
  for (const [way, options] of [['lossy', { quality: 100 }], ['lossless', { lossless: true }]]) {
    const file = `${name}-${way}.webp`;
    await sharp({ create }).webp(options).toFile(file);
    console.log(`libwebp ${file}: ${(await sharp(file).raw().toBuffer())[0]}`);
  }
}
await sharp({ create: { width: 16, height: 16, channels: 4, background: { r: 255, g: 255, b: 255, alpha: 0.5 } } })
  .webp({ quality: 100 })
  .toFile('veil-lossy.webp');
console.log(`libwebp veil-lossy.webp: ${(await sharp('veil-lossy.webp').raw().toBuffer())[0]}`);
JS
cat >read.go <<'GO'
package main

import (
	"fmt"
	"image/color"
	"os"

	"golang.org/x/image/webp"
)

func main() {
	for _, name := range os.Args[1:] {
		file, err := os.Open(name)
		if err != nil {
			panic(err)
		}
		picture, err := webp.Decode(file)
		if err != nil {
			panic(err)
		}
		fmt.Printf("Go %s: %d\n", name, color.NRGBAModel.Convert(picture.At(8, 8)).(color.NRGBA).R)
	}
}
GO
printf 'module washed\n\ngo 1.24\n' >go.mod
go get golang.org/x/image@v0.48.0 2>/dev/null
node make.mjs >seen
go run read.go white-lossy.webp grey-lossy.webp black-lossy.webp veil-lossy.webp white-lossless.webp black-lossless.webp >>seen
cat >expected <<'TXT'
libwebp white-lossy.webp: 255
libwebp white-lossless.webp: 255
libwebp grey-lossy.webp: 128
libwebp grey-lossless.webp: 128
libwebp black-lossy.webp: 0
libwebp black-lossless.webp: 0
libwebp veil-lossy.webp: 255
Go white-lossy.webp: 235
Go grey-lossy.webp: 126
Go black-lossy.webp: 16
Go veil-lossy.webp: 235
Go white-lossless.webp: 255
Go black-lossless.webp: 0
TXT
cat seen
cmp -s seen expected || { echo 'changed; it was:' >&2; cat expected >&2; exit 1; }

/**
 * Every file of the corpus of formats opens: upright, with its size and its colors, or an answer that says what
 * is missing. Held against the decoders of libvips, where they read the format and mean the same.
 */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { corpus } from '../../src/base/corpus.suite.ts';
import { flatten } from '../../src/raster/compositing.ts';
import { still } from '../../src/raster/pixels.ts';
import { meanDeltaE } from '../support/delta-e.ts';
import { decode } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const files = [...corpus('formats'), ...corpus('animated')];

/** What is answered in place of a picture. */
const REFUSED: Readonly<Record<string, RegExp>> = { 'jpeg-12bit.jpg': /8 bits per sample, got 12/ };

/** Sizes of files that sharp does not read here, or not as they are shown, by eye and by other decoders. */
const SIZES: Readonly<Record<string, readonly [width: number, height: number]>> = {
  'bmp-24bit.bmp': [128, 128],
  'heic-8bit.heic': [640, 427],
  'heic-alpha.heif': [202, 259],
  'ico-multi-size.ico': [48, 48],
  'jxl-photo.jxl': [606, 500],
  'newtons-cradle.jxl': [480, 360],
  'pdf-sheet-music.pdf': [595, 842],
  'pdf-vector-chart.pdf': [405, 301],
  'rgb-8bit-sequence.avif': [150, 150],
  'svg-no-size-viewbox.svg': [200, 200],
};

/** Files whose colors libvips alone does not show as browsers do: HDR, inks without a profile, PNG of linear light (gAMA). */
const OTHER_COLORS = new Set([
  'avif-10bit-hdr-p3.avif',
  'png-16bit-rgba.png',
  'png-interlaced-16bit-rgba.png',
  'png-palette-trns.png',
  'jpeg-ycck.jpg',
  'tiff-cmyk-jpeg-tiled.tif',
]);

const WHITE = { red: 255, green: 255, blue: 255 };

/** CIEDE2000, the mean over all pixels. */
const MOST = 2;

describe.skipIf(files.length === 0)('files of the corpus', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({
      pictures: Object.fromEntries(files.map(({ name, path }) => [name, readFileSync(path)])),
      latency: '30s',
    });
  });
  afterAll(() => server?.stop());

  test.each(files)(
    '$name',
    async ({ name, path }) => {
      const answer = await server.ask(`/imgix/${name}?fm=png&cs=tinysrgb`);
      const refused = REFUSED[name];
      if (refused !== undefined) {
        expect([415, 422]).toContain(answer.status);
        expect(answer.body.toString()).toMatch(refused);
        return;
      }
      expect(answer.status).toBe(200);
      const shown = await decode(answer.body);
      const known = SIZES[name];
      if (known !== undefined) {
        expect([shown.width, shown.height]).toEqual(known);
        return;
      }
      const wanted = await sharp(readFileSync(path), { page: 0, pages: 1 })
        .autoOrient()
        .toColorspace('srgb')
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { width, height } = wanted.info;
      expect([shown.width, shown.height]).toEqual([width, height]);
      if (OTHER_COLORS.has(name)) return;
      const onWhite = (data: Uint8Array) =>
        flatten(still(width, height, 4, new Uint8Array(data)), WHITE);
      expect(meanDeltaE(onWhite(wanted.data), onWhite(shown.data))).toBeLessThan(MOST);
    },
    60_000,
  );
});

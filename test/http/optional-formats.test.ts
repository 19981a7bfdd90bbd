/**
 * Sources that libvips does not read, in all three dialects: HEIC, JPEG XL, PDF, PSD, and the pages
 * of a TIFF.
 */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { corpus, corpusFile } from '../../src/base/corpus.suite.ts';
import { writeTiff } from '../../src/containers/tiff-writer.ts';
import type { Quality } from '../../src/image/encoding.ts';
import { vipsEncoder } from '../../src/vips/encode.ts';
import { pdf, psd } from '../support/documents.ts';
import { committed, decode, distance, pixel, QUADRANTS, quadrants } from '../support/pictures.ts';
import { ACCEPTS, DIALECTS, startServer, type TestServer, targetOf } from '../support/server.ts';

let server: TestServer;

const WIDTH = 96;
const HEIGHT = 64;

/** Half the width, as each dialect says it. */
const NARROW = { fastly: 'width=48', imgix: 'w=48', imageoptim: '48' } as const;

const CORNERS = {
  red: [0.2, 0.2],
  green: [0.8, 0.2],
  blue: [0.2, 0.8],
  yellow: [0.8, 0.8],
} as const;

async function raster(pages = 1) {
  const frame = await quadrants(WIDTH, HEIGHT).raw().toBuffer();
  const data = new Uint8Array(frame.length * pages);
  // Frames that are equal would be one
  for (let i = 0; i < pages; i++)
    data.set(
      frame.map((level) => level - 10 * i),
      i * frame.length,
    );
  const delays = pages > 1 ? Array.from({ length: pages }, (_, i) => 50 + 10 * i) : [];
  const loop = pages > 1 ? 3 : 1;
  return { width: WIDTH, height: HEIGHT, channels: 3 as const, data, pages, delays, loop };
}

/** Pages of one size, each in a color of its own. */
function pagedTiff(): Uint8Array {
  const colors = [QUADRANTS.red, QUADRANTS.green, QUADRANTS.blue];
  const data = Uint8Array.from(
    colors.flatMap((color) =>
      Array(20 * 10)
        .fill(color)
        .flat(),
    ),
  );
  return writeTiff({ width: 20, height: 10, channels: 3, data, pages: 3 });
}

beforeAll(async () => {
  const quality = 100 as Quality<'jxl'>;
  const lossless = { format: 'jxl', mode: 'lossless', quality, effort: 3 } as const;
  server = await startServer({
    pictures: {
      'a.heic': committed('quadrants.heic'),
      'clear.heic': committed('quadrants-alpha.heic'),
      'broken.heic': committed('quadrants.heic').subarray(0, 430),
      'a.jxl': await vipsEncoder.encode(await raster(), lossless),
      'moving.jxl': await vipsEncoder.encode(await raster(3), lossless),
      'a.pdf': pdf(WIDTH, HEIGHT),
      'annotated.pdf': pdf(WIDTH, HEIGHT, true),
      'a.psd': await psd(WIDTH, HEIGHT),
      'broken.pdf': pdf(WIDTH, HEIGHT).subarray(0, 60),
      'broken.psd': (await psd(WIDTH, HEIGHT)).subarray(0, 40),
      'pages.tiff': pagedTiff(),
    },
  });
});

afterAll(() => server.stop());

describe.each(DIALECTS)('%s', (dialect) => {
  test.each(['a.heic', 'a.jxl', 'a.pdf', 'a.psd'])('makes %s smaller', async (name) => {
    const answer = await server.ask(targetOf(dialect, name, NARROW[dialect]), {
      headers: { accept: ACCEPTS.plain },
    });
    expect([name, answer.status]).toEqual([name, 200]);
    expect(answer.headers['content-type']).toMatch(/^image\/(jpeg|png)$/);
    const shown = await decode(answer.body);
    expect(shown).toMatchObject({ width: 48, height: 32 });
    for (const [color, [x, y]] of Object.entries(CORNERS)) {
      const seen = pixel(shown, x, y).slice(0, 3);
      expect(distance(seen, QUADRANTS[color as keyof typeof QUADRANTS])).toBeLessThan(14);
    }
  });

  test.each(['broken.heic', 'broken.pdf', 'broken.psd'])('says that %s is broken', async (name) => {
    const answer = await server.ask(targetOf(dialect, name, NARROW[dialect]));
    // Fastly hands on what it cannot read.
    if (dialect === 'fastly')
      expect(answer.headers['fastly-io-error']).toBe('Image could not be parsed');
    else expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });
});

describe('imgix', () => {
  test('keeps the transparency of a HEIC', async () => {
    const answer = await server.ask('/imgix/clear.heic?w=48');
    expect(answer.headers['content-type']).toBe('image/png');
    const shown = await decode(answer.body);
    expect(pixel(shown, 0.5, 0.5)[3]).toBe(0);
    expect(pixel(shown, 0.1, 0.1)[3]).toBe(255);
  });

  test('plays a JPEG XL that moves', async () => {
    const answer = await server.ask('/imgix/moving.jxl?w=48&fm=webp');
    const shown = await decode(answer.body);
    expect(shown).toMatchObject({ width: 48, height: 32, frames: 3 });
    expect(shown.delay).toEqual([50, 60, 70]);
  });

  test.each([
    ['', 96, 64],
    ['&page=2', 144, 144],
    ['&page=9', 144, 144],
  ])('draws the page that is named: fm=png%s', async (page, width, height) => {
    const answer = await server.ask(`/imgix/a.pdf?fm=png${page}`);
    expect(await decode(answer.body)).toMatchObject({ width, height });
  });

  test('draws a page at the size that is asked for, sharp at its edges, on white', async () => {
    const answer = await server.ask('/imgix/a.pdf?w=1440&page=2&fm=png');
    const shown = await decode(answer.body);
    expect(shown).toMatchObject({ width: 1440, height: 1440 });
    expect(distance(pixel(shown, 718 / 1440, 0.5).slice(0, 3), QUADRANTS.blue)).toBeLessThan(4);
    expect(pixel(shown, 722 / 1440, 0.5).slice(0, 3)).toEqual([255, 255, 255]);
  });

  test.each([
    ['', true],
    ['&pdf-annotation=1', true],
    ['&pdf-annotation=false', false],
    ['&annotation=0', false],
    // Page 2 has none, and one that is asked for later is drawn again.
    ['&pdf-annotation=true', true],
  ])('draws annotations of a page or leaves them out: %s', async (query, drawn) => {
    for (const width of [WIDTH, 3 * WIDTH]) {
      const answer = await server.ask(`/imgix/annotated.pdf?fm=png&w=${width}${query}`);
      expect(answer.headers['fovea-warning']).toBeUndefined();
      const shown = await decode(answer.body);
      const plain = await decode((await server.ask(`/imgix/a.pdf?fm=png&w=${width}${query}`)).body);
      // A stamp and a marker.
      for (const [x, y] of [
        [0.45, 0.45],
        [0.25, 0.55],
      ] as const) {
        const there = pixel(shown, x, y).slice(0, 3);
        if (drawn) expect(Math.max(...there)).toBeLessThan(40);
        else expect(there).toEqual(pixel(plain, x, y).slice(0, 3));
      }
      if (!drawn) expect(Buffer.compare(shown.data, plain.data)).toBe(0);
    }
  });

  test('hands the document on for fm=pdf and without parameters', async () => {
    for (const query of ['', '?fm=pdf&w=100']) {
      const answer = await server.ask(`/imgix/a.pdf${query}`);
      expect(answer.headers['content-type']).toBe('application/pdf');
      expect(Buffer.compare(answer.body, pdf(WIDTH, HEIGHT))).toBe(0);
    }
  });

  test.each([
    ['', 'red'],
    ['&page=2', 'green'],
    ['&page=3', 'blue'],
  ] as const)('reads the page of a TIFF that is named: fm=png%s', async (page, color) => {
    const shown = await decode((await server.ask(`/imgix/pages.tiff?fm=png${page}`)).body);
    expect(shown).toMatchObject({ width: 20, height: 10 });
    expect(distance(pixel(shown, 0.5, 0.5).slice(0, 3), QUADRANTS[color])).toBeLessThan(2);
  });
});

describe.skipIf(corpus('formats').length === 0)('files of the corpus', () => {
  test.each([
    ['formats', 'heic-8bit.heic', 640, 427, 1],
    ['formats', 'heic-alpha.heif', 202, 259, 1],
    // Stored on its side; what turns it stands in the codestream.
    ['formats', 'jxl-photo.jxl', 606, 500, 1],
    ['animated', 'newtons-cradle.jxl', 480, 360, 36],
    ['formats', 'pdf-vector-chart.pdf', 405, 301, 1],
    ['formats', 'pdf-sheet-music.pdf', 595, 842, 1],
    ['formats', 'tiff-multipage.tiff', 10, 10, 1],
  ])('%s/%s is %i by %i', async (folder, name, width, height, frames) => {
    server.put(name, await readFile(corpusFile(folder, name)!));
    const answer = await server.ask(`/imgix/${name}?fm=${frames > 1 ? 'webp' : 'png'}`);
    expect(await decode(answer.body)).toMatchObject({ width, height, frames });
  });
});

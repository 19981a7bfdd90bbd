/**
 * The promise about palettes: a palette PNG that is made smaller in pixels does not grow in
 * bytes, and looks like the picture in true color.
 */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guarded } from '../../src/metrics/guarded.ts';
import { indexedPicture } from '../../src/raster/palette/indexed-picture.ts';
import { still } from '../../src/raster/pixels.ts';
import { vipsEncoder } from '../../src/vips/encode.ts';
import { palettePng } from '../../src/vips/palette-png.ts';
import { builtMetric } from '../support/metric.ts';
import { committed } from '../support/pictures.ts';
import { type DialectName, startServer, type TestServer } from '../support/server.ts';

const chart = (width: number, height: number, ground: string) => {
  const bars = Array.from({ length: 12 }, (_, i) => {
    const tall = 20 + ((i * 53) % (height - 60));
    return `<rect x="${20 + i * 28}" y="${height - 20 - tall}" width="18" height="${tall}" fill="hsl(${i * 30} 60% 50%)"/>`;
  });
  const rings = Array.from(
    { length: 9 },
    (_, i) =>
      `<circle cx="${width - 60}" cy="60" r="${45 - 5 * i}" fill="hsl(${i * 40} 70% 60%)"/>`,
  );
  const axes = `<path d="M10 ${height - 20}H${width - 10}M10 10V${height - 20}" stroke="#333" fill="none"/>`;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${ground}${bars.join('')}${rings.join('')}${axes}</svg>`,
  );
};

const WHITE = '<rect width="100%" height="100%" fill="#fff"/>';

/** Palette PNGs, by the colors they have at most. */
async function sources(): Promise<Record<string, Uint8Array>> {
  const drawn: Record<string, Buffer | Uint8Array> = {
    chart: await sharp(chart(400, 240, WHITE))
      .png()
      .toBuffer(),
    clear: await sharp(chart(400, 240, ''))
      .png()
      .toBuffer(),
    editor: committed('editor.png'),
  };
  const out: Record<string, Uint8Array> = {};
  for (const [name, bytes] of Object.entries(drawn)) {
    const pipe = sharp(bytes).resize(400, 240, { fit: 'cover', withoutEnlargement: true });
    const { data, info } = await pipe.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const raster = still(info.width, info.height, 4, new Uint8Array(data));
    for (const colors of [32, 51, 256]) {
      out[`${name}-${colors}.png`] = palettePng(indexedPicture(raster, colors));
    }
  }
  return out;
}

let server: TestServer;
let pictures: Record<string, Uint8Array>;

beforeAll(async () => {
  pictures = await sources();
  server = await startServer({ workers: 2, latency: '30s', pictures });
});

afterAll(async () => {
  await server.stop();
  expect(server.complaints).toEqual([]);
});

const NAMES = ['chart', 'clear', 'editor'].flatMap((name) =>
  [32, 51, 256].map((colors) => `${name}-${colors}.png`),
);

/** The request for a width, and the one that keeps every pixel of the same picture. */
const REQUESTS: readonly [DialectName, (name: string, width: number) => [string, string]][] = [
  ['fastly', (n, w) => [`/fastly/${n}?width=${w}`, `/fastly/${n}?width=${w}&quality=100`]],
  ['imgix', (n, w) => [`/imgix/${n}?w=${w}`, `/imgix/${n}?w=${w}&fm=png32`]],
  ['imgix', (n, w) => [`/imgix/${n}?w=${w}&fm=png`, `/imgix/${n}?w=${w}&fm=png32`]],
  // The filter is that of Fastly, and the picture with it.
  ['imageoptim', (n, w) => [`/imageoptim/${w}/${n}`, `/fastly/${n}?width=${w}&quality=100`]],
];

describe.each(REQUESTS)(
  '%s',
  (_, targets) => {
    test.each([0.75, 0.5, 0.25])('at %f of the width', async (share) => {
      const metric = guarded(await builtMetric());
      for (const name of NAMES) {
        const source = pictures[name]!;
        const { width } = await sharp(source).metadata();
        const [target, exact] = targets(name, Math.round(width * share));
        const [answer, whole] = await Promise.all([server.ask(target), server.ask(exact)]);
        expect([answer.status, whole.status]).toEqual([200, 200]);
        const facts = await sharp(answer.body).metadata();
        expect([name, facts.format, facts.isPalette]).toEqual([name, 'png', true]);
        const over = Math.max(0, answer.body.length - source.length);
        expect(`${name} ${over} over`).toBe(`${name} 0 over`);
        expect(answer.headers['fovea-warning']).toBeUndefined();
        expect(whole.headers.fovea).toContain('kind=lossless');
        metric.setReference(await vipsEncoder.decode(whole.body, 4));
        const compared = metric.compare(await vipsEncoder.decode(answer.body, 4));
        const { score } = compared.byColors ?? compared;
        // Its few flat colors took so few bytes that only some of the blends fit.
        expect(score).toBeGreaterThan(name === 'clear-32.png' ? 55 : 67);
      }
    });
  },
  120_000,
);

test.each([
  ['/imgix/chart-51.png?w=300&fm=png32', 'lossless'],
  ['/fastly/chart-51.png?width=300&quality=100', 'lossless'],
  ['/fastly/chart-51.png?width=300&format=png&quality=100', 'lossless'],
  ['/fastly/chart-51.png?optimize=high', 'source|lossless'],
  ['/imageoptim/full,quality=lossless/chart-51.png', 'source|lossless'],
])('%s keeps every pixel', async (target, kind) => {
  const answer = await server.ask(target);
  expect(answer.headers.fovea).toMatch(new RegExp(`kind=(${kind})`));
});

test.each(['', '&format=png', '&format=auto'])(
  'beside optimize a palette PNG is the one without it: "%s"',
  async (format) => {
    const target = `/fastly/chart-51.png?width=300${format}`;
    const [plain, beside] = [await server.ask(target), await server.ask(`${target}&optimize=high`)];
    expect(beside.body.equals(plain.body)).toBe(true);
  },
);

test.each([3, 5, 20, 24, 100])('no more colors than asked for: %i', async (most) => {
  for (const name of ['chart-256', 'editor-256']) {
    const { body } = await server.ask(`/imgix/${name}.png?w=300&fm=png8&colorquant=${most}`);
    expect(body[25]).toBe(3);
    const entries = body.readUInt32BE(body.indexOf('PLTE') - 4) / 3;
    expect(entries, `${name} ${most}`).toBeLessThanOrEqual(most);
  }
});

/**
 * The promise about kinds: a drawing of few colors that is made smaller in pixels takes no more
 * bytes than its source whichever formats its client accepts, at once and refined.
 */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { DIALECTS } from '../../src/dialects/all.ts';
import { executeRender } from '../../src/engine/render-task.ts';
import type { FormatName } from '../../src/image/format.ts';
import { DEFAULT_PICTURE_LIMITS } from '../../src/image/picture-limits.ts';
import { guarded } from '../../src/metrics/guarded.ts';
import type { Tools } from '../../src/optimizer/optimize.ts';
import type { Mode } from '../../src/optimizer/task.ts';
import { canonicalize } from '../../src/plan/canonicalize.ts';
import { vipsEncoder } from '../../src/vips/encode.ts';
import { builtMetric } from '../support/metric.ts';
import { palettePictures } from '../support/palette-pictures.ts';

const committed = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../data/faults/${name}`, import.meta.url)));

let tools: Tools;
let pictures: Record<string, Uint8Array>;

beforeAll(async () => {
  const metric = guarded(await builtMetric());
  tools = { encoder: vipsEncoder, metric, now: () => performance.now() };
  const drawn = await palettePictures();
  pictures = {
    'chart.png': committed('chart8.png'),
    'logo.png': drawn['logo.png']!,
    'plot.png': drawn['plot.png']!,
    'still.gif': new Uint8Array(await sharp(drawn['map.png']).gif().toBuffer()),
    'loader.gif': committed('gif-loader.gif'),
    'typing.gif': committed('gif-typing.gif'),
  };
}, 60_000);

type Target = (name: string, width: number) => string;

/** Requests for a width that leave the format to the client. */
const REQUESTS: readonly (readonly [string, keyof typeof DIALECTS, Target])[] = [
  ['without a word of formats', 'imageoptim', (name, width) => `/${width}/${name}`],
  ['auto=format', 'imgix', (name, width) => `/${name}?w=${width}&auto=format`],
  ['auto=format,compress', 'imgix', (name, width) => `/${name}?w=${width}&auto=format,compress`],
  ['format=auto', 'fastly', (name, width) => `/${name}?width=${width}&format=auto`],
  ['auto=webp', 'fastly', (name, width) => `/${name}?width=${width}&auto=webp`],
];

async function rendered(
  source: Uint8Array,
  dialect: keyof typeof DIALECTS,
  target: string,
  accepts: readonly FormatName[],
  mode: Mode,
) {
  const { plan } = DIALECTS[dialect].compile(
    {
      ...{ method: 'GET', target, headers: {}, accepts: new Set(accepts) },
      ...{ now: 0, upload: false },
    },
    { name: 'test', origin: 'folder' },
  );
  const { body, receipt } = await executeRender(
    {
      ...{ id: 1, kind: 'render', source: { bytes: source }, sourceHash: 'test', accepts },
      plan: canonicalize(plan),
      ...{ budget: { mode, milliseconds: 60_000 }, limits: DEFAULT_PICTURE_LIMITS },
      ...{ threads: 1, resultFile: 'unused' },
    },
    tools,
  );
  if (!('inline' in body)) throw new Error('expected a small result');
  return { bytes: body.inline, receipt };
}

describe.each(REQUESTS)('%s (%s)', (_, dialect, targetFor) => {
  test.each<[string, Mode, readonly FormatName[]]>([
    ['at once for a client with WebP', 'online', ['webp']],
    ['refined for a client with AVIF too', 'background', ['avif', 'webp']],
  ])(
    '%s',
    async (_, mode, accepts) => {
      for (const [name, source] of Object.entries(pictures)) {
        const { width = 0, pages = 1 } = await sharp(source).metadata();
        const side = Math.round(width * (name === 'chart.png' ? 0.97 : 0.5));
        const { bytes, receipt } = await rendered(
          ...([source, dialect, targetFor(name, side), accepts, mode] as const),
        );
        const text = `${name} ${receipt?.encoding}`;
        expect([text, Math.max(source.length, bytes.length)]).toEqual([text, source.length]);
        const made = await sharp(bytes).metadata();
        expect([name, made.width, made.pages ?? 1]).toEqual([name, side, pages]);
        // An animation at a quality that was named is not measured.
        expect(receipt?.score ?? 100, text).toBeGreaterThan(25);
      }
    },
    240_000,
  );
});

test('the kind of the source wins where it is smaller and looks as asked', async () => {
  const { receipt } = await rendered(
    ...[pictures['loader.gif']!, 'imageoptim' as const, '/120/loader.gif'],
    ...([['webp', 'avif'], 'online'] as const),
  );
  expect(receipt).toMatchObject({ format: 'gif' });
  // The WebP of the same frames took 3,380 bytes.
  expect(receipt?.bytes).toBeLessThan(1400);
  expect(receipt?.score).toBeGreaterThanOrEqual(receipt!.target! - 0.5);
});

test('for a client without WebP it is a palette of the kind of the source', async () => {
  const { receipt } = await rendered(
    ...[pictures['chart.png']!, 'imageoptim' as const, '/200/chart.png'],
    ...([['avif'], 'online'] as const),
  );
  expect(receipt).toMatchObject({ format: 'png' });
  expect(receipt?.bytes).toBeLessThan(1000);
});

test('a photograph of few colors stays in the format that is best for it', async () => {
  const photo = new Uint8Array(
    await sharp(new URL('../pictures/leaves.jpg', import.meta.url).pathname)
      .resize(200)
      .png({ palette: true })
      .toBuffer(),
  );
  const { receipt } = await rendered(
    ...[photo, 'imageoptim' as const, '/150/leaves.png'],
    ...([['webp'], 'online'] as const),
  );
  expect(receipt?.encoding).not.toContain('palette');
});

/** Frames of 48 by 32: a block on a ground, both of other colors in each. */
async function blocks(): Promise<Uint8Array> {
  const colors = [
    [180, 110, 90, 70, 40, 45],
    [170, 150, 110, 60, 50, 75],
    [110, 150, 120, 220, 215, 200],
    [100, 115, 150, 225, 215, 165],
  ];
  const [width, height] = [48, 32];
  const pixels = colors.flatMap((levels, frame) =>
    Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      const inside = x >= 4 + 9 * frame && x < 17 + 9 * frame && y >= 6 && y < 20;
      return inside ? levels.slice(3) : levels.slice(0, 3);
    }).flat(),
  );
  const raw = { width, height: height * colors.length, channels: 3, pageHeight: height } as const;
  return await sharp(Uint8Array.from(pixels), { raw }).gif({ dither: 0 }).toBuffer();
}

test.each([20, 24, 32])(
  'a small GIF at %i pixels is no worse for a client that shows more',
  async (width) => {
    const source = await blocks();
    const scoreFor = async (accepts: readonly FormatName[]) => {
      const target = `/${width},quality=high/blocks.gif`;
      const { receipt } = await rendered(source, 'imageoptim', target, accepts, 'online');
      return receipt?.score ?? 0;
    };
    expect(await scoreFor(['webp'])).toBeGreaterThan((await scoreFor([])) - 3);
  },
);

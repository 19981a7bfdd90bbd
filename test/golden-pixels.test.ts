/**
 * Golden pixels: what every op of a plan makes of one small picture, and what
 * every kind of source becomes in every format.
 *
 * The colors stand in `golden/pixels/*.txt`, to be read in a diff; `npm run golden`
 * writes them. Each case names its tolerance there.
 */
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { FINDERS } from '../src/engine/findings/finders.ts';
import { findingsMap, SourceFindings } from '../src/engine/findings/source-findings.ts';
import { programOf } from '../src/engine/pictures/program-of.ts';
import { WorkerPictures } from '../src/engine/pictures/worker-pictures.ts';
import type { Encoding, Quality } from '../src/image/encoding.ts';
import type { Face } from '../src/image/face.ts';
import type { Findings } from '../src/image/findings.ts';
import { type FormatName, formatCard } from '../src/image/format.ts';
import { DEFAULT_PICTURE_LIMITS } from '../src/image/picture-limits.ts';
import type { Raster } from '../src/image/raster.ts';
import type { Op } from '../src/plan/op.ts';
import { picture } from '../src/plan/output.ts';
import { freezePlan } from '../src/plan/plan.ts';
import { flatten } from '../src/raster/compositing.ts';
import { typesetter } from '../src/text/typeset.ts';
import { vipsEncoder } from '../src/vips/encode.ts';
import { setUpVips } from '../src/vips/loader-policy.ts';
import { probe } from '../src/vips/probe.ts';
import { render } from '../src/vips/render.ts';
import { PIXEL_CASES } from './support/pixel-cases.ts';
import {
  differences,
  type Golden,
  goldenOf,
  readGoldens,
  writeGoldens,
} from './support/pixel-golden.ts';
import { clearScene, greyScene, movingScene, scene } from './support/pixel-scenes.ts';

setUpVips({ concurrency: 1 });
// The fonts stand beside the built code.
await typesetter(new URL('../dist/text/fonts.bin', import.meta.url));

const sharpOf = ({ width, height, channels, data, pages }: Raster): Sharp =>
  sharp(data, {
    raw: {
      ...{ width, height: height * pages, channels },
      ...(pages > 1 ? { pageHeight: height } : {}),
    },
  });

const WHITE = { red: 255, green: 255, blue: 255 };

/** What is known of every source here: a red eye on the red patch of the scene, and a curve. */
const FINDINGS: Findings = {
  faces: [],
  redEyes: [{ x: 4, y: 15, radius: 6 }],
  enhancement: { black: 20, white: 235, exponent: 0.85, contrast: 0.08, vibrance: 0.25 },
};

/** A face in the middle of the scene, for the steps that hide one. */
const FACE: Face = {
  ...{ confidence: 1, bounds: { left: 18, top: 8, width: 12, height: 14 } },
  leftEye: { x: 21, y: 13, width: 3 },
  rightEye: { x: 27, y: 13, width: 3 },
  mouth: { x: 24, y: 19 },
};

/** The second picture of compositions. */
const SECOND = () => sharpOf(clearScene()).png().toBuffer();

/** A source through ops, as the engine takes it: probed, lowered, measured where a trim asks, rendered. */
async function rendered(
  bytes: Uint8Array,
  ops: readonly Op[],
  format: FormatName,
): Promise<Raster> {
  const info = await probe({ bytes });
  const plan = freezePlan({
    ...{ frames: { kind: 'all' }, ops },
    output: picture({ formats: [{ format }], quality: { kind: 'quality', jpeg: 80 } }),
  });
  const file = { bytes };
  const hides = ops.some(({ kind }) => kind === 'hide-faces');
  const known = hides ? { ...FINDINGS, faces: [FACE] } : FINDINGS;
  const findings = new SourceFindings(FINDERS, findingsMap(), 'golden', 0, known);
  const second = { param: 'mark', hash: 'second', file: { bytes: await SECOND() } };
  const pictures = new WorkerPictures([second], DEFAULT_PICTURE_LIMITS, findingsMap());
  const program = await programOf({ file, info, plan, accepts: [], findings, pictures });
  return render(file, info, program, pictures.context);
}

/** Checks a table of cases against its file, or writes the file. */
function goldens(
  name: string,
  preface: string,
  cases: readonly { readonly name: string; readonly make: () => Promise<Golden> }[],
): void {
  const file = new URL(`golden/pixels/${name}.txt`, import.meta.url);
  if (process.env.GOLDEN === 'write') {
    test('is written anew', async () => {
      const made = new Map<string, Golden>();
      for (const { name, make } of cases) made.set(name, await make());
      writeGoldens(file, preface, made);
    });
    return;
  }
  const golden = readGoldens(file);
  test('has these cases and no others', () => {
    expect([...golden.keys()]).toEqual(cases.map(({ name }) => name));
  });
  test.each(cases)('$name', async ({ name, make }) => {
    const [now, before] = [await make(), golden.get(name)!];
    expect(now.tolerance).toBe(before.tolerance);
    expect(differences(now, before)).toEqual([]);
  });
}

describe('ops', () => {
  goldens(
    'ops',
    '# Colors of one 48 x 32 picture after each op of a plan, sampled at 12 x 8 places.',
    PIXEL_CASES.map(({ name, ops, picture = scene, tolerance }) => ({
      name,
      make: async () => {
        const source = await sharpOf(picture()).png().toBuffer();
        return goldenOf(await rendered(source, ops, 'png'), tolerance, 'point');
      },
    })),
  );
});

/** Every kind of source that is read, as sharp writes it. */
const SOURCES: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  'baseline jpeg': () => sharpOf(scene()).jpeg({ quality: 92 }).toBuffer(),
  'progressive jpeg': () =>
    sharpOf(scene())
      .jpeg({ quality: 92, progressive: true, chromaSubsampling: '4:4:4' })
      .toBuffer(),
  'grey jpeg': () => sharpOf(greyScene()).toColorspace('b-w').jpeg({ quality: 92 }).toBuffer(),
  'cmyk jpeg': () => sharpOf(scene()).toColorspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
  'turned jpeg': () =>
    sharpOf(scene()).withMetadata({ orientation: 6 }).jpeg({ quality: 92 }).toBuffer(),
  'p3 jpeg': () => sharpOf(scene()).withIccProfile('p3').jpeg({ quality: 92 }).toBuffer(),
  png: () => sharpOf(scene()).png().toBuffer(),
  '16-bit png': () => sharpOf(scene()).toColorspace('rgb16').png().toBuffer(),
  'palette png': () => sharpOf(scene()).png({ palette: true, dither: 0 }).toBuffer(),
  'grey png': () => sharpOf(greyScene()).toColorspace('b-w').png().toBuffer(),
  'alpha png': () => sharpOf(clearScene()).png().toBuffer(),
  'interlaced png': () => sharpOf(scene()).png({ progressive: true }).toBuffer(),
  'lossy webp': () => sharpOf(scene()).webp({ quality: 92, smartSubsample: true }).toBuffer(),
  'lossless webp': () => sharpOf(scene()).webp({ lossless: true }).toBuffer(),
  'alpha webp': () => sharpOf(clearScene()).webp({ lossless: true }).toBuffer(),
  'animated webp': () =>
    sharpOf(movingScene())
      .webp({ lossless: true, delay: [100, 100, 100] })
      .toBuffer(),
  gif: () => sharpOf(scene()).gif({ dither: 0 }).toBuffer(),
  'animated gif': () => sharpOf(movingScene()).gif({ dither: 0 }).toBuffer(),
  tiff: () => sharpOf(scene()).tiff({ compression: 'lzw' }).toBuffer(),
  avif: () => sharpOf(scene()).avif({ quality: 85, effort: 2 }).toBuffer(),
  svg: async () =>
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="32">' +
        '<rect width="24" height="16" fill="#dc1e1e"/><rect x="24" y="16" width="24" height="16" ' +
        'fill="#1e32dc" fill-opacity="0.5"/><circle cx="36" cy="8" r="8" fill="#1eb432"/></svg>',
    ),
};

const q = <F extends FormatName>(quality: number) => quality as Quality<F>;

/** One good encoding of each format that is written, and how far its pixels may drift. */
const TARGETS: readonly (readonly [name: string, encoding: Encoding, tolerance: number])[] = [
  [
    'jpeg',
    {
      ...{ format: 'jpeg', quality: q<'jpeg'>(90), chroma: '4:4:4', progressive: true },
      effort: 'full',
    },
    4,
  ],
  ['png', { format: 'png', effort: 6 }, 3],
  ['palette png', { format: 'png', palette: 256, effort: 7 }, 6],
  [
    'webp',
    {
      ...{ format: 'webp', mode: 'lossy', quality: q<'webp'>(90), effort: 4 },
      smartSubsample: true,
    },
    4,
  ],
  [
    'lossless webp',
    {
      ...{ format: 'webp', mode: 'lossless', quality: q<'webp'>(80), effort: 4 },
      smartSubsample: false,
    },
    3,
  ],
  ['avif', { format: 'avif', quality: q<'avif'>(80), effort: 2, depth: 8, chroma: '4:4:4' }, 4],
  ['gif', { format: 'gif', palette: 256 }, 6],
];

describe('formats', () => {
  goldens(
    'formats',
    '# Mean colors of 8 x 6 cells: every kind of source, rendered and written in every format.',
    Object.entries(SOURCES).flatMap(([source, bytes]) =>
      TARGETS.map(([target, encoding, tolerance]) => ({
        name: `${source} to ${target}`,
        make: async () => {
          const { format } = encoding;
          const shown = await rendered(await bytes(), [{ kind: 'orient', by: 'source' }], format);
          const solid = formatCard(format).alpha ? shown : flatten(shown, WHITE);
          const file = await vipsEncoder.encode(solid, encoding);
          const raster = await vipsEncoder.decode(file, solid.channels);
          return goldenOf(raster, tolerance, 'mean');
        },
      })),
    ),
  );
});

/**
 * What `face-blur` and `face-pixel` promise, with the built face detector on real photographs: nobody is
 * recognized any more, at the least strength too, and not a pixel away from the faces changes.
 *
 * With committed pictures always, with those of the corpus where it stands beside.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { corpus } from '../../src/base/corpus.suite.ts';
import type { Region } from '../../src/base/size.ts';
import { imgix } from '../../src/dialects/imgix/index.ts';
import type { Face } from '../../src/image/face.ts';
import type { Findings } from '../../src/image/findings.ts';
import type { Raster } from '../../src/image/raster.ts';
import { lower } from '../../src/plan/lower.ts';
import { still } from '../../src/raster/pixels.ts';
import { hideFaces } from '../../src/vips/filters.ts';
import { probe } from '../../src/vips/probe.ts';
import { render } from '../../src/vips/render.ts';
import { committed } from '../support/pictures.ts';

const built = new URL('../../dist/engine/findings/finders.js', import.meta.url).href;
const { FINDERS }: typeof import('../../src/engine/findings/finders.ts') = await import(built);

async function facesOf(bytes: Uint8Array): Promise<readonly Face[]> {
  return FINDERS.faces({ bytes }, await probe({ bytes }), 0, {});
}

/** What a query makes of a picture. */
async function through(bytes: Uint8Array, query: string, findings: Findings): Promise<Raster> {
  const info = await probe({ bytes });
  const asked = { target: `/a.jpg?${query}`, headers: {}, now: 0, upload: false };
  const { plan } = imgix.compile(
    { method: 'GET', ...asked, accepts: new Set<never>() },
    { name: 'a', origin: 'folder' },
  );
  const lowered = lower(plan, info, new Set(), { findings });
  if (lowered.kind !== 'program') throw new Error(`expected a program, got ${lowered.kind}`);
  return render({ bytes }, info, lowered.program);
}

const png = ({ width, height, channels, data }: Raster) =>
  sharp(data, { raw: { width, height, channels } }).png().toBuffer();

/** How much changes from pixel to pixel in a region, as the mean step of luma in levels. */
function detail({ width, channels, data }: Raster, { left, top, ...size }: Region): number {
  const luma = (x: number, y: number) => {
    const i = (y * width + x) * channels;
    return 0.2126 * data[i]! + 0.7152 * data[i + 1]! + 0.0722 * data[i + 2]!;
  };
  let [sum, count] = [0, 0];
  for (let y = Math.ceil(top); y < Math.floor(top + size.height) - 1; y++) {
    for (let x = Math.ceil(left); x < Math.floor(left + size.width) - 1; x++, count++) {
      sum += Math.abs(luma(x, y) - luma(x + 1, y)) + Math.abs(luma(x, y) - luma(x, y + 1));
    }
  }
  return sum / count;
}

/** Both eyes, with what is around them. */
function eyesOf({ leftEye, rightEye }: Face): Region {
  const [from, to] = [Math.min(leftEye.x, rightEye.x), Math.max(leftEye.x, rightEye.x)];
  const reach = (leftEye.width + rightEye.width) / 2;
  const middle = (leftEye.y + rightEye.y) / 2;
  return {
    left: from - reach,
    top: middle - reach,
    width: to - from + 2 * reach,
    height: 2 * reach,
  };
}

/** Whether a face of the one list stands where one of the other does. */
function overlap(a: Region, b: Region): boolean {
  const across = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const down = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return (
    across > 0 && down > 0 && across * down > 0.3 * Math.min(a.width * a.height, b.width * b.height)
  );
}

const portraits = [
  { name: 'astronaut.jpg', bytes: committed('astronaut.jpg') },
  ...corpus('faces')
    .filter(({ name }) => /\.(jpe?g|png)$/.test(name))
    .slice(0, 4)
    .map(({ name, path }) => ({ name, bytes: readFileSync(path) })),
];

describe.each(portraits)('$name', ({ bytes }) => {
  test.each(['face-blur=1', 'face-pixel=1'])(
    '%s: no face is left to be recognized',
    async (query) => {
      const faces = await facesOf(bytes);
      const before = await through(bytes, 'fm=png', {});
      const after = await through(bytes, `fm=png&${query}`, { faces });
      const left = await facesOf(await png(after));
      for (const face of faces) {
        // A detector may still see a head where there is one; eyes it cannot see.
        const seen = left.filter(({ bounds }) => overlap(bounds, face.bounds));
        expect(seen.map(({ confidence }) => confidence)).toEqual([]);
        if (face.bounds.width < 30 || query.includes('pixel')) continue;
        expect(detail(after, eyesOf(face))).toBeLessThan(0.35 * detail(before, eyesOf(face)));
      }
    },
    60_000,
  );
});

test('a picture without faces stays as it is, to the pixel', async () => {
  const bytes = committed('leaves.jpg');
  const faces = await facesOf(bytes);
  const before = await through(bytes, 'fm=png', {});
  const after = await through(bytes, 'fm=png&face-blur=60&face-pixel=30', { faces });
  expect(Buffer.compare(after.data, before.data)).toBe(0);
});

test('the faces of every frame of an animation are found', async () => {
  const face = sharp(committed('astronaut.jpg')).resize(160);
  const at = async (left: number) =>
    sharp({ create: { width: 480, height: 160, channels: 3, background: '#6e7882' } })
      .composite([{ input: await face.clone().png().toBuffer(), left, top: 0 }])
      .png()
      .toBuffer();
  const frames = [await at(0), await at(320), await at(160)];
  const bytes = await sharp(frames, { join: { animated: true } })
    .webp({ quality: 90 })
    .toBuffer();
  const info = await probe({ bytes });
  const found = await FINDERS.facesInMotion({ bytes }, info, 0, {});
  expect(found.some(({ bounds }) => bounds.left < 160)).toBe(true);
  expect(found.some(({ bounds }) => bounds.left > 320)).toBe(true);
  const after = await through(bytes, 'face-blur=1&fm=webp', { facesInMotion: found });
  expect(after.pages).toBe(3);
  for (const page of [0, 1, 2]) {
    const size = after.width * after.height * after.channels;
    const frame = still(
      ...([after.width, after.height, after.channels] as const),
      after.data.subarray(page * size, (page + 1) * size),
    );
    expect(await facesOf(await png(frame))).toEqual([]);
  }
}, 60_000);

test('nothing outside the faces changes', async () => {
  const [width, height] = [90, 70];
  const place = fc.record({
    left: fc.double({ min: -30, max: 95, noNaN: true }),
    top: fc.double({ min: -30, max: 75, noNaN: true }),
    width: fc.double({ min: 0.5, max: 60, noNaN: true }),
    height: fc.double({ min: 0.5, max: 60, noNaN: true }),
    detail: fc.double({ min: 0.05, max: 40, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(place, { maxLength: 3 }),
      fc.constantFrom('blur' as const, 'blocks' as const),
      fc.constantFrom(3 as const, 4 as const),
      fc.integer(),
      async (places, by, channels, seed) => {
        const data = Uint8Array.from(
          { length: width * height * channels },
          (_, i) => (Math.imul(i + seed, 2654435761) >>> 13) & 255,
        );
        const before = still(width, height, channels, data);
        const step = { kind: 'hide-faces', by, places, width, height } as const;
        const after = await hideFaces(before, step);
        expect(Buffer.compare(before.data, data)).toBe(0);
        // The blur fades out on an ellipse a third larger than the one inside the box.
        const grown = by === 'blur' ? 0.15 : 0;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const near = places.some(
              (one) =>
                x + 1 > one.left - grown * one.width &&
                x < one.left + (1 + grown) * one.width &&
                y + 1 > one.top - grown * one.height &&
                y < one.top + (1 + grown) * one.height,
            );
            if (near) continue;
            const i = (y * width + x) * channels;
            for (let c = 0; c < channels; c++) {
              if (after.data[i + c] !== before.data[i + c]) expect([x, y]).toBe('unchanged');
            }
          }
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

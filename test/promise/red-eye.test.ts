/**
 * What `auto=redeye` promises, with the built face detector on real photographs: the red of
 * pupils goes, their light stays, and pictures without red eyes stay as they are to the pixel.
 *
 * With committed pictures always, with those of the corpus where it stands beside.
 */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { corpus, corpusFile } from '../../src/base/corpus.suite.ts';
import type { Findings } from '../../src/image/findings.ts';
import type { Raster } from '../../src/image/raster.ts';
import { lower } from '../../src/plan/lower.ts';
import type { Op } from '../../src/plan/op.ts';
import { picture } from '../../src/plan/output.ts';
import { freezePlan } from '../../src/plan/plan.ts';
import { probe } from '../../src/vips/probe.ts';
import { render } from '../../src/vips/render.ts';
import { committed } from '../support/pictures.ts';

const built = new URL('../../dist/engine/findings/finders.js', import.meta.url).href;
const { FINDERS }: typeof import('../../src/engine/findings/finders.ts') = await import(built);

/** What is found on a source for its red eyes. */
async function findingsOf(bytes: Uint8Array): Promise<Findings> {
  const info = await probe({ bytes });
  const faces = await FINDERS.faces({ bytes }, info, 0, {});
  return { faces, redEyes: await FINDERS.redEyes({ bytes }, info, 0, { faces }) };
}

async function through(bytes: Uint8Array, findings: Findings, ops: readonly Op[]): Promise<Raster> {
  const info = await probe({ bytes });
  const output = picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } });
  const plan = freezePlan({ frames: { kind: 'all' }, ops, output });
  const lowered = lower(plan, info, new Set(), { findings });
  if (lowered.kind !== 'program') throw new Error(`expected a program, got ${lowered.kind}`);
  return render({ bytes }, info, lowered.program);
}

const ORIENT: Op = { kind: 'orient', by: 'source' };
const RED_EYE: Op = { kind: 'red-eye' };
const half: Op = {
  ...{ kind: 'resize', width: { share: 0.5 }, fit: 'inside', enlarge: 'allowed' },
  filter: 'lanczos2',
};

/** Pixels of a red that only a flash makes in an eye. */
function redPixels({ data, channels }: Raster): number {
  let count = 0;
  for (let i = 0; i < data.length; i += channels) {
    const other = Math.max(data[i + 1]!, data[i + 2]!);
    if (data[i]! > 70 && data[i]! > 1.75 * other && data[i]! - other > 50) count++;
  }
  return count;
}

/** The lightest level of green in a part: a catch-light has it, a red pupil has not. */
function lightest({ width, channels, data }: Raster, left: number, top: number, side: number) {
  let most = 0;
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) {
      most = Math.max(most, data[(y * width + x) * channels + 1]!);
    }
  }
  return most;
}

/** The committed portrait at three times its size, each eye with a red pupil and its light, if asked. */
async function portrait(red: boolean): Promise<Uint8Array> {
  const side = 960;
  const large = sharp(committed('astronaut.jpg')).resize(side, side);
  const { data } = await large.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const eyes = [
    [378, 187],
    [455, 193],
  ] as const;
  for (const [x, y] of red ? eyes : []) {
    for (let row = y - 7; row <= y + 7; row++) {
      for (let column = x - 7; column <= x + 7; column++) {
        const distance = Math.hypot(column - x, row - y);
        if (distance > 6) continue;
        const light = Math.hypot(column - x - 1, row - y + 1) < 1.6;
        data.set(light ? [250, 245, 250] : [225, 25, 35], (row * side + column) * 3);
      }
    }
  }
  const raw = { width: side, height: side, channels: 3 } as const;
  return new Uint8Array(await sharp(data, { raw }).jpeg({ quality: 95 }).toBuffer());
}

describe('a portrait with red eyes', () => {
  test('loses the red of its pupils, keeps their light, and changes nowhere else', async () => {
    const bytes = await portrait(true);
    const findings = await findingsOf(bytes);
    expect(findings.redEyes).toHaveLength(2);
    const before = await through(bytes, findings, []);
    const after = await through(bytes, findings, [RED_EYE]);
    const eyes = (raster: Raster) => redPixels(part(raster, 355, 165, 125, 50));
    expect(eyes(before)).toBeGreaterThan(120);
    expect(eyes(after)).toBeLessThan(0.05 * eyes(before));
    expect(lightest(after, 370, 180, 15)).toBeGreaterThan(200);
    for (let i = 0; i < before.data.length; i++) {
      const [x, y] = [(i / 3) % 960, Math.floor(i / 3 / 960)];
      if (y > 165 && y < 215 && x > 355 && x < 480) continue;
      if (before.data[i] !== after.data[i]) expect.unreachable(`changed at ${x}, ${y}`);
    }
  });

  test('the same eyes in a smaller picture, a window and a turned one', async () => {
    const bytes = await portrait(true);
    const findings = await findingsOf(bytes);
    const crop: Op = {
      ...{ kind: 'crop', area: { kind: 'size', width: { px: 90 }, height: { px: 80 } } },
      ...{ x: { kind: 'at', length: { px: 340 } }, y: { kind: 'at', length: { px: 150 } } },
      outside: 'fault',
    };
    const turn: Op = { kind: 'rotate', degrees: 90, mode: 'pivot', fill: { kind: 'edge' } };
    for (const ops of [[half], [crop], [turn], [crop, half, turn]]) {
      const before = await through(bytes, findings, ops);
      const after = await through(bytes, findings, [RED_EYE, ...ops]);
      expect(redPixels(before) - redPixels(after)).toBeGreaterThan(15);
    }
  });

  test('by its orientation tag as well', async () => {
    const turned = await sharp(await portrait(true))
      .rotate(90)
      .withMetadata({ orientation: 8 });
    const bytes = new Uint8Array(await turned.jpeg({ quality: 95 }).toBuffer());
    const findings = await findingsOf(bytes);
    expect(findings.redEyes).toHaveLength(2);
    const before = await through(bytes, findings, [ORIENT, half]);
    const after = await through(bytes, findings, [ORIENT, RED_EYE, half]);
    expect(redPixels(before) - redPixels(after)).toBeGreaterThan(15);
  });
});

describe('pictures without red eyes have none found', () => {
  test('the portrait as it is', async () => {
    const { faces, redEyes } = await findingsOf(await portrait(false));
    expect([faces?.length, redEyes]).toEqual([1, []]);
  });

  test.each(['astronaut.jpg', 'leaves.jpg', 'coffee.png'])('%s', async (name) => {
    expect((await findingsOf(new Uint8Array(committed(name)))).redEyes).toEqual([]);
  });

  test.each([
    ...[...corpus('faces'), ...corpus('photos')],
    ...corpus('redeye').filter(({ name }) => name !== 'redeye.png'),
  ])('$name', async ({ path }) => {
    expect((await findingsOf(new Uint8Array(readFileSync(path)))).redEyes).toEqual([]);
  });
});

const real = corpusFile('redeye', 'redeye.png');

describe.skipIf(real === undefined)('a photograph with real red eyes', () => {
  test('loses more than 95 % of their red pixels and keeps the light in them', async () => {
    const bytes = new Uint8Array(readFileSync(real!));
    const findings = await findingsOf(bytes);
    const before = await through(bytes, findings, []);
    const after = await through(bytes, findings, [RED_EYE]);
    expect(redPixels(before)).toBeGreaterThan(1000);
    expect(redPixels(after)).toBeLessThan(0.05 * redPixels(before));
    const light = lightest(before, 150, 180, 25);
    expect(lightest(after, 150, 180, 25)).toBeGreaterThan(light - 10);
  });
});

/** A part of an opaque raster. */
function part(raster: Raster, left: number, top: number, width: number, height: number): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * raster.width + left) * 3;
    data.set(raster.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { ...raster, width, height, data };
}

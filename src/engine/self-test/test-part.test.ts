/** The self-test finds what is wrong with an encoder or a kernel, and nothing where nothing is. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtMetric } from '../../../test/support/metric.ts';
import type { Raster } from '../../image/raster.ts';
import { guarded } from '../../metrics/guarded.ts';
import type { Metric, Score } from '../../metrics/metric.ts';
import { copyExtendedRow, geometryOf } from '../../metrics/ssimulacra2-picture.ts';
import { scoresOf } from '../../metrics/ssimulacra2-score.ts';
import { type TwinPicture, twinErrors } from '../../metrics/ssimulacra2-twin.ts';
import { kernelReduce, type Reduce } from '../../raster/reduction/reduce.ts';
import { vipsEncoder } from '../../vips/encode.ts';
import { loadReduce } from '../../wasm/reduce-kernel.ts';
import { failedFormats, failedNeeds, USUAL_PARTS } from './self-test-part.ts';
import { madePicture, STEPPED_SCORE, stepped, type TestedTools, testPart } from './test-part.ts';

let tools: TestedTools;
beforeAll(async () => {
  const kernel = readFileSync(new URL('../../../dist/wasm/reduce.wasm', import.meta.url));
  const reduce = kernelReduce(await loadReduce(kernel));
  tools = { encoder: vipsEncoder, reduce, metric: guarded(await builtMetric()) };
});

test.each(USUAL_PARTS)('%s of this build passes', async (part) => {
  expect(await testPart(part, tools)).toBeUndefined();
});

test('the score that the metric has to give is that of its twin', () => {
  const picture = madePicture(3);
  const { width, height, shift } = geometryOf(picture, 2 ** 24);
  const extended = (raster: Raster): TwinPicture => {
    const data = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      copyExtendedRow(raster.data, raster, 3, y, data, y * width * 3, width);
    }
    return { width, height, channels: 3, data };
  };
  const errors = twinErrors(extended(picture), extended(stepped(picture)), {
    background: 0.1,
    shift,
  });
  expect(scoresOf(errors).score).toBeCloseTo(STEPPED_SCORE, 2);
});

describe('a broken encoder', () => {
  const { encode, decode } = vipsEncoder;
  const brighter = (raster: Raster): Raster => ({
    ...raster,
    data: raster.data.map((value) => Math.min(255, value + 20)),
  });
  const mirrored = (raster: Raster): Raster => ({ ...raster, data: raster.data.toReversed() });
  const smaller = (raster: Raster): Raster => ({
    ...raster,
    height: raster.height - 1,
    data: raster.data.subarray(raster.width * raster.channels),
  });
  const clear = (raster: Raster): Raster =>
    raster.channels === 3
      ? mirrored(raster)
      : { ...raster, data: raster.data.map((value, at) => ((at & 3) === 3 ? 255 - value : value)) };

  test.each([
    ['brighter', brighter, /off by/],
    ['mirrored', mirrored, /off by/],
    ['a row shorter', smaller, /48x40.*48x39/],
    ['clear where it is not', clear, /off by/],
  ])('that writes pictures %s is found in every format', async (_, broken, reason) => {
    const encoder = {
      encode: (r: Raster, e: Parameters<typeof encode>[1]) => encode(broken(r), e),
      decode,
    };
    for (const part of USUAL_PARTS.slice(2)) {
      expect([part, await testPart(part, { ...tools, encoder })]).toEqual([
        part,
        expect.stringMatching(reason),
      ]);
    }
  });

  test('that throws, or writes what cannot be read, is found with its reason', async () => {
    const throwing = { encode: () => Promise.reject(new Error('no such encoder')), decode };
    expect(await testPart('avif', { ...tools, encoder: throwing })).toBe('no such encoder');
    const empty = { encode: async () => new Uint8Array(40), decode };
    expect(await testPart('webp', { ...tools, encoder: empty })).toMatch(/buffer/);
  });
});

describe('a broken kernel', () => {
  test('of the reduction is found by one level of one sample', async () => {
    const reduce: Reduce = (...given) => {
      const made = tools.reduce(...given);
      made.data[7]! ^= 1;
      return made;
    };
    expect(await testPart('reduction', { ...tools, reduce })).toMatch(/twin/);
  });

  test('of the metric is found by a tenth of a point, or by what is no number', async () => {
    const off = (by: number): Metric<'ssimulacra2'> => ({
      name: 'ssimulacra2',
      setReference: (reference) => tools.metric.setReference(reference),
      compare(candidate) {
        const found = tools.metric.compare(candidate);
        return { ...found, score: (found.score + by) as Score<'ssimulacra2'> };
      },
    });
    expect(await testPart('metric', { ...tools, metric: off(0.1) })).toMatch(/score/);
    expect(await testPart('metric', { ...tools, metric: off(Number.NaN) })).toMatch(/score/);
  });
});

test('what every picture needs is told from formats that others stand in for', () => {
  const failed = (part: (typeof USUAL_PARTS)[number]) =>
    ({ part, outcome: 'failed', reason: 'x' }) as const;
  const results = [failed('metric'), failed('avif'), failed('png'), failed('webp')];
  expect(failedNeeds(results)).toEqual(['metric', 'png']);
  expect(failedFormats(results)).toEqual(['avif', 'webp']);
  const untested = { part: 'avif', outcome: 'untested', reason: 'x' } as const;
  expect(failedFormats([{ part: 'png', outcome: 'passed' }, untested])).toEqual([]);
});

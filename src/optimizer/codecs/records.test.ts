/** What the record of every codec promises: scales that rise, curves of its settings, time that effort takes. */
import { describe, expect, test } from 'vitest';
import type { Encoding } from '../../image/encoding.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import { picture } from '../../plan/output.ts';
import { contentOf } from '../model/content.ts';
import { meanScore, type PriorCurve } from '../model/priors.ts';
import { raster } from '../simulated.suite.ts';
import type { Codec, LossyCoding, StageName } from './codec.ts';
import { CODECS } from './index.ts';
import { JPEG_CURVES } from './jpeg-curves.ts';

const records = Object.entries(CODECS) as [keyof typeof CODECS, Codec][];
const lossy = records.flatMap(([format, codec]) =>
  codec.lossy === undefined ? [] : [[format, codec.lossy, codec] as const],
);

const STAGES: readonly StageName[] = ['fastest', 'search', 'final'];
const MODES = ['instant', 'online', 'background', 'offline'] as const;
const encodings = (coding: LossyCoding): Encoding[] =>
  MODES.flatMap((mode) =>
    STAGES.flatMap((stage) =>
      [70, 90].map((target) =>
        coding.encoding({ stage, mode, sharpChroma: true, target, progressive: false }, 70),
      ),
    ),
  );

/** The curve of what a search begins with. */
function searchCurve(coding: LossyCoding): PriorCurve {
  const style = { stage: 'search', mode: 'online', sharpChroma: true, progressive: false } as const;
  return coding.curve(coding.encoding({ ...style, target: 70 }, 70));
}

describe.each(lossy)('%s', (format, coding, codec) => {
  test('has steps of quality that rise, up to the last that is worth a search', () => {
    const { qualitySteps: steps, top } = coding;
    expect(
      steps.every((step, i) => step >= 1 && step <= 100 && (i === 0 || step > steps[i - 1]!)),
    ).toBe(true);
    expect(top).toBeGreaterThan(80);
    expect(top).toBeLessThanOrEqual(steps.at(-1)!);
    expect(steps.length).toBeGreaterThan(50);
  });

  test('writes the quality it is asked for, to its own step, within its scale', () => {
    const style = {
      stage: 'final',
      mode: 'online',
      sharpChroma: true,
      progressive: false,
    } as const;
    const quality = (asked: number) => {
      const encoding = coding.encoding({ ...style, target: undefined }, asked);
      return 'quality' in encoding ? encoding.quality : Number.NaN;
    };
    const half = format === 'jxl' ? 2 : 1;
    for (const asked of [1, 7.3, 49.75, 60.2, 90]) {
      expect(quality(asked)).toBe(Math.round(asked * half) / half);
    }
    expect(quality(-4)).toBe(1);
    expect(quality(0.2)).toBe(1);
    // Of JPEG XL 100 would keep every pixel.
    expect(quality(400)).toBe(format === 'jxl' ? 99.5 : 100);
  });

  test('has a curve for each of its settings, on which a better quality is better and larger', () => {
    for (const encoding of encodings(coding)) {
      const { q, mean, bits, spread } = coding.curve(encoding);
      expect([mean.length, bits.length, spread.length]).toEqual([q.length, q.length, q.length]);
      for (let i = 1; i < q.length; i++) {
        expect(q[i]!).toBeGreaterThan(q[i - 1]!);
        expect(mean[i]!).toBeGreaterThanOrEqual(mean[i - 1]!);
        expect(bits[i]!).toBeGreaterThanOrEqual(bits[i - 1]!);
      }
    }
  });

  test('reads the JPEG scale at equal score', () => {
    if (format === 'jpeg') {
      expect([1, 40, 75, 100].map(coding.fromJpegScale)).toEqual([1, 40, 75, 100]);
      return;
    }
    const searched = searchCurve(coding);
    for (const jpeg of [40, 60, 75, 90]) {
      const quality = coding.fromJpegScale(jpeg);
      const off = meanScore(searched, quality) - meanScore(JPEG_CURVES.full, jpeg);
      // Sharp chroma of WebP is worth a point or two more.
      expect(Math.abs(off)).toBeLessThan(format === 'webp' ? 2.5 : 0.1);
    }
    expect(coding.fromJpegScale(100)).toBe(100);
  });

  test('bounds a quality by that of its source: rising, and above what looks the same', () => {
    const caps = [30, 50, 70, 90].map((jpeg) => coding.sourceCap.quality(jpeg));
    expect(caps.every((cap, i) => cap >= 1 && cap <= 100 && (i === 0 || cap > caps[i - 1]!))).toBe(
      true,
    );
    const searched = searchCurve(coding);
    for (const jpeg of format === 'jpeg' || format === 'webp' ? [] : [50, 75, 90]) {
      const score = meanScore(JPEG_CURVES.fast, jpeg);
      const cap = coding.sourceCap.quality(jpeg);
      expect(meanScore(searched, cap)).toBeGreaterThanOrEqual(score - 0.01);
      expect(meanScore(searched, cap - 1)).toBeLessThan(score);
    }
    // A source can only be held to what saves bytes; AVIF and JPEG XL reproduce it in fewer.
    expect(coding.sourceCap.searches).toBe(!['avif', 'jxl'].includes(format));
  });

  test('takes its time: no stage is quicker than the one before it, nor the background', () => {
    const { encode, decode } = codec.time;
    expect(decode).toBeGreaterThan(0);
    const cost = (stage: StageName, mode: (typeof MODES)[number], target = 90) =>
      encode(coding.encoding({ stage, mode, sharpChroma: true, target, progressive: true }, 70));
    for (const mode of MODES) {
      const [fastest, search, final] = STAGES.map((stage) => cost(stage, mode));
      expect(fastest).toBeGreaterThan(0);
      expect(fastest).toBeLessThanOrEqual(search!);
      expect(search).toBeLessThanOrEqual(final!);
    }
    for (const stage of STAGES) {
      expect(cost(stage, 'online')).toBeLessThanOrEqual(cost(stage, 'background'));
    }
    if (codec.lossless) {
      const { fastest, encoding } = codec.lossless;
      const costs = [fastest, ...MODES.map((mode) => encoding(mode))].map((one) => encode(one));
      expect(costs).toEqual([...costs].sort((a, b) => a - b));
    }
  });

  test('names neighbours of its own format and quality, with another setting', () => {
    const content = { ...contentOf(raster()), hasAlpha: false };
    const final = coding.encoding(
      { stage: 'final', mode: 'background', sharpChroma: true, target: 70, progressive: false },
      70,
    );
    const { neighbours, tries, scatter } = coding.postSearch;
    const found = neighbours(final, 90, content);
    for (const other of found) {
      expect(other).toMatchObject({ format, quality: 'quality' in final ? final.quality : 0 });
      expect(other).not.toEqual(final);
    }
    // Videos take too long for more than one answer.
    const video = format === 'mp4' || format === 'webm';
    expect(found.length > 0).toBe(!video);
    expect(tries > 0).toBe(!video);
    expect(scatter).toBeGreaterThan(0);
  });

  test('fixes the chroma that it knows no other of', () => {
    const { sharpChroma } = coding.fixed({
      output: picture({ formats: [{ format }], quality: { kind: 'target', score: 70 } }),
      info: sourceInfo({}),
      identity: false,
    });
    // JPEG XL subsamples none, players of videos know nothing else.
    const known = { jxl: true, mp4: false, webm: false } as Record<string, boolean>;
    expect(sharpChroma).toBe(known[format]);
    for (const target of [50, 90]) {
      const { sharpFirst, usual } = coding.chroma;
      if (known[format] !== undefined) {
        expect([usual, sharpFirst(target, 0.5, 'online')]).toEqual([known[format], known[format]]);
      }
    }
  });
});

test('curves of AVIF and JPEG XL are those of their effort', () => {
  const { curve } = CODECS.avif.lossy;
  const avif = { format: 'avif', quality: 60, depth: 8, chroma: '4:4:4' } as const;
  const named = (effort: number, depth: 8 | 10 = 8, chroma: '4:4:4' | '4:2:0' = '4:4:4') =>
    curve({ ...avif, effort, depth, chroma } as Parameters<typeof curve>[0]).name;
  const names = [0, 1, 2, 3, 4].map((effort) => named(effort));
  expect(names[1]).toBe(names[2]);
  expect(new Set(names).size).toBe(4);
  expect(named(1, 10)).toBe(named(2, 10));
  expect(new Set([...names, named(1, 10), named(3, 10), named(3, 8, '4:2:0')]).size).toBe(7);
  const jxl = (effort: number) =>
    CODECS.jxl.lossy.curve({
      ...({ format: 'jxl', mode: 'lossy', effort } as const),
      quality: 60 as Parameters<typeof CODECS.jxl.lossy.curve>[0]['quality'],
    }).name;
  expect([jxl(3), jxl(6)]).toEqual([jxl(3), jxl(3)]);
  expect(jxl(7)).not.toBe(jxl(3));
});

test('JPEG XL takes more where edges are clean, less where texture is fine', () => {
  const { excess } = CODECS.jxl.lossy;
  const content = { ...contentOf(raster()), texture: 1, highContrast: 0.3, repeatedShare: 0.2 };
  const of = (fields: Partial<typeof content>, lnBpp = 0) =>
    excess({ ...content, ...fields }, lnBpp);
  expect(of({})).toBeCloseTo(0.12 - 0.16 + 0.36 * 0.3 + 0.17 * 0.2, 6);
  expect(of({ texture: 3 })).toBeLessThan(of({}));
  expect(of({ highContrast: 0.9 })).toBeGreaterThan(of({}));
  expect(of({ repeatedShare: 0.9 })).toBeGreaterThan(of({}));
  expect(of({}, 1)).toBeGreaterThan(of({}));
});

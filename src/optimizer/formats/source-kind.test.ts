/** Kinds of a source, where every file is as large and as good as the test says. */
import { describe, expect, test } from 'vitest';
import type { Encoder, Encoding } from '../../image/encoding.ts';
import type { Raster } from '../../image/raster.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import type { Score } from '../../metrics/metric.ts';
import { contentOf } from '../model/content.ts';
import type { EncodeResult } from '../search/quality-search.ts';
import { TrialRunner } from '../search/trial-runner.ts';
import { asked, choice, raster, task } from '../simulated.suite.ts';
import type { Mode, OptimizeInput } from '../task.ts';
import { orSourceKind } from './source-kind.ts';

/** Bytes and score of a PNG, a GIF and a WebP of few colors. */
type Files = Partial<Record<'png' | 'gif' | 'webp', readonly [bytes: number, score: number]>>;

async function answer(
  bytes: number,
  files: Files,
  { mode = 'online' as Mode, found = {}, pages = 1, ...fields }: Partial<Fields> = {},
) {
  const delays = Array(pages > 1 ? pages : 0).fill(40);
  const picture = raster({ width: 100, height: 100, pages, delays });
  const made = new WeakMap<Uint8Array, number>();
  const tried: Encoding[] = [];
  const encoder: Encoder = {
    async encode(_, encoding) {
      tried.push(encoding);
      const [length, score] = files[encoding.format as 'png'] ?? [1e6, 0];
      const whole = !('palette' in encoding) || encoding.palette === undefined;
      const file = new Uint8Array(whole ? 1e6 : length);
      made.set(file, score);
      return file;
    },
    async decode(file): Promise<Raster> {
      const data = picture.data.map((value) => value ^ 1);
      made.set(data, made.get(file)!);
      return { ...picture, data };
    },
  };
  const metric = {
    ...{ name: 'ssimulacra2' as const, setReference() {} },
    compare({ data }: Raster) {
      const score = made.get(data)!;
      return { score: score as Score, worst: score };
    },
  };
  const tools = { encoder, metric, now: () => 0 };
  const runner = new TrialRunner(picture, tools, { mode, milliseconds: 60_000 });
  const format = pages > 1 ? 'gif' : 'png';
  const palette = format === 'png' ? { palette: 16 } : {};
  const info = sourceInfo({ width: 200, height: 200, format, bytes: 1000, pages, ...palette });
  const input = task('avif', {
    ...{ raster: picture, info, output: asked({ kind: 'target', score: 70 }) },
    ...{ alternatives: [choice('webp'), choice(format)], ...fields },
  });
  const attempt = {
    encoding: { format: 'avif', quality: 50, effort: 1, depth: 8, chroma: '4:4:4' } as Encoding,
    ...{ bytes: new Uint8Array(bytes), score: 70, worst: 70, milliseconds: 1 },
  };
  const first = { attempt, reached: true, lossy: true, reason: 'first', ...found };
  const result = await orSourceKind(runner, input, contentOf(picture), mode, first);
  const { encoding } = result.attempt;
  return { result, first, tried, format: encoding.format, bytes: result.attempt.bytes.length };
}

interface Fields extends Omit<OptimizeInput, 'raster' | 'budget'> {
  readonly mode: Mode;
  readonly found: Partial<EncodeResult>;
  readonly pages: number;
}

describe('a drawing at half its sides, of a source of 1000 bytes', () => {
  test.each<[string, number, Files, string, number]>([
    ['is what won where that is small enough', 500, { webp: [10, 90] }, 'avif', 500],
    ['is in few colors where that is smaller', 501, { webp: [400, 90] }, 'webp', 400],
    ['is what won where few colors are larger', 501, { webp: [600, 90] }, 'avif', 501],
    ['is what won where few colors miss', 900, { webp: [400, 40] }, 'avif', 900],
    ['misses for the sake of bytes', 1001, { webp: [1000, 40] }, 'webp', 1000],
    ['is a palette', 1500, { webp: [1100, 90], png: [1000, 90] }, 'png', 1000],
    ['is the smallest where none fits', 1500, { webp: [1100, 90], png: [1200, 90] }, 'webp', 1100],
  ])('%s', async (_, first, files, format, bytes) => {
    expect(await answer(first, files)).toMatchObject({ format, bytes });
  });

  test.each<[string, Partial<Fields>]>([
    ['not smaller', { info: sourceInfo({ width: 100, height: 100, format: 'png', palette: 16 }) }],
    ['a source in true color', { info: sourceInfo({ width: 200, height: 200, format: 'png' }) }],
    ['a photograph', { info: sourceInfo({ width: 200, height: 200, format: 'jpeg' }) }],
    ['other frames', { info: sourceInfo({ width: 200, height: 200, format: 'gif', pages: 3 }) }],
    ['every pixel', { output: asked({ kind: 'lossless' }) }],
    ['no other format', { alternatives: [] }],
    ['the kind of the source', { chosen: choice('png') }],
  ])('stays what it is: %s', async (_, fields) => {
    const { result, first, tried } = await answer(5000, { webp: [10, 90], png: [10, 90] }, fields);
    expect(result).toBe(first);
    expect(tried).toEqual([]);
  });

  test('gives no other type than the only one, but for fewer bytes than its source', async () => {
    const alternatives = [{ ...choice('png'), onlySource: true }];
    const files: Files = { png: [300, 90] };
    expect(await answer(1000, files, { alternatives })).toMatchObject({ format: 'avif' });
    expect(await answer(1001, files, { alternatives })).toMatchObject({ format: 'png' });
  });

  test('is made without a measure where there is no time for one', async () => {
    const files: Files = { webp: [300, 90] };
    const instant = { mode: 'instant' as const };
    expect(await answer(1000, files, instant)).toMatchObject({ format: 'avif' });
    expect(await answer(1001, files, instant)).toMatchObject({ format: 'webp' });
  });

  test('tells the next search what the first one learned', async () => {
    const warmStart = { offsets: { avif: [] } };
    const found = { warmStart, cutShort: true };
    const { result } = await answer(1001, { webp: [300, 90] }, { found });
    expect(result).toMatchObject({ warmStart, cutShort: true });
  });
});

describe('an animation at half its sides, of a source of 1000 bytes', () => {
  test.each<[string, number, Files, string]>([
    ['stays what won where that is small enough', 500, { gif: [10, 90] }, 'avif'],
    ['is a GIF where that is smaller', 900, { gif: [400, 90] }, 'gif'],
    ['is no GIF that misses', 900, { gif: [400, 30] }, 'avif'],
    ['is a GIF that misses within the bytes', 1001, { gif: [1000, 30] }, 'gif'],
  ])('%s', async (_, first, files, format) => {
    expect(await answer(first, files, { pages: 3 })).toMatchObject({ format });
  });
});

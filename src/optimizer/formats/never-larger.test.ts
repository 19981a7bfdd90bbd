import { describe, expect, test } from 'vitest';
import { JPEG_CURVES } from '../codecs/jpeg-curves.ts';
import { contentCurve } from '../model/content-model.ts';
import { optimize } from '../optimize.ts';
import {
  asked,
  choice,
  featuresOf,
  JPEG_SOURCE,
  raster,
  SOURCE,
  strips,
  task,
  tools,
} from '../simulated.suite.ts';
import { sourceSatisfies } from './never-larger.ts';

/** The quality at which a JPEG of the usual raster should score 70. */
const WANTED = Math.round(contentCurve(JPEG_CURVES.full, featuresOf(raster())).quality(70));

describe('never larger', () => {
  const same = { identity: true, source: new Uint8Array(2000) } as const;
  const jpeg = { ...same, info: { ...JPEG_SOURCE, bytes: 2000 } };

  test.each([
    // stripped  re-packed  delivered  why
    [1900, 1800, 1800, 'the result is larger: the source re-packed'],
    [1900, undefined, 1900, 'it cannot be re-packed: the source stripped'],
    [1900, 1950, 1900, 'packing made it larger: the source stripped'],
  ])('source of %i, re-packed %s: %i bytes (%s)', async (stripped, repacked, bytes, _why) => {
    const { receipt, ...result } = await optimize(
      task('jpeg', jpeg),
      tools({}, strips(stripped, repacked)),
    );
    expect(result.bytes).toHaveLength(bytes);
    expect(receipt).toMatchObject({ kind: 'source', format: 'jpeg', bytes, score: 100 });
    expect(receipt.outOfReach).toBeUndefined();
  });

  test('a lossy result that saves less than a tenth is not worth a generation', async () => {
    const info = { ...JPEG_SOURCE, jpeg: { ...JPEG_SOURCE.jpeg!, quality: 95 } };
    const alone = await optimize(task('jpeg'), tools());
    const nearly = Math.round(alone.bytes.length * 1.05);
    const clearly = Math.round(alone.bytes.length * 1.3);
    const run = (bytes: number) =>
      optimize(task('jpeg', { ...same, info }), tools({}, strips(bytes)));
    expect((await run(nearly)).receipt.kind).toBe('source');
    expect((await run(clearly)).receipt.kind).toBe('encoded');
  });

  test.each([
    ['the format was fixed and is another', { info: { ...SOURCE, bytes: 2000 } }],
    [
      'the plan renders whatever the size',
      { output: asked({ kind: 'target', score: 70 }, { whenLarger: 'render' }) },
    ],
    ['the picture changed', { identity: false }],
    [
      'the file is not upright, and is shown so',
      { info: { ...JPEG_SOURCE, orientation: 6 as const } },
    ],
    [
      'the file is not upright, and is no JPEG',
      {
        upright: true,
        info: { ...SOURCE, format: 'webp' as const, orientation: 6 as const },
        chosen: choice('webp'),
      },
    ],
    ['its profile must go', { info: { ...JPEG_SOURCE, profile: 'other' as const } }],
    ['it is CMYK', { info: { ...JPEG_SOURCE, space: 'cmyk' as const } }],
    [
      'a profile is asked for and it has none',
      {
        info: { ...JPEG_SOURCE, profile: 'none' as const },
        output: asked({ kind: 'target', score: 70 }, { profile: 'tagged-srgb' }),
      },
    ],
    ['a resolution is asked for', { output: asked({ kind: 'target', score: 70 }, { dpi: 300 }) }],
    [
      'full chroma is asked for and it has halved',
      {
        info: JPEG_SOURCE,
        output: asked({ kind: 'target', score: 70 }, { jpeg: { kind: 'free', chroma: '4:4:4' } }),
      },
    ],
    [
      'scans are asked for, with rights that packing would lose',
      {
        output: asked(
          { kind: 'target', score: 70 },
          { jpeg: { kind: 'progressive', chroma: 'free' }, metadata: 'copyright' },
        ),
      },
    ],
    [
      'it is progressive and baseline is asked',
      {
        info: { ...JPEG_SOURCE, jpeg: { progressive: true, chroma: '4:2:0', quality: 60 } },
        output: asked(
          { kind: 'target', score: 70 },
          { jpeg: { kind: 'baseline', chroma: 'free' } },
        ),
      },
    ],
  ])('the source is no answer when %s', async (_why, fields) => {
    const { receipt } = await optimize(task('jpeg', { ...jpeg, ...fields }), tools({}, strips(10)));
    expect(receipt.kind).toBe('encoded');
  });

  test.each([
    [1800, 'source', 'packed anew it is progressive'],
    [undefined, 'encoded', 'as it is, it is not'],
  ] as const)(
    'a baseline source, progressive asked, packed to %s: %s (%s)',
    async (packed, kind, _why) => {
      const jpegKind = { kind: 'progressive', chroma: 'free' } as const;
      const output = asked({ kind: 'target', score: 70 }, { jpeg: jpegKind });
      const made = tools({}, strips(1900, packed));
      const { receipt } = await optimize(task('jpeg', { ...jpeg, output }), made);
      expect(receipt.kind).toBe(kind);
    },
  );

  test.each([
    // turned re-packed stripped delivered as why
    [1900, 1700, 1990, 1900, 'jpeg turned', 'upright, though the tag would take fewer bytes'],
    [2001, 1700, 1990, 1700, 'jpeg re-packed', 'turned it is larger than the source'],
    [undefined, 1700, 1990, 1700, 'jpeg re-packed', 'it cannot be turned'],
    [undefined, undefined, 1990, 1990, 'jpeg source', 'it can be neither turned nor packed'],
  ])('a JPEG on its side, turned %s, packed %s, stripped %i: %i bytes, %s (%s)', async (...row) => {
    const [turned, packed, stripped, bytes, encoding] = row;
    const info = { ...JPEG_SOURCE, orientation: 6, bytes: 2000 } as const;
    const made = tools({}, strips(stripped, packed, turned));
    const { receipt, ...result } = await optimize(
      task('jpeg', { ...same, info, upright: true }),
      made,
    );
    expect(result.bytes).toHaveLength(bytes);
    expect(receipt).toMatchObject({ kind: 'source', encoding, bytes });
  });

  test('a JPEG on its side keeps its tag where every pixel is wanted', async () => {
    const info = { ...JPEG_SOURCE, orientation: 6, bytes: 2000 } as const;
    const output = asked({ kind: 'lossless' });
    const made = tools({}, strips(1990, 1980, 1700));
    const lossless = task('jpeg', { ...same, info, upright: true, output });
    const { receipt } = await optimize(lossless, made);
    expect(receipt).toMatchObject({ kind: 'source', encoding: 'jpeg re-packed', score: 100 });
    expect(receipt.trials).toEqual([]);
  });

  test('a profile that is asked for is not packed away', async () => {
    const info = { ...JPEG_SOURCE, profile: 'srgb', bytes: 2000 } as const;
    const output = asked({ kind: 'target', score: 70 }, { profile: 'tagged-srgb' });
    const made = tools({}, strips(1990, 1700));
    const { receipt } = await optimize(task('jpeg', { ...same, info, output }), made);
    expect(receipt).toMatchObject({ kind: 'source', encoding: 'jpeg source', bytes: 1990 });
  });

  test('a JPEG with halved color is not written again with more of it', async () => {
    const made = tools({ smear: 30 }, strips(50_000));
    const { receipt } = await optimize(task('jpeg', { ...jpeg }), made);
    const encodings = receipt.trials.map(({ encoding }) => encoding);
    expect(encodings.filter((text) => text.includes('4:4:4'))).toEqual([]);
  });

  test('a source in an accepted alternative format will do', async () => {
    const fields = { ...jpeg, alternatives: [choice('jpeg')] };
    const { receipt } = await optimize(task('webp', fields), tools({}, strips(300)));
    expect(receipt).toMatchObject({ kind: 'source', format: 'jpeg', bytes: 300 });
  });

  test.each([
    [40, 85, 'source', 'its quality again cannot reach the target'],
    [85, 70, 'encoded', 'less than its quality reaches it'],
    [WANTED - 3, 70, 'encoded', 'its quality again scores more than the curve says'],
  ])('a JPEG of %i, unmeasured to %i: %s (%s)', async (quality, score, kind) => {
    const info = { ...JPEG_SOURCE, jpeg: { ...JPEG_SOURCE.jpeg!, quality } };
    const output = asked({ kind: 'target', score });
    const budget = { mode: 'instant', milliseconds: 1000 } as const;
    const input = task('jpeg', { ...same, info, output, budget });
    const { receipt } = await optimize(input, tools({}, strips(50_000)));
    expect(receipt.kind).toBe(kind);
  });

  test('a poor JPEG whose own quality misses the target is delivered as it is', async () => {
    const info = { ...JPEG_SOURCE, jpeg: { ...JPEG_SOURCE.jpeg!, quality: 40 } };
    const output = asked({ kind: 'target', score: 85 });
    const { receipt } = await optimize(
      task('jpeg', { ...same, info, output }),
      tools({}, strips(50_000)),
    );
    expect(receipt.kind).toBe('source');
  });
});

describe('sourceSatisfies', () => {
  const lossless = asked({ kind: 'lossless' });
  const png = (palette: number | undefined, fields: object = {}) =>
    task('png', {
      ...{ identity: true, source: new Uint8Array(2000), output: lossless },
      info: { ...SOURCE, ...(palette === undefined ? {} : { palette }) },
      chosen: choice('png', { palette: 16 }),
      ...fields,
    });

  test.each([
    // why, colors of the source, fields, answer
    ['as many colors as were asked for', 16, {}, true],
    ['one more', 17, {}, false],
    ['a source in true color', undefined, {}, false],
    [
      'any where a target is asked',
      undefined,
      { output: asked({ kind: 'target', score: 70 }) },
      true,
    ],
    ['another number of frames', 16, { info: { ...SOURCE, palette: 16, pages: 3 } }, false],
    ['on either side', 16, { raster: raster({ pages: 2 }) }, false],
    ['a file that is not at hand', 16, { source: undefined }, false],
  ])('a palette of 16 is asked, the source has %s', (_why, palette, fields, answer) => {
    expect(sourceSatisfies(png(palette, fields))).toBe(answer);
  });
});

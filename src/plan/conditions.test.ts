/** Each condition of a format rule, and what a rule says of its format. */
import { describe, expect, test } from 'vitest';
import { FORMATS, type FormatName } from '../image/format.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import type { SourceInfo } from '../image/source-info.ts';
import { negotiateFormat, type PictureFacts } from './negotiate.ts';
import { type Op, px, type ResizeOp, share } from './op.ts';
import { type FormatCondition, type FormatRule, picture } from './output.ts';
import { seriesKey } from './size-series.ts';

const choose = (
  rules: readonly FormatRule[],
  facts: Partial<PictureFacts> = {},
  info: Partial<SourceInfo> = {},
) =>
  negotiateFormat(picture({ formats: rules, quality: { kind: 'lossless' } }), {
    ...{ info: sourceInfo(info), accepts: new Set<FormatName>() },
    ...{ size: { width: 400, height: 300 }, animated: false, alpha: false, untouched: false },
    ...facts,
  });

describe('a rule holds', () => {
  test.each<[FormatCondition, Partial<PictureFacts>, Partial<SourceInfo>, boolean]>([
    [{}, {}, {}, true],
    [{ accepts: 'webp' }, { accepts: new Set<FormatName>(['webp']) }, {}, true],
    [{ accepts: 'webp' }, { accepts: new Set<FormatName>(['avif']) }, {}, false],
    [{ animated: true }, { animated: true }, {}, true],
    [{ animated: true }, {}, {}, false],
    [{ animated: false }, {}, {}, true],
    [{ animated: false }, { animated: true }, {}, false],
    [{ alpha: true }, { alpha: true }, {}, true],
    [{ alpha: true }, {}, {}, false],
    [{ alpha: false }, {}, {}, true],
    [{ alpha: false }, { alpha: true }, {}, false],
    [{ source: ['png', 'gif'] }, {}, { format: 'gif' }, true],
    [{ source: ['png', 'gif'] }, {}, { format: 'jpeg' }, false],
    [{ sourceLossless: true }, {}, { lossless: true }, true],
    [{ sourceLossless: true }, {}, { lossless: false }, false],
    [{ sourceLossless: false }, {}, { lossless: true }, false],
    [{ sourcePalette: true }, {}, { palette: 9 }, true],
    [{ sourcePalette: true }, {}, {}, false],
    [{ sourcePalette: false }, {}, {}, true],
    [{ sourcePalette: false }, {}, { palette: 9 }, false],
    [{ alpha: true, animated: true }, { alpha: true }, {}, false],
    [{ alpha: true, animated: true }, { alpha: true, animated: true }, {}, true],
  ])('%j', (when, facts, info, holds) => {
    const { chosen } = choose([{ when, format: 'webp' }, { format: 'png' }], facts, info);
    expect(chosen.format).toBe(holds ? 'webp' : 'png');
  });
});

describe('what is chosen', () => {
  const accepts = new Set<FormatName>(['webp', 'avif']);
  const webp: FormatRule = { when: { accepts: 'webp' }, format: 'webp' };

  test('says whether it is lossless and how many colors its palette has', () => {
    expect(choose([{ format: 'png', lossless: true, palette: 16 }]).chosen).toEqual({
      ...{ format: 'png', lossless: true, palette: 16, rule: 0 },
    });
    expect(choose([webp, { format: 'png' }]).chosen).toEqual({
      ...{ format: 'png', lossless: false, rule: 1 },
    });
  });

  test('has the later rules as alternatives where it was negotiated, and else none', () => {
    const rules: FormatRule[] = [webp, { format: 'png', lossless: true }, { format: 'jpeg' }];
    expect(choose(rules, { accepts }).alternatives).toEqual([
      { format: 'png', lossless: true, rule: 1 },
      { format: 'jpeg', lossless: false, rule: 2 },
    ]);
    expect(choose(rules).alternatives).toEqual([]);
  });

  test('stands in for the first format that was asked for without a condition on the client', () => {
    const large = { size: { width: FORMATS.webp.maxSide + 1, height: 10 } };
    expect(choose([{ format: 'webp' }, { format: 'png' }], large).chosen.insteadOf).toBe('webp');
    expect(choose([webp, { format: 'png' }], { ...large, accepts }).chosen).not.toHaveProperty(
      'insteadOf',
    );
    expect(choose([{ format: 'png' }, { format: 'webp' }], large).chosen).not.toHaveProperty(
      'insteadOf',
    );
    // A format that is never written was none that could be given.
    expect(choose([{ format: 'tiff' }, { format: 'png' }]).chosen).not.toHaveProperty('insteadOf');
    // Where no rule is left it is named as well.
    expect(choose([{ format: 'webp' }], large).chosen).toMatchObject({
      format: 'jpeg',
      insteadOf: 'webp',
      rule: -1,
    });
    expect(choose([webp], { ...large, accepts }).chosen).not.toHaveProperty('insteadOf');
  });

  test.each<[FormatName, number, number, boolean]>([
    ['webp', 16_383, 16_383, true],
    ['webp', 16_384, 1, false],
    ['webp', 1, 16_384, false],
    ['avif', 4096, 4096, true],
    ['avif', 4096, 4097, false],
    ['avif', 16_384, 1024, true],
  ])('%s of %i x %i can be written: %s', (format, width, height, fits) => {
    const { chosen } = choose([{ format }, { format: 'png' }], { size: { width, height } });
    expect(chosen.format).toBe(fits ? format : 'png');
  });

  test('a tiny picture is no AVIF where that is negotiated, and one where it is asked for', () => {
    const size = { width: 50, height: 49 };
    const rule: FormatRule = { when: { accepts: 'avif' }, format: 'avif' };
    expect(choose([rule, { format: 'png' }], { accepts, size }).chosen.format).toBe('png');
    expect(
      choose([rule, { format: 'png' }], { accepts, size: { width: 50, height: 50 } }).chosen.format,
    ).toBe('avif');
    expect(choose([{ format: 'avif' }], { size }).chosen.format).toBe('avif');
  });
});

describe('a series of sizes', () => {
  const cover = (fields: Partial<ResizeOp>): Op => ({
    ...{ kind: 'resize', fit: 'cover', enlarge: 'never', filter: 'lanczos3' },
    ...fields,
  });
  const key = (op: Op) =>
    seriesKey(
      {
        frames: { kind: 'all' },
        ops: [op],
        output: picture({ formats: [], quality: { kind: 'lossless' } }),
      },
      'a',
    );
  const box = (width: number, height: number) => cover({ width: px(width), height: px(height) });
  const part = (width: number, height: number) =>
    cover({ width: share(width), height: share(height) });

  test.each<[Op, Op, boolean]>([
    [part(0.5, 0.25), part(0.8, 0.4), true],
    [part(0.5, 0.25), part(0.25, 0.5), false],
    [part(0.5, 0.25), box(200, 100), true],
    [box(200, 100), box(100, 200), false],
    [box(200, 100), cover({ width: px(300), ratio: 2 }), true],
    [box(200, 100), cover({ width: px(300), ratio: 0.5 }), false],
    // An eighth of an octave apart is one step.
    [box(1000, 1000), box(1040, 1000), true],
    [box(1000, 1000), box(1050, 1000), false],
    [box(1000, 1000), box(960, 1000), true],
    [box(1000, 1000), box(950, 1000), false],
    [box(200, 100), { ...box(200, 100), anchor: { kind: 'slack', x: 0, y: 0 } } as Op, false],
    [cover({ width: px(200), height: share(0.5) }), cover({ width: px(300) }), true],
  ])('%j and %j are one: %s', (one, other, same) => {
    expect(key(one) === key(other)).toBe(same);
  });
});

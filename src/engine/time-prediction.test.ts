import { describe, expect, test } from 'vitest';
import type { FormatName } from '../image/format.ts';
import { type FormatRule, type Output, picture } from '../plan/output.ts';
import { estimateSource, formatsInQuestion, predictTime } from './time-prediction.ts';

const NEGOTIATED: FormatRule[] = [
  { when: { accepts: 'avif' }, format: 'avif' },
  { when: { accepts: 'webp' }, format: 'webp' },
  { when: { alpha: true }, format: 'png' },
  { format: 'jpeg' },
];
const output = (formats: readonly FormatRule[]) =>
  picture({ formats, quality: { kind: 'target', score: 70 } });
const time = (made: Output, accepts: FormatName[] = [], source = { width: 2000, height: 1500 }) =>
  predictTime(
    { frames: { kind: 'all' }, ops: [], output: made },
    { bytes: 1e6, format: 'jpeg', ...source },
    new Set(accepts),
  );

describe('the formats in question', () => {
  test.each<[string, FormatRule[], FormatName[], string]>([
    ['forced', [{ format: 'avif' }], [], 'avif'],
    ['forced before others', [{ format: 'avif' }, { format: 'jpeg' }], ['webp'], 'avif'],
    ['of the source', [{ format: 'source' }], [], 'jpeg'],
    ['negotiated, with the alternatives', NEGOTIATED, ['avif', 'webp'], 'avif webp jpeg'],
    ['negotiated by a client with less', NEGOTIATED, ['webp'], 'webp jpeg'],
    [
      'for certain sources',
      [{ when: { source: ['png'] }, format: 'png' }, { format: 'webp' }],
      [],
      'webp',
    ],
    ['that cannot be written', [{ format: 'heic' }], [], 'jpeg'],
  ])('%s', (_, rules, accepts, formats) => {
    expect(formatsInQuestion(output(rules), 'jpeg', new Set(accepts)).join(' ')).toBe(formats);
  });
});

describe('the predicted time', () => {
  test('of a forced AVIF is that of an AVIF', () => {
    const forced = time(output([{ format: 'avif' }]));
    const jpeg = time(output([{ format: 'jpeg' }]));
    expect(forced.usual).toBeGreaterThan(jpeg.usual * 1.5);
    expect(time(output(NEGOTIATED), ['avif']).usual).toBeGreaterThanOrEqual(forced.usual);
  });

  test('of a drawing is that of its paths, unless the client takes a format before it', () => {
    const rules: FormatRule[] = [{ when: { accepts: 'avif' }, format: 'avif' }, { format: 'svg' }];
    const drawn = time(output(rules));
    expect(drawn.usual).toBeGreaterThan(1000);
    expect(drawn.usual).toBe(time(output([{ format: 'svg' }])).usual);
    expect(time(output(rules), ['avif'])).toEqual(time(output([{ format: 'avif' }]), ['avif']));
  });

  test('grows with the pixels', () => {
    const small = time(output([{ format: 'jpeg' }]), [], { width: 400, height: 300 });
    const large = time(output([{ format: 'jpeg' }]), [], { width: 4000, height: 3000 });
    expect(large.usual / small.usual).toBeGreaterThan(10);
    expect(large.least).toBeLessThan(large.usual);
  });

  test('of a source that states more pixels than are decoded is that of a refusal', () => {
    const huge = { bytes: 900, format: 'jpeg', width: 65_000, height: 65_000 } as const;
    const plan = {
      frames: { kind: 'all' },
      ops: [],
      output: output([{ format: 'jpeg' }]),
    } as const;
    expect(predictTime(plan, huge, new Set(), 50e6).usual).toBeLessThan(100);
    expect(predictTime(plan, huge, new Set()).usual).toBeGreaterThan(10_000);
  });

  test('of a source without a byte is a number', () => {
    const resize = { kind: 'resize', width: { px: 60 }, fit: 'inside', enlarge: 'never' } as const;
    const plan = {
      frames: { kind: 'all' },
      ops: [{ ...resize, filter: 'lanczos3' }],
      output: output([{ format: 'jpeg' }]),
    } as const;
    const { usual, least } = predictTime(plan, estimateSource({ bytes: 0 }), new Set());
    expect(Number.isFinite(usual) && Number.isFinite(least)).toBe(true);
  });

  test('of a small result is small: less is decoded, resized and encoded', () => {
    const at = (width: number) =>
      predictTime(
        {
          frames: { kind: 'all' },
          ops: [
            {
              kind: 'resize',
              width: { px: width },
              fit: 'inside',
              enlarge: 'never',
              filter: 'lanczos3',
            },
          ],
          output: output([{ format: 'jpeg' }]),
        },
        { bytes: 1e6, format: 'jpeg', width: 4000, height: 3000 },
        new Set(),
      ).usual;
    expect(at(400)).toBeLessThan(at(1600) / 3);
    // No more than the source has.
    expect(at(9000)).toBe(at(4000));
  });

  test('of facts is next to nothing', () => {
    expect(time({ kind: 'facts', form: 'imgix' }).usual).toBeLessThan(50);
  });
});

test('a source is as large as its header says, else guessed by its format', () => {
  const pixels = ({ width, height }: { width: number; height: number }) => width * height;
  const stated = estimateSource({ bytes: 1e6, format: 'jpeg', size: { width: 70, height: 31 } });
  expect(stated).toMatchObject({ width: 70, height: 31 });
  const jpeg = estimateSource({ bytes: 1e6, format: 'jpeg' });
  expect(pixels(jpeg)).toBeGreaterThan(2 * pixels(estimateSource({ bytes: 1e6, format: 'png' })));
  expect(estimateSource({ bytes: 1e6 })).toEqual(jpeg);
});

test('a header that states more than the file can hold is not believed', () => {
  const size = { width: 12_000, height: 12_000 };
  const stated = estimateSource({ bytes: 3000, format: 'png', size });
  expect(stated.width * stated.height).toBeCloseTo(3000 * 1032, -2);
  expect(stated.width).toBeCloseTo(stated.height);
  const whole = estimateSource({ bytes: 3_000_000, format: 'png', size });
  expect(whole).toMatchObject(size);
});

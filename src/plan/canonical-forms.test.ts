/** The one spelling of resizes, tone steps, frames and outputs, written out. */
import { describe, expect, test } from 'vitest';
import { canonicalize } from './canonicalize.ts';
import { CENTRE, type Op, px, type ResizeOp, share, type ToneStep } from './op.ts';
import { type FormatRule, type Output, picture } from './output.ts';
import type { Frames, Plan } from './plan.ts';

type Picture = Extract<Output, { kind: 'picture' }>;

const base: Plan = {
  frames: { kind: 'all' },
  ops: [],
  output: picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } }),
};
const ops = (...steps: Op[]) => canonicalize({ ...base, ops: steps }).ops;
const resize = (fields: Partial<ResizeOp>): ResizeOp => ({
  ...{ kind: 'resize', fit: 'inside', enlarge: 'never', filter: 'lanczos3' },
  ...fields,
});
const RED = { red: 255, green: 0, blue: 0, alpha: 1 };
const fill = { kind: 'color', color: RED } as const;
const both = { width: px(300), height: px(200) };

describe('a resize', () => {
  test.each<[string, Partial<ResizeOp>, Partial<ResizeOp>]>([
    ['density goes into pixels', { ...both, density: 2 }, { width: px(600), height: px(400) }],
    ['and into shares', { width: share(0.25), density: 2 }, { width: share(0.5) }],
    ['of either side', { height: share(0.25), density: 2 }, { height: share(0.5) }],
    ['density alone is a share', { density: 1.5 }, { width: share(1.5) }],
    ['a ratio alone stays', { ratio: 2, fit: 'cover' }, { ratio: 2, fit: 'cover' }],
    [
      'a ratio beside one side stays',
      { width: px(300), ratio: 2, fit: 'stretch' },
      { width: px(300), ratio: 2, fit: 'stretch' },
    ],
    [
      'also beside the other',
      { height: px(300), ratio: 2, fit: 'stretch' },
      { height: px(300), ratio: 2, fit: 'stretch' },
    ],
    [
      'a ratio beside a whole box goes',
      { ...both, ratio: 2, fit: 'cover' },
      { ...both, fit: 'cover' },
    ],
    ['one side alone has no fit', { width: px(300), fit: 'contain', fill }, { width: px(300) }],
    [
      'limits are lengths and leave the fit open',
      { width: px(300), density: 2, fit: 'cover', limits: { minHeight: 50, maxHeight: 100 } },
      { width: px(600), fit: 'cover', limits: { minHeight: 100, maxHeight: 200 } },
    ],
    ['limits of a whole box go', { ...both, limits: { maxWidth: 9 } }, both],
    [
      'and those of a ratio',
      { width: px(300), ratio: 2, fit: 'cover', limits: { maxHeight: 9 } },
      { width: px(300), ratio: 2, fit: 'cover' },
    ],
    [
      'a reserve stays',
      { ...both, reserve: { top: 1, right: 2, bottom: 3, left: 4 } },
      { ...both, reserve: { top: 1, right: 2, bottom: 3, left: 4 } },
    ],
    [
      'the fill of a contain stays',
      { ...both, fit: 'contain', fill },
      { ...both, fit: 'contain', fill },
    ],
    ['that of a cover goes', { ...both, fit: 'cover', fill }, { ...both, fit: 'cover' }],
    [
      'a contain in the middle',
      { ...both, fit: 'contain', position: { x: 0.5, y: 0.5 } },
      { ...both, fit: 'contain' },
    ],
    [
      'a contain at the top',
      { ...both, fit: 'contain', position: { x: 0.5, y: 0 } },
      { ...both, fit: 'contain', position: { x: 0.5, y: 0 } },
    ],
    [
      'a contain at the left',
      { ...both, fit: 'contain', position: { x: 0, y: 0.5 } },
      { ...both, fit: 'contain', position: { x: 0, y: 0.5 } },
    ],
    [
      'a cover has no position',
      { ...both, fit: 'cover', position: { x: 0, y: 0 } },
      { ...both, fit: 'cover' },
    ],
    [
      'a contain has no anchor',
      { ...both, fit: 'contain', anchor: { kind: 'slack', x: 0, y: 0 } },
      { ...both, fit: 'contain' },
    ],
  ])('%s', (_, given, canonical) => {
    expect(ops(resize(given))).toStrictEqual([resize(canonical)]);
  });

  const slack = (x: number, y: number) => ({ kind: 'slack', x, y }) as const;
  const focus = (x: number, y: number, zoom = 1) => ({ kind: 'focus', x, y, zoom }) as const;
  test.each<[NonNullable<ResizeOp['anchor']>, ResizeOp['anchor']]>([
    [slack(0.5, 0.5), undefined],
    [slack(0.5, 0.2), slack(0.5, 0.2)],
    [slack(0.2, 0.5), slack(0.2, 0.5)],
    [focus(0.5, 0.5), undefined],
    [focus(0, 1), slack(0, 1)],
    [focus(1, 0.5), slack(1, 0.5)],
    [focus(0.5, 0), slack(0.5, 0)],
    [focus(0.4, 1), focus(0.4, 1)],
    [focus(1, 0.4), focus(1, 0.4)],
    [focus(0.5, 0.5, 2), focus(0.5, 0.5, 2)],
    [focus(0, 0, 1.1), focus(0, 0, 1.1)],
    [
      { kind: 'search', by: 'edges' },
      { kind: 'search', by: 'edges' },
    ],
  ])('the anchor %j is %j', (given, canonical) => {
    const cover = resize({ ...both, fit: 'cover' });
    expect(ops({ ...cover, anchor: given })).toStrictEqual([
      canonical === undefined ? cover : { ...cover, anchor: canonical },
    ]);
  });
});

describe('a mirror, a turn and a crop', () => {
  test.each([
    [true, false],
    [false, true],
    [true, true],
  ])('a mirror stays (%s, %s)', (horizontal, vertical) => {
    const mirror: Op = { kind: 'mirror', horizontal, vertical };
    expect(ops(mirror)).toStrictEqual([mirror]);
  });

  test.each([
    [-90, 270],
    [450, 90],
    [720.5, 0.5],
    [359, 359],
  ])('%d degrees are %d', (given, degrees) => {
    const turn: Op = { kind: 'rotate', degrees: given, mode: 'pivot', fill };
    expect(ops(turn)).toStrictEqual([{ ...turn, degrees }]);
  });

  test('a crop that searches has no place of its own and never leaves the picture', () => {
    const crop: Op = {
      ...{ kind: 'crop', area: { kind: 'ratio', ratio: 1 }, x: CENTRE, y: CENTRE },
      ...{ outside: 'fault', search: 'edges' },
    };
    const placed: Op = { ...crop, x: { kind: 'at', length: px(3) }, outside: 'intersect' };
    expect(ops(placed)).toStrictEqual([crop]);
    expect(ops({ ...placed, search: 'entropy' })).toStrictEqual([{ ...crop, search: 'entropy' }]);
  });

  test.each<[string, Partial<Extract<Op, { kind: 'crop' }>>]>([
    ['not the whole height', { area: { kind: 'size', width: share(1), height: share(0.9) } }],
    ['pixels', { area: { kind: 'size', width: px(1), height: px(1) } }],
    ['a ratio', { area: { kind: 'ratio', ratio: 1 } }],
    ['at a place across', { x: { kind: 'at', length: px(0) } }],
    ['at a place down', { y: { kind: 'at', length: px(0) } }],
  ])('a crop stays: %s', (_, fields) => {
    const crop: Op = {
      ...{ kind: 'crop', area: { kind: 'size', width: share(1), height: share(1) } },
      ...{ x: CENTRE, y: CENTRE, outside: 'fault' },
      ...fields,
    };
    expect(ops(crop)).toStrictEqual([crop]);
  });
});

describe('tone steps', () => {
  test.each<[ToneStep, ToneStep[]]>([
    // what changes nothing, what does
    [
      { kind: 'linear', gain: 1, offset: 0 },
      [
        { kind: 'linear', gain: 1.1, offset: 0 },
        { kind: 'linear', gain: 1, offset: 0.1 },
        { kind: 'linear', gain: 1, offset: -1 },
      ],
    ],
    [{ kind: 'saturation', factor: 1 }, [{ kind: 'saturation', factor: 0 }]],
    [{ kind: 'gamma', exponent: 1 }, [{ kind: 'gamma', exponent: 2 }]],
    [
      { kind: 'exposure', stops: 0 },
      [
        { kind: 'exposure', stops: 1 },
        { kind: 'exposure', stops: -1 },
      ],
    ],
    [{ kind: 'hue', degrees: 720 }, [{ kind: 'hue', degrees: 1 }]],
    [
      { kind: 'vibrance', amount: 0 },
      [
        { kind: 'vibrance', amount: 1 },
        { kind: 'vibrance', amount: -1 },
      ],
    ],
    [{ kind: 'sepia', amount: 0 }, [{ kind: 'sepia', amount: 1 }]],
    [
      { kind: 'duotone', dark: RED, light: RED, amount: 0 },
      [{ kind: 'duotone', dark: RED, light: RED, amount: 1 }],
    ],
    [
      { kind: 'shadows-highlights', shadows: 0, highlights: 0 },
      [
        { kind: 'shadows-highlights', shadows: 1, highlights: 0 },
        { kind: 'shadows-highlights', shadows: 0, highlights: -1 },
      ],
    ],
    [
      { kind: 'monochrome', color: { ...RED, alpha: 0 } },
      [
        { kind: 'monochrome', color: RED },
        { kind: 'monochrome', color: { ...RED, alpha: 0.5 } },
      ],
    ],
  ])('%j changes nothing', (neutral, others) => {
    const tone = (...steps: ToneStep[]): Op => ({ kind: 'tone', steps });
    expect(ops(tone(neutral))).toStrictEqual([]);
    for (const step of others) expect(ops(tone(neutral, step))).toStrictEqual([tone(step)]);
  });
});

describe('a limit', () => {
  const limit: Op = { kind: 'limit', side: 400 };

  test.each<[string, Op[], number]>([
    ['behind nothing', [], 1],
    ['behind another step', [{ kind: 'orient', by: 6 }], 2],
    ['behind a box within it', [resize({ ...both })], 1],
    ['behind a box in shares', [resize({ width: share(0.1), height: share(0.1) })], 2],
    ['behind one side', [resize({ height: px(100) })], 2],
  ])('%s', (_, before, count) => {
    expect(ops(...before, limit)).toHaveLength(count);
  });

  test('only a limit goes: a second resize stays', () => {
    const [first, second] = [resize(both), resize({ width: px(20), height: px(20) })];
    expect(ops(first, second)).toStrictEqual([first, second]);
  });
});

describe('numbers', () => {
  test.each([
    [0.1234567, 0.123457],
    [0.1234564, 0.123456],
    [1e-9, 0],
    [-1e-9, 0],
  ])('%d is %d', (given, canonical) => {
    const [op] = ops({ kind: 'bilevel', method: 'threshold', level: given });
    // No negative zero: it would print and hash as another number.
    expect(op).toStrictEqual({ kind: 'bilevel', method: 'threshold', level: canonical });
  });
});

describe('frames and inks', () => {
  const frames = (asked: Frames, rules: FormatRule[]) =>
    canonicalize({
      ...base,
      frames: asked,
      output: picture({ formats: rules, quality: { kind: 'quality', jpeg: 75 } }),
    }).frames;
  const one = (index: number): Frames => ({ kind: 'one', index });

  test.each<[FormatRule[], boolean]>([
    // formats, whether the first frame goes without saying
    [[{ format: 'jpeg' }], true],
    [[{ when: { accepts: 'avif' }, format: 'avif' }, { format: 'jpeg' }], true],
    [[{ format: 'gif' }], false],
    [[{ when: { accepts: 'webp' }, format: 'webp' }, { format: 'jpeg' }], false],
    [[{ format: 'png' }], false],
    [[{ format: 'source' }, { format: 'jpeg' }], false],
    [[{ when: { animated: true }, format: 'avif' }, { format: 'jpeg' }], false],
    [[{ when: { animated: false }, format: 'avif' }, { format: 'jpeg' }], false],
  ])('the first frame of %j', (rules, silent) => {
    expect(frames(one(0), rules)).toStrictEqual(silent ? { kind: 'all' } : one(0));
    expect(frames(one(1), rules)).toStrictEqual(one(1));
    expect(frames({ kind: 'all' }, rules)).toStrictEqual({ kind: 'all' });
  });

  test('of what is no picture stay as they are asked for', () => {
    const output: Output = { kind: 'blurhash', x: 4, y: 3 };
    expect(canonicalize({ ...base, frames: one(0), output })).toStrictEqual({
      ...{ frames: one(0), ops: [], output },
    });
  });

  test('inks stay where they are said', () => {
    expect(canonicalize({ ...base, cmyk: 'press' }).cmyk).toBe('press');
    expect(canonicalize(base)).not.toHaveProperty('cmyk');
  });
});

describe('an output', () => {
  const output = (fields: Partial<Picture>): Picture => {
    const given = picture({
      formats: [{ format: 'jpeg' }],
      quality: { kind: 'lossless' },
      ...fields,
    });
    const canonical = canonicalize({ ...base, output: given }).output;
    if (canonical.kind !== 'picture') throw new Error('expected a picture');
    return canonical;
  };
  const target = { kind: 'target', score: 70 } as const;
  const fixed = { kind: 'quality', jpeg: 40 } as const;
  const webp: FormatRule = { when: { accepts: 'webp' }, format: 'webp' };

  test.each<[string, FormatRule[], FormatRule[]]>([
    [
      'behind a rule without conditions none is reached',
      [webp, { format: 'jpeg' }, { format: 'png' }],
      [webp, { format: 'jpeg' }],
    ],
    [
      'all with conditions are',
      [webp, { when: { alpha: true }, format: 'png' }],
      [webp, { when: { alpha: true }, format: 'png' }],
    ],
    [
      'the source may not be writable',
      [{ format: 'source' }, { format: 'jpeg' }],
      [{ format: 'source' }, { format: 'jpeg' }],
    ],
    [
      'final counts where it is negotiated',
      [
        { ...webp, final: true },
        { format: 'jpeg', final: true },
      ],
      [{ ...webp, final: true }, { format: 'jpeg' }],
    ],
    [
      'false is the same as unsaid',
      [{ ...webp, final: false, lossless: false }, { format: 'jpeg' }],
      [webp, { format: 'jpeg' }],
    ],
  ])('rules: %s', (_, formats, canonical) => {
    expect(output({ formats, quality: target }).formats).toStrictEqual(canonical);
  });

  test.each([
    [1, 1],
    [1.9, 1],
    [2, 2],
    [2.5, 2],
    [3, 2],
  ])('a density of %d is %d for a target and 1 for a quality', (density, known) => {
    expect(output({ quality: target, density }).density).toBe(known);
    expect(output({ quality: fixed, density }).density).toBe(1);
  });

  const scans = { kind: 'progressive', chroma: '4:4:4' } as const;
  test.each<[FormatRule[], boolean]>([
    [[{ format: 'jpeg' }], true],
    [[webp, { format: 'jpeg' }], true],
    [[webp, { format: 'source' }, { format: 'png' }], true],
    [[webp, { format: 'png' }], false],
  ])('scans of %j are kept: %s', (formats, kept) => {
    const free = { kind: 'free', chroma: 'free' };
    expect(output({ formats, quality: target, jpeg: scans }).jpeg).toStrictEqual(
      kept ? scans : free,
    );
  });

  const lossless = { format: 'webp', lossless: true } as const;
  const accepted = { when: { accepts: 'webp' }, ...lossless } as const;
  test.each<[string, FormatRule[], Picture['quality'], Picture['quality']]>([
    ['all without loss', [lossless], fixed, { kind: 'lossless' }],
    ['one with', [accepted, { format: 'jpeg' }], fixed, fixed],
    ['the other heeds none', [accepted, { format: 'png' }], fixed, { kind: 'quality', jpeg: 75 }],
    ['nor a gif', [{ format: 'gif' }], fixed, { kind: 'quality', jpeg: 75 }],
    ['a palette has a target', [{ format: 'gif' }], target, target],
    ['one that heeds it', [webp, { format: 'png' }], fixed, fixed],
    ['the source may', [{ format: 'source' }, { format: 'png' }], fixed, fixed],
  ])('quality: %s', (_, formats, quality, canonical) => {
    expect(output({ formats, quality }).quality).toStrictEqual(canonical);
  });

  test('has the usual settings where none is said', () => {
    expect(picture({ formats: [], quality: target })).toStrictEqual({
      ...{ kind: 'picture', formats: [], quality: target, density: 1, metadata: 'none' },
      background: { red: 255, green: 255, blue: 255, alpha: 1 },
      jpeg: { kind: 'free', chroma: 'free' },
      ...{ profile: 'srgb', whenLarger: 'source' },
    });
  });
});

test('no field is there without a value: a plan is what its text says', () => {
  const plan = canonicalize({
    ...base,
    playing: { loop: 2 },
    ops: [
      resize({ width: px(300), height: share(0.5), ratio: 2 }),
      { ...fill, kind: 'background' },
    ],
  });
  expect(plan).toStrictEqual(JSON.parse(JSON.stringify(plan)));
  expect(plan.playing).toStrictEqual({ loop: 2 });
});

/** What single steps of a plan become, in whole pixels. */
import { describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import type { ContentGrid } from '../image/content-grid.ts';
import type { Findings } from '../image/findings.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import type { Orientation, SourceInfo } from '../image/source-info.ts';
import { DEFAULT_LOWER_LIMITS, type LowerLimits, lower } from './lower.ts';
import { CENTRE, type Fill, type Op, type OpOf, px, type ResizeOp, share } from './op.ts';
import { type Output, picture } from './output.ts';
import { freezePlan, type Plan, sourcePlan } from './plan.ts';
import { printPlan, printProgram } from './print.ts';
import type { Instruction, Lowered, Program, TrimBox } from './program.ts';

const PNG = picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } });

interface Desk {
  readonly findings?: Findings;
  readonly info?: Partial<SourceInfo>;
  readonly measured?: TrimBox[];
  readonly plan?: Partial<Plan>;
  readonly limits?: LowerLimits;
}

function lowered(
  ops: readonly Op[],
  { info, measured, findings, plan, limits }: Desk = {},
): Lowered {
  return lower(
    { frames: { kind: 'all' }, ops, output: PNG, ...plan },
    sourceInfo({ width: 200, height: 100, ...info }),
    new Set(),
    { ...(measured ? { measured } : {}), ...(findings ? { findings } : {}) },
    limits,
  );
}

function program(ops: readonly Op[], desk: Desk = {}): Program {
  const result = lowered(ops, desk);
  if (result.kind !== 'program') throw new Error('expected a program');
  return result.program;
}

const steps = (ops: readonly Op[], desk: Desk = {}): readonly Instruction[] =>
  program(ops, desk).instructions;

const fault = (code: Parameters<typeof isFault>[1]) =>
  expect.toSatisfy((error) => isFault(error, code));

const color = (alpha: number) => ({ red: 10, green: 20, blue: 30, alpha });
const fill: Fill = { kind: 'color', color: color(1) };
const resize = (fields: Partial<ResizeOp>): ResizeOp => ({
  ...{ kind: 'resize', fit: 'inside', enlarge: 'allowed', filter: 'mitchell' },
  ...fields,
});

describe('an orientation', () => {
  /** The letter F as the pixels of a 2 x 3 picture would be numbered, row by row. */
  const stored = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  const mirrored = (rows: number[][]) => rows.map((row) => [...row].reverse());
  const turned = (rows: number[][]) => rows[0]!.map((_, x) => rows.map((row) => row[x]!).reverse());

  // Where row 0 and column 0 of the file are to be shown, after the table of EXIF 2.32, 4.6.4.
  const shown: Record<Orientation, number[][]> = {
    1: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    2: [
      [2, 1],
      [4, 3],
      [6, 5],
    ],
    3: [
      [6, 5],
      [4, 3],
      [2, 1],
    ],
    4: [
      [5, 6],
      [3, 4],
      [1, 2],
    ],
    5: [
      [1, 3, 5],
      [2, 4, 6],
    ],
    6: [
      [5, 3, 1],
      [6, 4, 2],
    ],
    7: [
      [6, 4, 2],
      [5, 3, 1],
    ],
    8: [
      [2, 4, 6],
      [1, 3, 5],
    ],
  };

  test.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('%i puts every pixel where it belongs', (tag) => {
    const info = { width: 2, height: 3, orientation: tag };
    for (const by of ['source', tag] as const) {
      const result = program([{ kind: 'orient', by }], { info });
      let rows = stored;
      for (const step of result.instructions) {
        if (step.kind !== 'orient') throw new Error('expected a turn');
        if (step.mirror) rows = mirrored(rows);
        for (let turn = 0; turn < step.turn; turn += 90) rows = turned(rows);
        expect([step.width, step.height]).toEqual([rows[0]!.length, rows.length]);
      }
      expect(rows).toEqual(shown[tag]);
      expect(result.size).toEqual({ width: rows[0]!.length, height: rows.length });
      expect(result.upright).toBe(tag !== 1);
    }
  });

  test('is not upright where anything else happens, or another turn', () => {
    const upright = (tag: Orientation, ...ops: Op[]) =>
      program(ops, { info: { orientation: tag } }).upright;
    const turn: Op = { kind: 'orient', by: 'source' };
    expect(upright(6, turn)).toBe(true);
    expect(upright(6, turn, { kind: 'blur', sigma: px(3) })).toBe(false);
    expect(upright(6, turn, { kind: 'mirror', horizontal: true, vertical: false })).toBe(false);
    expect(upright(6, { kind: 'orient', by: 7 })).toBe(false);
    expect(upright(7, { kind: 'orient', by: 6 })).toBe(false);
    expect(upright(6, { kind: 'blur', sigma: px(3) })).toBe(false);
    expect(upright(1, { kind: 'orient', by: 6 })).toBe(false);
    expect(upright(6)).toBe(false);
  });

  test.each<[boolean, boolean, Instruction[]]>([
    [false, false, []],
    [true, false, [{ kind: 'orient', turn: 0, mirror: true, width: 200, height: 100 }]],
    [false, true, [{ kind: 'orient', turn: 180, mirror: true, width: 200, height: 100 }]],
    [true, true, [{ kind: 'orient', turn: 180, mirror: false, width: 200, height: 100 }]],
  ])('a mirror across %s, down %s', (horizontal, vertical, expected) => {
    expect(steps([{ kind: 'mirror', horizontal, vertical }])).toEqual(expected);
  });
});

describe('space around a picture', () => {
  const pad = (top: number, right: number, bottom: number, left: number): Op => ({
    ...{ kind: 'pad', top: px(top), right: px(right), bottom: px(bottom), left: px(left), fill },
  });

  test.each([
    [1, 2, 3, 4],
    [5, 0, 0, 0],
    [0, 6, 0, 0],
    [0, 0, 7, 0],
    [0, 0, 0, 8],
  ])('of %i, %i, %i and %i pixels', (top, right, bottom, left) => {
    expect(steps([pad(top, right, bottom, left)])).toEqual([
      {
        ...{ kind: 'extend', sides: { top, right, bottom, left }, fill },
        width: 200 + left + right,
        height: 100 + top + bottom,
      },
    ]);
  });

  test('of nothing is none', () => {
    expect(steps([pad(0, 0, 0, 0)])).toEqual([]);
  });

  const canvas = (x: number, y: number, width = 200, height = 100): Op => ({
    ...{ kind: 'canvas', area: { kind: 'size', width: px(width), height: px(height) } },
    x: { kind: 'at', length: px(x) },
    ...{ y: { kind: 'at', length: px(y) }, fill },
  });

  test.each<[string, Op, Instruction[]]>([
    [
      'to the right and down',
      canvas(30, 20),
      [
        { kind: 'extract', left: 0, top: 0, width: 170, height: 80 },
        ...extended({ left: 30, top: 20, right: 0, bottom: 0 }, 200, 100),
      ],
    ],
    [
      'to the left and up',
      canvas(-30, -20),
      [
        { kind: 'extract', left: 30, top: 20, width: 170, height: 80 },
        ...extended({ left: 0, top: 0, right: 30, bottom: 20 }, 200, 100),
      ],
    ],
    [
      'wider and lower',
      canvas(10, -5, 240, 60),
      [
        { kind: 'extract', left: 0, top: 5, width: 200, height: 60 },
        ...extended({ left: 10, top: 0, right: 30, bottom: 0 }, 240, 60),
      ],
    ],
    [
      'only cut',
      canvas(-1, -2, 150, 60),
      [{ kind: 'extract', left: 1, top: 2, width: 150, height: 60 }],
    ],
    [
      'the last pixel of it',
      canvas(199, 99),
      [
        { kind: 'extract', left: 0, top: 0, width: 1, height: 1 },
        ...extended({ left: 199, top: 99, right: 0, bottom: 0 }, 200, 100),
      ],
    ],
  ])('a canvas %s', (_, op, expected) => {
    expect(steps([op])).toEqual(expected);
  });

  function extended(
    sides: { left: number; top: number; right: number; bottom: number },
    width: number,
    height: number,
  ): Instruction[] {
    return [{ kind: 'extend', sides, fill: { kind: 'color', color: color(1) }, width, height }];
  }

  test.each([
    [200, 0],
    [0, 100],
    [-200, 0],
    [0, -100],
  ])('a canvas beside the picture, at %i, %i, is a fault', (x, y) => {
    expect(() => steps([canvas(x, y)])).toThrow(fault('region-out-of-bounds'));
  });

  test.each<[boolean, Fill, Extract<Instruction, { kind: 'extend' }>['fill']]>([
    [false, { kind: 'clear-with-alpha', color: color(1) }, { kind: 'color', color: color(1) }],
    [true, { kind: 'clear-with-alpha', color: color(1) }, { kind: 'color', color: color(0) }],
    [true, { kind: 'edge' }, { kind: 'edge' }],
    [false, { kind: 'blur', sigma: 7 }, { kind: 'blur', sigma: 7 }],
  ])('of a picture with alpha %s, %j is %j', (alpha, given, resolved) => {
    const op: Op = { ...pad(1, 1, 1, 1), fill: given } as OpOf<'pad'>;
    expect(steps([op], { info: { alpha } })).toMatchObject([{ fill: resolved }]);
  });

  test('without a fill a contained picture stands on clear white', () => {
    const op = resize({ width: px(100), height: px(100), fit: 'contain' });
    expect(steps([op])[1]).toMatchObject({
      kind: 'extend',
      fill: { kind: 'color', color: { red: 255, green: 255, blue: 255, alpha: 0 } },
    });
  });
});

describe('a crop to the content', () => {
  const search = (area: OpOf<'crop'>['area']): Op => ({
    ...{ kind: 'crop', area, x: CENTRE, y: CENTRE, outside: 'fault', search: 'entropy' },
  });
  /** All there is to see is at the lower right. */
  const corner: ContentGrid = { columns: 2, rows: 2, weights: Uint16Array.of(0, 0, 0, 9) };
  const findings = { entropy: corner, edges: corner };
  const cropped = (left: number, top: number, width: number, height: number): Instruction => ({
    ...{ kind: 'extract', left, top, width, height },
  });
  const size = (width: number, height: number) =>
    search({ kind: 'size', width: px(width), height: px(height) });

  test.each<[string, Op, Instruction[]]>([
    ['a part', size(60, 40), [cropped(117, 50, 60, 40)]],
    ['no wider than the picture', size(300, 40), [cropped(0, 50, 200, 40)]],
    ['nor higher', size(60, 140), [cropped(117, 0, 60, 100)]],
    ['all of it', size(200, 100), []],
    ['more than all of it', size(300, 300), []],
    ['a ratio', search({ kind: 'ratio', ratio: 1 }), [cropped(100, 0, 100, 100)]],
  ])('%s', (_, op, expected) => {
    expect(steps([op], { findings })).toEqual(expected);
  });

  test('after a cover', () => {
    const anchor = { kind: 'search', by: 'edges' } as const;
    const op = resize({ width: px(50), height: px(50), fit: 'cover', anchor });
    expect(steps([op], { findings })).toEqual([
      { kind: 'scale', filter: 'mitchell', width: 100, height: 50 },
      cropped(50, 0, 50, 50),
    ]);
    expect(program([op], { findings }).size).toEqual({ width: 50, height: 50 });
  });
});

describe('a resize', () => {
  test('around a zoomed focus is cut first', () => {
    const anchor = { kind: 'focus', x: 0, y: 1, zoom: 2 } as const;
    const op = resize({ width: px(80), height: px(80), fit: 'cover', anchor });
    expect(steps([op])).toEqual([
      { kind: 'extract', left: 0, top: 50, width: 50, height: 50 },
      { kind: 'scale', filter: 'mitchell', width: 80, height: 80 },
    ]);
  });

  test('to the size it has is none, and a window that is the whole neither', () => {
    expect(steps([resize({ width: px(200), height: px(100) })])).toEqual([]);
    const whole: Op = {
      ...{ kind: 'crop', area: { kind: 'ratio', ratio: 2 } },
      x: CENTRE,
      y: CENTRE,
      outside: 'fault',
    };
    expect(steps([whole])).toEqual([]);
  });

  test.each<[number, number, number[]]>([
    [200, 100, []],
    [199, 100, [199, 100]],
    [50, 25, [50, 25]],
  ])('a limit of %i', (side, _, size) => {
    const scaled = size.length
      ? [{ kind: 'scale', filter: 'lanczos3', width: size[0], height: size[1] }]
      : [];
    expect(steps([{ kind: 'limit', side }])).toEqual(scaled);
  });

  test('a window at the top but not at the left is cut, and the other way round', () => {
    const at = (x: number, y: number): Op => ({
      ...{ kind: 'crop', area: { kind: 'size', width: px(100), height: px(50) } },
      x: { kind: 'at', length: px(x) },
      ...{ y: { kind: 'at', length: px(y) }, outside: 'fault' },
    });
    expect(steps([at(0, 7)])).toEqual([
      { kind: 'extract', left: 0, top: 7, width: 100, height: 50 },
    ]);
    expect(steps([at(7, 0)])).toEqual([
      { kind: 'extract', left: 7, top: 0, width: 100, height: 50 },
    ]);
    expect(steps([at(0, 0)])).toEqual([
      { kind: 'extract', left: 0, top: 0, width: 100, height: 50 },
    ]);
  });
});

describe('a turn', () => {
  const turn = (mode: OpOf<'rotate'>['mode'], degrees: number): Op => ({
    ...{ kind: 'rotate', mode, degrees, fill },
  });

  test.each<[string, Op, Instruction[]]>([
    ['by nothing', turn('pivot', 0), []],
    ['by everything', turn('straighten', -720), []],
    [
      'a quarter to the left',
      turn('pivot', 90),
      [{ kind: 'orient', turn: 270, mirror: false, width: 100, height: 200 }],
    ],
    [
      'a quarter to the right',
      turn('pivot', -90),
      [{ kind: 'orient', turn: 90, mirror: false, width: 100, height: 200 }],
    ],
    [
      'upside down',
      turn('pivot', 180),
      [{ kind: 'orient', turn: 180, mirror: false, width: 200, height: 100 }],
    ],
    [
      'straightened upside down',
      turn('straighten', 180),
      [{ kind: 'orient', turn: 180, mirror: false, width: 200, height: 100 }],
    ],
    [
      'straightened by a quarter',
      turn('straighten', 90),
      [{ kind: 'rotate', degrees: 90, zoom: 2, fill, width: 200, height: 100 }],
    ],
  ])('%s', (_, op, expected) => {
    const rounded = steps([op]).map((step) =>
      step.kind === 'rotate' ? { ...step, zoom: Math.round(step.zoom * 1e9) / 1e9 } : step,
    );
    expect(rounded).toEqual(expected);
  });

  test('by degrees counts from 0 to 360', () => {
    expect(steps([turn('pivot', -30)])).toMatchObject([{ kind: 'rotate', degrees: 330, zoom: 1 }]);
    expect(steps([turn('pivot', 390)])).toMatchObject([{ kind: 'rotate', degrees: 30, zoom: 1 }]);
  });
});

describe('steps that keep the size', () => {
  test.each<[Op]>([
    [{ kind: 'sharpen', sigma: 1, amount: 2, threshold: 3, channel: 'luma' }],
    [{ kind: 'tone', steps: [{ kind: 'gamma', exponent: 2 }] }],
    [{ kind: 'pixelate', side: 9 }],
    [{ kind: 'halftone', side: 9 }],
    [{ kind: 'denoise', strength: 9, sharpness: 3 }],
    [{ kind: 'bilevel', method: 'atkinson', level: 0.5 }],
    [{ kind: 'background', color: color(1) }],
    [{ kind: 'checker', side: 8, colors: [color(1), color(0)] }],
    [{ kind: 'border', color: color(1), sides: { top: 1, right: 2, bottom: 3, left: 4 } }],
  ])('%j says the size it works on', (op) => {
    expect(steps([{ kind: 'orient', by: 6 }, op]).slice(1)).toEqual([
      { ...op, width: 100, height: 200 },
    ]);
  });

  test.each([
    [200, 100],
    [100, 200],
  ])('the sigma of a blur is a share of the longer side of %i x %i', (width, height) => {
    expect(steps([{ kind: 'blur', sigma: share(0.05) }], { info: { width, height } })).toEqual([
      { kind: 'blur', sigma: 10, width, height },
    ]);
  });

  test.each([
    [200, 100],
    [100, 200],
  ])('the corners of a mask are shares of the shorter side of %i x %i', (width, height) => {
    const info = { width, height };
    const corners = (radii?: [number, number, number, number]): Op => ({
      ...{ kind: 'mask', shape: { kind: 'corners', ...(radii ? { radii } : {}) } },
    });
    expect(steps([corners()], { info })).toEqual([
      { kind: 'mask', shape: 'corners', radii: [20, 20, 20, 20], width, height },
    ]);
    expect(steps([corners([1, 49, 51, 3])], { info })).toMatchObject([{ radii: [1, 49, 50, 3] }]);
    const ellipse: Op = { kind: 'mask', shape: { kind: 'ellipse' }, color: color(0.5) };
    expect(steps([ellipse], { info })).toMatchObject([{ shape: 'ellipse', color: color(0.5) }]);
  });
});

describe('a trim', () => {
  const trim = (fields: Partial<OpOf<'trim'>> = {}): Op => ({
    ...{ kind: 'trim', rule: { by: 'border', mean: 1, deviation: 1 }, empty: 'fault' },
    ...fields,
  });
  const box = { left: 20, top: 30, width: 50, height: 40 };
  const within = (pad: number, more: Partial<SourceInfo> = {}) =>
    steps([trim({ pad })], { measured: [box], info: more });

  test.each<[number, Instruction[]]>([
    [0, [{ kind: 'extract', left: 20, top: 30, width: 50, height: 40 }]],
    [5, [{ kind: 'extract', left: 15, top: 25, width: 60, height: 50 }]],
    [-5, [{ kind: 'extract', left: 25, top: 35, width: 40, height: 30 }]],
    [-19, [{ kind: 'extract', left: 39, top: 49, width: 12, height: 2 }]],
    [-20, [{ kind: 'extract', left: 20, top: 30, width: 50, height: 40 }]],
    [-30, [{ kind: 'extract', left: 20, top: 30, width: 50, height: 40 }]],
  ])('with %i pixels of room', (pad, expected) => {
    expect(within(pad)).toEqual(expected);
  });

  test.each([
    [{ left: 50, top: 20, width: 12, height: 40 }, -6],
    [{ left: 50, top: 20, width: 40, height: 12 }, -6],
  ])('of a narrow box %j keeps it where nothing would be left', (narrow, pad) => {
    expect(steps([trim({ pad })], { measured: [narrow] })).toEqual([
      { kind: 'extract', ...narrow },
    ]);
  });

  test('with more room than there is stands on white, or on nothing where there is alpha', () => {
    const white = { red: 255, green: 255, blue: 255 };
    const ground = (alpha: number) => ({ kind: 'color', color: { ...white, alpha } }) as const;
    const sides = { left: 5, top: 0, right: 0, bottom: 0 };
    const part = { kind: 'extract', left: 0, top: 5, width: 95, height: 90 };
    const extend = { kind: 'extend', sides, width: 100, height: 90 };
    expect(within(25)).toEqual([part, { ...extend, fill: ground(1) }]);
    expect(within(25, { alpha: true })).toEqual([part, { ...extend, fill: ground(0) }]);
    expect(program([trim({ pad: 25 })], { measured: [box] }).alpha).toBe(false);
  });

  test('that would leave nothing is a fault, or none', () => {
    const empty = (rule: OpOf<'trim'>['empty']) =>
      steps([trim({ empty: rule })], { measured: ['empty'] });
    expect(() => empty('fault')).toThrow(fault('region-out-of-bounds'));
    expect(empty('keep')).toEqual([]);
  });

  test('asks with all that was done before it, of the frame that is shown', () => {
    const rule = { by: 'color', tolerance: 0.1 } as const;
    const desk: Desk = {
      info: { format: 'gif', pages: 5, space: 'rgb' },
      plan: {
        frames: { kind: 'one', index: 3 },
        cmyk: 'press',
        output: { ...PNG, profile: 'keep' },
      },
    };
    expect(lowered([{ kind: 'orient', by: 6 }, trim({ rule })], desk)).toEqual({
      kind: 'measure',
      before: [{ kind: 'orient', turn: 90, mirror: false, width: 100, height: 200 }],
      size: { width: 100, height: 200 },
      frames: { first: 3, count: 1 },
      // As it is seen, so that no border depends on what is kept of its color.
      ...{ color: 'srgb', cmyk: 'press', rule },
    });
  });

  test('is passed over for formats it is not for, and takes no box', () => {
    const skipped = trim({ notFor: ['jpeg', 'gif'] });
    const [taken] = [trim()];
    const cut = { kind: 'extract', ...box };
    expect(steps([skipped, taken!], { measured: [box] })).toEqual([cut]);
    const png: Desk = { measured: [box], info: { format: 'png' } };
    expect(lowered([skipped, taken!], png).kind).toBe('measure');
  });
});

describe('the limits of a picture on the way', () => {
  const limits = { maxPixels: 10_000, maxSide: 400, maxAnimation: 40_000 };
  const pad = (right: number, bottom: number): Op => ({
    ...{ kind: 'pad', top: px(0), left: px(0), right: px(right), bottom: px(bottom), fill },
  });
  const small = { width: 40, height: 20 };

  test.each<[string, Op, boolean]>([
    ['as many pixels as allowed', pad(60, 80), true],
    ['a row more', pad(60, 81), false],
    ['as wide as allowed', pad(360, 0), true],
    ['a column more', pad(361, 0), false],
    ['as high as allowed', { ...pad(0, 0), top: px(0), bottom: px(380) } as Op, false],
  ])('%s', (_, op, fits) => {
    const lowering = () => program([op], { info: small, limits });
    if (fits) expect(lowering().instructions).toHaveLength(1);
    else expect(lowering).toThrow(fault('result-too-large'));
  });

  test('its longest side may be either', () => {
    const narrow = { width: 2, height: 20 };
    expect(program([pad(0, 380)], { info: narrow, limits }).size.height).toBe(400);
    expect(() => program([pad(0, 381)], { info: narrow, limits })).toThrow(
      fault('result-too-large'),
    );
  });

  test('a source of any size may be turned and cut', () => {
    const info = { width: 5000, height: 4000, orientation: 6 as const };
    const turn: Op = { kind: 'orient', by: 'source' };
    const cut: Op = { ...{ kind: 'inset', top: px(1), right: px(1), bottom: px(1), left: px(1) } };
    expect(program([turn, cut], { info, limits }).size).toEqual({ width: 3998, height: 4998 });
    expect(() => program([{ kind: 'blur', sigma: px(3) }], { info, limits })).toThrow(
      fault('result-too-large'),
    );
  });

  test('by default are 80 megapixels, 32768 on a side, and 8192 x 8192 over all frames', () => {
    const blur: Op = { kind: 'blur', sigma: px(1) };
    const fits = (width: number, height: number) =>
      program([blur], { info: { width, height } }).size;
    expect(fits(10_000, 8000)).toEqual({ width: 10_000, height: 8000 });
    expect(() => fits(10_000, 8001)).toThrow(fault('result-too-large'));
    expect(fits(32_768, 1000)).toEqual({ width: 32_768, height: 1000 });
    expect(() => fits(32_769, 1000)).toThrow(fault('result-too-large'));
    expect(DEFAULT_LOWER_LIMITS.maxAnimation).toBe(2 ** 26);
  });

  test('an animation may fill the limit with its frames, or stay as large as it came', () => {
    const gif = picture({ formats: [{ format: 'gif' }], quality: { kind: 'lossless' } });
    const film = (op: Op, info: Partial<SourceInfo>) =>
      program([op], { info: { format: 'gif', ...info }, plan: { output: gif }, limits }).size;
    const four = { width: 40, height: 20, pages: 4 };
    expect(film(pad(60, 80), four)).toEqual({ width: 100, height: 100 });
    expect(() => film(pad(60, 80), { ...four, pages: 5 })).toThrow(fault('result-too-large'));
    const blur: Op = { kind: 'blur', sigma: px(1) };
    expect(film(blur, { width: 100, height: 100, pages: 5 })).toEqual({ width: 100, height: 100 });
    // Not wider than long matters, but how many pixels there are.
    expect(() => film(pad(0, 80), { width: 90, height: 10, pages: 50 })).toThrow(
      fault('result-too-large'),
    );
  });
});

describe('colors and frames of a program', () => {
  const output = (profile: 'srgb' | 'keep' | 'tagged-srgb' | 'strip'): Output => ({
    ...PNG,
    profile,
  });

  test.each<['srgb' | 'keep' | 'tagged-srgb' | 'strip', SourceInfo['space'], Program['color']]>([
    ['srgb', 'rgb', 'srgb'],
    ['tagged-srgb', 'rgb', 'srgb'],
    ['strip', 'rgb', 'strip'],
    ['strip', 'cmyk', 'strip'],
    ['keep', 'rgb', 'keep'],
    ['keep', 'grey', 'srgb'],
    ['keep', 'cmyk', 'srgb'],
  ])('profile %s of %s is read as %s', (profile, space, color) => {
    expect(program([], { info: { space }, plan: { output: output(profile) } }).color).toBe(color);
  });

  test('what is no picture is read as sRGB and has no format', () => {
    const facts: Output = { kind: 'facts', form: 'imgix' };
    const result = program([], { plan: { output: facts }, info: { format: 'gif', pages: 3 } });
    expect(result).toMatchObject({
      color: 'srgb',
      alternatives: [],
      frames: { first: 0, count: 3 },
    });
    expect(result).not.toHaveProperty('chosen');
  });

  test('inks are said where the plan says them', () => {
    expect(program([], { plan: { cmyk: 'press' } }).cmyk).toBe('press');
    expect(program([])).not.toHaveProperty('cmyk');
  });

  test('a source in another space is the identity only where its space is kept', () => {
    const identity = (info: Partial<SourceInfo>, profile: 'srgb' | 'keep') =>
      program([], { info, plan: { output: output(profile) } }).identity;
    expect(identity({ profile: 'other' }, 'keep')).toBe(true);
    expect(identity({ profile: 'other' }, 'srgb')).toBe(false);
    expect(identity({ space: 'grey' }, 'srgb')).toBe(true);
    expect(identity({ space: 'cmyk' }, 'srgb')).toBe(false);
  });

  test.each([
    [-1, 0],
    [0, 0],
    [4, 4],
    [9, 4],
  ])('frame %i of five is %i', (index, first) => {
    const desk: Desk = {
      info: { format: 'gif', pages: 5 },
      plan: { frames: { kind: 'one', index } },
    };
    expect(program([], desk).frames).toEqual({ first, count: 1 });
  });
});

describe('plans and programs in text', () => {
  test('a frame is named where one is asked for', () => {
    const plan: Plan = { frames: { kind: 'all' }, ops: [], output: PNG };
    expect(printPlan(plan)).not.toContain('frame');
    expect(printPlan({ ...plan, frames: { kind: 'one', index: 0 } })).toContain('frame 0');
    expect(printPlan({ ...plan, cmyk: 'press' })).toContain('cmyk press');
  });

  test('the second frame alone, and what keeps every pixel', () => {
    const desk: Desk = {
      info: { format: 'gif', pages: 5 },
      plan: {
        frames: { kind: 'one', index: 1 },
        output: picture({
          formats: [{ format: 'png', lossless: true }],
          quality: { kind: 'lossless' },
        }),
      },
    };
    expect(printProgram(program([], desk))).toEqual(['frames 1..1', 'encode png lossless 200x100']);
  });

  test('a frozen plan can not be changed at any depth', () => {
    const plan = freezePlan({
      frames: { kind: 'all' },
      ops: [resize({ width: px(9) })],
      output: PNG,
    });
    expect(Object.isFrozen(plan)).toBe(true);
    const [op] = plan.ops;
    expect(op?.kind === 'resize' && Object.isFrozen(op.width)).toBe(true);
    expect(sourcePlan(true)).toEqual({
      frames: { kind: 'all' },
      ops: [],
      output: { kind: 'source', sanitize: true },
    });
    expect(Object.isFrozen(sourcePlan(false).output)).toBe(true);
  });
});

describe('cross-hairs', () => {
  test.each([
    // share of the width and of the height of 200 x 100, pixel
    [0, 0, 0, 0],
    [1, 1, 199, 99],
    [0.5, 0.5, 100, 50],
    [0.998, 0.996, 199, 99],
    [0.0049, 0.0099, 0, 0],
    [0.0051, 0.0151, 1, 1],
    [0.1234, 0.5678, 24, 56],
  ])('at %d and %d stand on the pixel %i, %i that holds the place', (x, y, column, row) => {
    expect(steps([{ kind: 'cross-hairs', x, y }])).toEqual([
      { kind: 'cross-hairs', x: column, y: row, width: 200, height: 100 },
    ]);
  });
});

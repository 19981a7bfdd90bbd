import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BT709 } from '../base/chromaticity.ts';
import { isFault } from '../base/fault.ts';
import type { Face } from '../image/face.ts';
import type { FormatName } from '../image/format.ts';
import { power } from '../image/source-color.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import type { SourceInfo } from '../image/source-info.ts';
import { canonicalize } from './canonicalize.ts';
import { fitResize, fittedSize } from './fit.ts';
import { planKey } from './key.ts';
import { lower } from './lower.ts';
import { CENTRE, type Fill, type Op, px, type ResizeOp, share } from './op.ts';
import { type Output, picture } from './output.ts';
import type { Plan } from './plan.ts';
import { printPlan, printProgram } from './print.ts';
import type { TrimBox } from './program.ts';

const PNG = picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } });
const plan = (ops: readonly Op[], output: Output = PNG): Plan => ({
  frames: { kind: 'all' },
  ops,
  output,
});
const NOTHING: ReadonlySet<FormatName> = new Set();

const program = (ops: readonly Op[], facts: Partial<SourceInfo> = {}, measured: TrimBox[] = []) => {
  const lowered = lower(plan(ops), sourceInfo(facts), NOTHING, { measured });
  if (lowered.kind !== 'program') throw new Error('expected a program');
  return lowered.program;
};

const resize = (fields: Partial<ResizeOp>): ResizeOp => ({
  kind: 'resize',
  fit: 'inside',
  enlarge: 'never',
  filter: 'lanczos3',
  ...fields,
});

const crop = (fields: Partial<Extract<Op, { kind: 'crop' }>>): Op => ({
  kind: 'crop',
  area: { kind: 'size', width: px(600), height: px(600) },
  x: CENTRE,
  y: CENTRE,
  outside: 'fault',
  ...fields,
});

describe('lower', () => {
  test.each<[string, Op[], Partial<SourceInfo>, string[]]>([
    ['nothing to do', [{ kind: 'orient', by: 'source' }], {}, []],
    [
      'orientation first',
      [{ kind: 'orient', by: 'source' }, resize({ width: px(100), height: px(100) })],
      { width: 400, height: 200, orientation: 6 },
      ['orient turn 90 mirror false -> 200x400', 'scale filter lanczos3 -> 50x100'],
    ],
    [
      'crop at a place',
      [crop({ x: { kind: 'at', length: share(0.5) }, y: { kind: 'at', length: px(0) } })],
      {},
      ['extract 1000,0 -> 600x600'],
    ],
    [
      'crop by offset',
      [crop({ x: { kind: 'slack', share: 0.1 }, y: { kind: 'slack', share: 1 } })],
      {},
      ['extract 140,600 -> 600x600'],
    ],
    [
      'crop by ratio, then width',
      [crop({ area: { kind: 'ratio', ratio: 16 / 9 } }), resize({ width: px(640) })],
      {},
      ['extract 0,38 -> 2000x1125', 'scale filter lanczos3 -> 640x360'],
    ],
    [
      'a safe crop is cut',
      [
        crop({
          outside: 'intersect',
          x: { kind: 'at', length: px(1700) },
          y: { kind: 'at', length: px(0) },
        }),
      ],
      {},
      ['extract 1700,0 -> 300x600'],
    ],
    [
      'an inset',
      [
        {
          kind: 'inset',
          top: share(0.20556),
          right: share(0.33333),
          bottom: share(0.20555),
          left: share(0.33333),
        },
      ],
      {},
      ['extract 667,247 -> 666x706'],
    ],
    [
      'a ratio canvas',
      [
        {
          kind: 'canvas',
          area: { kind: 'ratio', ratio: 4 / 3 },
          x: CENTRE,
          y: CENTRE,
          fill: { kind: 'edge' },
        },
      ],
      {},
      ['extend sides (left 0 top 150 right 0 bottom 150) fill (edge) -> 2000x1500'],
    ],
    [
      'a canvas that clips',
      [
        {
          kind: 'canvas',
          area: { kind: 'size', width: px(100), height: px(1300) },
          x: CENTRE,
          y: CENTRE,
          fill: { kind: 'edge' },
        },
      ],
      {},
      [
        'extract 950,0 -> 100x1200',
        'extend sides (left 0 top 50 right 0 bottom 50) fill (edge) -> 100x1300',
      ],
    ],
    [
      'two scales are one',
      [resize({ width: px(1000) }), resize({ width: px(500) })],
      {},
      ['scale filter lanczos3 -> 500x300'],
    ],
    [
      'a limit reaches through a cover',
      [
        resize({ width: px(10_000), height: px(5000), fit: 'cover', enlarge: 'allowed' }),
        { kind: 'limit', side: 8192 },
      ],
      {},
      ['scale filter lanczos3 -> 8192x4915', 'extract 0,410 -> 8192x4096'],
    ],
    [
      'top-bottom mirror',
      [{ kind: 'mirror', horizontal: false, vertical: true }],
      {},
      ['orient turn 180 mirror true -> 2000x1200'],
    ],
    [
      'a quarter turn to the left',
      [{ kind: 'rotate', degrees: 90, mode: 'pivot', fill: { kind: 'edge' } }],
      {},
      ['orient turn 270 mirror false -> 1200x2000'],
    ],
  ])('%s', (_, ops, facts, lines) => {
    expect(printProgram(program(ops, facts)).slice(0, -1)).toEqual(lines);
  });

  test.each<[string, Op]>([
    [
      'a crop that leaves the picture',
      crop({ x: { kind: 'at', length: px(1700) }, y: { kind: 'at', length: px(0) } }),
    ],
    [
      'a crop larger than the picture',
      crop({ area: { kind: 'size', width: px(2400), height: px(600) } }),
    ],
    [
      'an inset that leaves nothing',
      { kind: 'inset', top: px(0), right: px(1000), bottom: px(0), left: px(1000) },
    ],
  ])('%s is a fault', (_, op) => {
    expect(() => program([op])).toThrow(
      expect.toSatisfy((e) => isFault(e, 'region-out-of-bounds')),
    );
  });

  test('a picture that grows past the limit is a fault', () => {
    const op = resize({ width: px(90_000), enlarge: 'allowed' });
    expect(() => program([op])).toThrow(expect.toSatisfy((e) => isFault(e, 'result-too-large')));
  });

  test('an animation that grows past the sum of its frames is a fault', () => {
    const output = picture({ formats: [{ format: 'gif' }], quality: { kind: 'lossless' } });
    const grown = plan([resize({ width: px(2000), enlarge: 'allowed' })], output);
    const gif = sourceInfo({ format: 'gif', width: 40, height: 40, pages: 40 });
    expect(() => lower(grown, gif, NOTHING)).toThrow(
      expect.toSatisfy((e) => isFault(e, 'result-too-large')),
    );
    expect(lower(grown, { ...gif, pages: 10 }, NOTHING).kind).toBe('program');
  });

  test('a trim asks to be measured, then goes on with the box', () => {
    const ops: Op[] = [
      { kind: 'trim', rule: { by: 'border', mean: 11, deviation: 10 }, empty: 'keep' },
      resize({ width: px(160) }),
    ];
    const first = lower(plan(ops), sourceInfo(), NOTHING);
    expect(first).toMatchObject({ kind: 'measure', rule: { by: 'border' }, size: { width: 2000 } });
    const box = { left: 40, top: 40, width: 320, height: 220 };
    expect(printProgram(program(ops, {}, [box])).slice(0, -1)).toEqual([
      'extract 40,40 -> 320x220',
      'scale filter lanczos3 -> 160x110',
    ]);
    expect(program(ops, {}, ['empty']).size).toEqual({ width: 160, height: 96 });
  });

  test('alpha follows what the steps leave clear', () => {
    const pad = (alpha: number): Op => ({
      kind: 'pad',
      top: px(5),
      right: px(5),
      bottom: px(5),
      left: px(5),
      fill: { kind: 'color', color: { red: 0, green: 0, blue: 0, alpha } },
    });
    expect(program([pad(1)]).alpha).toBe(false);
    expect(program([pad(0)]).alpha).toBe(true);
    expect(
      program([{ kind: 'background', color: { red: 0, green: 0, blue: 0, alpha: 1 } }], {
        alpha: true,
      }).alpha,
    ).toBe(false);
    expect(program([], { alpha: true, opaque: true }).alpha).toBe(false);
    expect(program([{ kind: 'mask', shape: { kind: 'ellipse' } }]).alpha).toBe(true);
  });

  test('a program is the identity only when every pixel stays', () => {
    expect(program([{ kind: 'orient', by: 'source' }]).identity).toBe(true);
    // Upright is where the source's own tag puts every pixel, and nowhere else.
    const own = program([{ kind: 'orient', by: 'source' }], { orientation: 3 });
    expect([own.identity, own.upright]).toEqual([true, true]);
    const other = program([{ kind: 'orient', by: 6 }], { orientation: 3 });
    expect([other.identity, other.upright]).toEqual([false, false]);
    expect(program([{ kind: 'orient', by: 6 }]).identity).toBe(false);
    expect(program([resize({ width: px(3000) })]).identity).toBe(true);
    expect(program([], { profile: 'other' }).identity).toBe(false);
    expect(program([], { space: 'cmyk' }).identity).toBe(false);
    const color = { primaries: BT709, transfer: power(1) };
    expect(program([], { color }).identity).toBe(false);
  });

  test('the program ends with the size of the pure function', () => {
    const side = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.constantFrom('inside', 'outside', 'stretch', 'cover', 'contain' as const),
        fc.constantFrom('allowed', 'never' as const),
        (width, height, w, h, fit, enlarge) => {
          const op = resize({
            width: px(w),
            height: px(h),
            fit: fit as ResizeOp['fit'],
            enlarge: enlarge as 'allowed',
          });
          const expected = fittedSize(fitResize(op, { width, height }));
          fc.pre(
            expected.width * expected.height < 60_000_000 &&
              Math.max(expected.width, expected.height) < 30_000,
          );
          let size: unknown;
          try {
            size = program([op], { width, height }).size;
          } catch (error) {
            if (isFault(error, 'result-too-large')) return;
            throw error;
          }
          expect(size).toEqual(expected);
        },
      ),
      { numRuns: 10_000 },
    );
  });
});

describe('whether a picture may be clear behind an op', () => {
  const ink = (alpha: number) => ({ red: 1, green: 2, blue: 3, alpha });
  const fill = (alpha: number): Fill => ({ kind: 'color', color: ink(alpha) });
  const ellipse = { kind: 'mask', shape: { kind: 'ellipse' } } as const;
  const turn = (mode: 'pivot' | 'straighten', degrees: number, alpha: number): Op => ({
    ...{ kind: 'rotate', mode, degrees, fill: fill(alpha) },
  });
  const border = (...radii: [number, number, number, number]): Op => ({
    ...{ kind: 'border', color: ink(1), radii, sides: { top: 1, right: 1, bottom: 1, left: 1 } },
  });
  const framed = { width: px(500), height: px(500), fit: 'contain' } as const;

  test.each<[string, Op, wasOpaque: boolean, wasClear: boolean]>([
    // what, op, behind an opaque picture, behind one with alpha
    ['a mask', ellipse, true, true],
    ['a mask on a color', { ...ellipse, color: ink(1) }, false, true],
    ['a mask on half a color', { ...ellipse, color: ink(0.5) }, true, true],
    ['a mask on no color', { ...ellipse, color: ink(0) }, true, true],
    ['a ground', { kind: 'background', color: ink(1) }, false, false],
    ['half a ground', { kind: 'background', color: ink(0.5) }, false, true],
    ['squares', { kind: 'checker', side: 8, colors: [ink(1), ink(1)] }, false, false],
    ['squares, one clear', { kind: 'checker', side: 8, colors: [ink(1), ink(0)] }, false, true],
    ['a border', border(0, 0, 0, 0), false, true],
    ['a border with one round corner', border(0, 0, 0, 9), true, true],
    ['a turn on a color', turn('pivot', 30, 1), false, true],
    ['a turn on half a color', turn('pivot', 30, 0.5), true, true],
    ['a turn without corners', turn('straighten', 30, 0), false, true],
    ['a quarter turn', turn('pivot', 90, 0), false, true],
    ['a frame', resize(framed), true, true],
    ['a frame on a color', resize({ ...framed, fill: fill(1) }), false, true],
    ['a frame of the same shape', resize({ ...framed, height: px(300) }), false, true],
  ])('%s', (_, op, ...clear) => {
    expect([program([op]).alpha, program([op], { alpha: true }).alpha]).toEqual(clear);
  });
});

describe('chooseFormat through lower', () => {
  const output = picture({
    formats: [
      { when: { accepts: 'avif', animated: false }, format: 'avif' },
      { when: { accepts: 'webp' }, format: 'webp' },
      { when: { animated: true }, format: 'gif' },
      { when: { alpha: true }, format: 'png' },
      { format: 'jpeg' },
    ],
    quality: { kind: 'quality', jpeg: 75 },
  });
  const chosen = (accepts: FormatName[], facts: Partial<SourceInfo> = {}) => {
    const lowered = lower(plan([], output), sourceInfo(facts), new Set(accepts));
    if (lowered.kind !== 'program') throw new Error('expected a program');
    const { chosen, alternatives, frames } = lowered.program;
    return [chosen?.format, alternatives.map((a) => a.format).join(' '), frames.count];
  };

  test.each<[FormatName[], Partial<SourceInfo>, (string | number)[], string]>([
    [['avif', 'webp'], {}, ['avif', 'webp jpeg', 1], 'the first that holds'],
    [['webp'], {}, ['webp', 'jpeg', 1], 'what the client names'],
    [[], {}, ['jpeg', '', 1], 'nothing negotiated, nothing to race'],
    [[], { alpha: true, format: 'png' }, ['png', '', 1], 'alpha'],
    [
      ['avif', 'webp'],
      { format: 'gif', pages: 4 },
      ['webp', 'gif', 4],
      'animations never become AVIF',
    ],
    [['avif'], { format: 'gif', pages: 4 }, ['gif', '', 4], 'and stay GIF where WebP is not named'],
    [['avif', 'webp'], { width: 40, height: 40 }, ['webp', 'jpeg', 1], 'tiny pictures skip AVIF'],
    [
      ['avif'],
      { width: 50, height: 50 },
      ['avif', 'jpeg', 1],
      '2500 pixels are the fewest for AVIF',
    ],
    [['avif'], { width: 50, height: 49 }, ['jpeg', '', 1], 'below, its container outweighs'],
    [['avif'], { width: 4096, height: 4096 }, ['avif', 'jpeg', 1], '4096 x 4096 are the most'],
    [['avif'], { width: 4096, height: 4097 }, ['jpeg', '', 1], 'and a row more is too much'],
    [['webp'], { width: 16_383, height: 40 }, ['webp', 'jpeg', 1], 'the longest side of WebP'],
    [['webp'], { width: 16_384, height: 40 }, ['jpeg', '', 1], 'WebP cannot hold the side'],
  ])('%j with %j gives %j (%s)', (accepts, facts, expected) => {
    expect(chosen(accepts, facts)).toEqual(expected);
  });
});

describe('canonicalize', () => {
  const key = (ops: readonly Op[], output: Output = PNG) => planKey(plan(ops, output));

  test.each<[string, Op[], Op[]]>([
    [
      'density folds into lengths',
      [resize({ width: px(200), density: 2 })],
      [resize({ width: px(400) })],
    ],
    [
      'one-sided fits are alike',
      [resize({ width: px(200), fit: 'cover' })],
      [resize({ width: px(200) })],
    ],
    [
      'the centre goes without saying',
      [
        resize({
          width: px(2),
          height: px(2),
          fit: 'cover',
          anchor: { kind: 'slack', x: 0.5, y: 0.5 },
        }),
      ],
      [resize({ width: px(2), height: px(2), fit: 'cover' })],
    ],
    [
      'a focus on an edge is that edge',
      [
        resize({
          width: px(2),
          height: px(2),
          fit: 'cover',
          anchor: { kind: 'focus', x: 0.5, y: 0, zoom: 1 },
        }),
      ],
      [
        resize({
          width: px(2),
          height: px(2),
          fit: 'cover',
          anchor: { kind: 'slack', x: 0.5, y: 0 },
        }),
      ],
    ],
    [
      'steps that change nothing go',
      [
        { kind: 'orient', by: 1 },
        { kind: 'tone', steps: [{ kind: 'saturation', factor: 1 }] },
        { kind: 'blur', sigma: px(0) },
      ],
      [],
    ],
    [
      'limits that cannot act go',
      [resize({ width: px(20), height: px(20) }), { kind: 'limit', side: 8192 }],
      [resize({ width: px(20), height: px(20) })],
    ],
    [
      'noise in the digits goes',
      [resize({ width: { share: 0.1 + 0.2 } })],
      [resize({ width: { share: 0.3 } })],
    ],
  ])('%s', (_, a, b) => {
    expect(key(a)).toBe(key(b));
  });

  test('what differs in meaning differs in key', () => {
    const keys = [
      key([resize({ width: px(200) })]),
      key([resize({ height: px(200) })]),
      key([resize({ width: px(200), enlarge: 'allowed' })]),
      key([resize({ width: px(200), filter: 'nearest' })]),
      key([resize({ width: { share: 0.2 } })]),
      key([], picture({ formats: [{ format: 'jpeg' }], quality: { kind: 'quality', jpeg: 70 } })),
      key([], picture({ formats: [{ format: 'jpeg' }], quality: { kind: 'quality', jpeg: 71 } })),
      key([]),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('quality means nothing where no format has one', () => {
    const png = (jpeg: number) =>
      key([], picture({ formats: [{ format: 'png' }], quality: { kind: 'quality', jpeg } }));
    expect(png(10)).toBe(png(90));
  });

  test('the canonical form is its own canonical form, frozen, and prints', () => {
    const once = canonicalize(
      plan([crop({}), resize({ width: px(200), density: 1.5, fit: 'cover', height: px(99) })]),
    );
    expect(canonicalize(once)).toEqual(once);
    expect(Object.isFrozen(once.ops[0])).toBe(true);
    expect(printPlan(once)).toContain('resize width 300 height 148.5 fit cover');
  });
});

describe('an anchor on faces', () => {
  const info = sourceInfo({ format: 'jpeg', width: 900, height: 300 });
  const face = (left: number, side = 60): Face => ({
    confidence: 0.9,
    bounds: { left, top: 100, width: side, height: side },
    leftEye: { x: left + 15, y: 120, width: 10 },
    rightEye: { x: left + 45, y: 120, width: 10 },
    mouth: { x: left + 30, y: 145 },
  });
  const box = { width: px(150), height: px(150), fit: 'cover', enlarge: 'allowed' } as const;
  const onFaces = resize({
    ...box,
    anchor: { kind: 'faces', face: 0 },
    withoutFaces: resize({ ...box, anchor: { kind: 'slack', x: 1, y: 0 } }),
  });
  const lowered = (ops: readonly Op[], faces?: readonly Face[], facts = info) => {
    const findings = faces === undefined ? {} : { faces };
    const made = lower(plan(ops), facts, NOTHING, { findings });
    return made.kind === 'program' ? printProgram(made.program).slice(0, -1) : made;
  };

  test('asks for them where they are not known, and for nothing else', () => {
    expect(lowered([onFaces])).toEqual({ kind: 'find', finding: 'faces' });
    expect(lowered([resize({ ...box })])).not.toMatchObject({ kind: 'find' });
  });

  test('keeps the faces in its window', () => {
    expect(lowered([onFaces], [face(300)])).toEqual([
      'scale filter lanczos3 -> 450x150',
      'extract 90,0 -> 150x150',
    ]);
  });

  test('without any is the resize that stands for it', () => {
    expect(lowered([onFaces], [])).toEqual([
      'scale filter lanczos3 -> 450x150',
      'extract 300,0 -> 150x150',
    ]);
  });

  test('a face that an earlier step cut away is none', () => {
    const half = crop({ area: { kind: 'size', width: px(450), height: px(300) } });
    const left = { ...half, x: { kind: 'at', length: px(450) } } as Op;
    expect(lowered([left, onFaces], [face(300)])).toEqual([
      'extract 450,0 -> 450x300',
      'scale filter lanczos3 -> 225x150',
      'extract 75,0 -> 150x150',
    ]);
  });

  test('faces follow the turn of the source', () => {
    // Stored on its side: upright it is 300 wide and 900 high, and the face is low.
    const turned = sourceInfo({ format: 'jpeg', width: 900, height: 300, orientation: 6 });
    const low: Face = { ...face(100), bounds: { left: 100, top: 700, width: 60, height: 60 } };
    const [, , window] = lowered(
      [{ kind: 'orient', by: 'source' }, onFaces],
      [low],
      turned,
    ) as string[];
    expect(window).toBe('extract 0,288 -> 150x150');
  });
});

/** The area of faces as a resize, in a program and in a series of sizes. */
import { describe, expect, test } from 'vitest';
import type { Region } from '../base/size.ts';
import type { Face } from '../image/face.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import { fitResize } from './fit.ts';
import { lower } from './lower.ts';
import { type Op, px, type ResizeOp, share } from './op.ts';
import { type Output, picture } from './output.ts';
import { printProgram } from './print.ts';
import { seriesKey } from './size-series.ts';

const SOURCE = { width: 400, height: 300 };

function face(left: number, top: number, width: number, height = width): Face {
  const eye = { x: left + width / 2, y: top + height / 2, width: width / 5 };
  const bounds: Region = { left, top, width, height };
  return { confidence: 0.9, bounds, leftEye: eye, rightEye: eye, mouth: eye };
}

const LARGE = face(100, 90, 40, 60);
const SMALL = face(200, 150, 20);

const area = (
  fields: Partial<ResizeOp> = {},
  { pad = 1, face: one }: { pad?: number; face?: number } = {},
): ResizeOp => ({
  ...{ kind: 'resize', fit: 'cover', enlarge: 'never', filter: 'lanczos3' },
  anchor: { kind: 'face-area', pad, ...(one === undefined ? {} : { face: one }) },
  ...fields,
});

describe('what a resize to the area of faces does', () => {
  const both = { left: 100, top: 90, width: 120, height: 80 };
  const first = LARGE.bounds;
  const second = SMALL.bounds;

  test.each<[string, ResizeOp, Region, [number, number]]>([
    // what, resize, cut before, size
    ['without a size: it is cut alone', area(), both, [120, 80]],
    ['one of them', area({}, { face: 0 }), first, [40, 60]],
    ['the other', area({}, { face: 1 }), second, [20, 20]],
    ['a number past the end: the last', area({}, { face: 7 }), second, [20, 20]],
    [
      'grown about its middle',
      area({}, { face: 0, pad: 2 }),
      { left: 80, top: 60, width: 80, height: 120 },
      [80, 120],
    ],
    ['one width: the height follows from the part', area({ width: px(60) }), both, [60, 40]],
    ['one height', area({ height: px(160) }), both, [240, 160]],
    [
      'a box: the part has its ratio',
      area({ width: px(50), height: px(50) }),
      { left: 100, top: 70, width: 120, height: 120 },
      [50, 50],
    ],
    [
      'a ratio: as large as such a box in the picture',
      area({ ratio: 1 }),
      { left: 100, top: 70, width: 120, height: 120 },
      [300, 300],
    ],
    [
      'a width and a ratio',
      area({ width: px(100), ratio: 2 }),
      { left: 80, top: 90, width: 160, height: 80 },
      [100, 50],
    ],
    ['a share is of the picture', area({ width: share(0.5) }), both, [200, 133]],
    [
      'a half is a pixel',
      area({ width: px(10.5), height: px(10.5) }),
      { left: 100, top: 70, width: 120, height: 120 },
      [11, 11],
    ],
  ])('%s', (_, op, before, [width, height]) => {
    expect(fitResize(op, SOURCE, [LARGE, SMALL])).toEqual({ before, scaled: { width, height } });
  });

  test('without a face it is nothing', () => {
    expect(fitResize(area({ width: px(50) }), SOURCE)).toEqual({ scaled: SOURCE });
    expect(fitResize(area({ width: px(50) }), SOURCE, [])).toEqual({ scaled: SOURCE });
  });
});

describe('in a program', () => {
  const output = picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } });
  const lowered = (ops: Op[], faces?: readonly Face[], shown: Output = output) =>
    lower(
      { frames: { kind: 'all' }, ops, output: shown },
      sourceInfo({ ...SOURCE, format: 'png' }),
      new Set(),
      { findings: faces === undefined ? {} : { faces } },
    );
  const lines = (ops: Op[], faces: readonly Face[]) => {
    const found = lowered(ops, faces);
    if (found.kind !== 'program') throw new Error(`expected a program, got ${found.kind}`);
    return printProgram(found.program).slice(0, -1);
  };

  test('faces are found first, also where nothing will be cut', () => {
    expect(lowered([area()])).toEqual({ kind: 'find', finding: 'faces' });
    const whole = area({ width: px(400), height: px(300) });
    expect(lowered([whole])).toEqual({ kind: 'find', finding: 'faces' });
  });

  test('an anchor on faces that has nothing to cut asks for none', () => {
    const anchor = { kind: 'faces', face: 0 } as const;
    const box = (width: number, height: number) =>
      area({ anchor, width: px(width), height: px(height) });
    expect(lowered([box(200, 150)]).kind).toBe('program');
    expect(lowered([box(200, 140)])).toEqual({ kind: 'find', finding: 'faces' });
  });

  test('the part is cut, then scaled', () => {
    expect(lines([area({ width: px(60) })], [LARGE, SMALL])).toEqual([
      'extract 100,90 -> 120x80',
      'scale filter lanczos3 -> 60x40',
    ]);
  });

  test('faces behind a crop are those that are left, where they are then', () => {
    const crop: Op = {
      ...{ kind: 'crop', area: { kind: 'size', width: px(200), height: px(300) } },
      ...{ x: { kind: 'at', length: px(150) }, y: { kind: 'at', length: px(0) }, outside: 'fault' },
    };
    expect(lines([crop, area()], [LARGE, SMALL])).toEqual(['extract 200,150 -> 20x20']);
  });

  test('without a face, what stands for it is done, or nothing', () => {
    const otherwise: ResizeOp = {
      ...{ kind: 'resize', fit: 'inside', enlarge: 'never', filter: 'lanczos3' },
      width: px(40),
    };
    expect(lines([area({ width: px(60), withoutFaces: otherwise })], [])).toEqual([
      'scale filter lanczos3 -> 40x30',
    ]);
    expect(lines([area({ width: px(60), withoutFaces: otherwise })], [LARGE])).toEqual([
      'extract 100,90 -> 40x60',
      'scale filter lanczos3 -> 60x90',
    ]);
    expect(lines([area({ width: px(60) })], [])).toEqual([]);
  });

  test('facts with faces ask for them; those without do not', () => {
    const facts = { kind: 'facts', form: 'imgix' } as const;
    expect(lowered([], undefined, { ...facts, faces: true })).toEqual({
      kind: 'find',
      finding: 'faces',
    });
    expect(lowered([], [], { ...facts, faces: true }).kind).toBe('program');
    expect(lowered([], undefined, facts).kind).toBe('program');
  });
});

test('sizes of one area are a series; other areas are not', () => {
  const key = (op: Op) =>
    seriesKey(
      {
        frames: { kind: 'all' },
        ops: [op],
        output: picture({ formats: [], quality: { kind: 'target', score: 68 } }),
      },
      'a',
    );
  const one = key(area({ width: px(300) }));
  expect(key(area({ width: px(600) }))).toBe(one);
  expect(key(area())).toBe(one);
  for (const other of [
    area({ width: px(300) }, { pad: 2 }),
    area({ width: px(300) }, { face: 1 }),
    area({ width: px(300), height: px(300) }),
    area({ width: px(300), anchor: { kind: 'slack', x: 0, y: 0 } }),
  ]) {
    expect(key(other)).not.toBe(one);
  }
});

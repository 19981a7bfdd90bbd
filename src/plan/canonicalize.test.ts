import { describe, expect, test } from 'vitest';
import { canonicalize } from './canonicalize.ts';
import { CENTRE, type Op, px, type ResizeOp, share } from './op.ts';
import { picture } from './output.ts';

const canonical = (...ops: Op[]) =>
  canonicalize({
    frames: { kind: 'all' },
    ops,
    output: picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } }),
  }).ops;

const NONE = { top: px(0), right: px(0), bottom: px(0), left: px(0) };
const TEAL = { red: 0, green: 128, blue: 128, alpha: 1 };
const fill = { kind: 'color', color: TEAL } as const;
const whole = { kind: 'size', width: share(1), height: share(1) } as const;
const resize = (fields: Partial<ResizeOp>): ResizeOp => ({
  ...{ kind: 'resize', fit: 'inside', enlarge: 'never', filter: 'lanczos3' },
  ...fields,
});

describe('a step that changes nothing goes, one that changes a little stays', () => {
  test.each<[string, Op, Op]>([
    ['orient', { kind: 'orient', by: 1 }, { kind: 'orient', by: 2 }],
    [
      'mirror',
      { kind: 'mirror', horizontal: false, vertical: false },
      { kind: 'mirror', horizontal: false, vertical: true },
    ],
    ['inset', { kind: 'inset', ...NONE }, { kind: 'inset', ...NONE, left: px(1) }],
    ['pad', { kind: 'pad', ...NONE, fill }, { kind: 'pad', ...NONE, bottom: share(0.01), fill }],
    [
      'rotate',
      { kind: 'rotate', degrees: -360, mode: 'pivot', fill },
      { kind: 'rotate', degrees: 0.1, mode: 'pivot', fill },
    ],
    ['blur', { kind: 'blur', sigma: share(0) }, { kind: 'blur', sigma: px(0.1) }],
    [
      'sharpen',
      { kind: 'sharpen', sigma: 1, amount: 0, threshold: 0, channel: 'luma' },
      { kind: 'sharpen', sigma: 1, amount: -0.1, threshold: 0, channel: 'luma' },
    ],
    ['pixelate', { kind: 'pixelate', side: 1 }, { kind: 'pixelate', side: 2 }],
    ['halftone', { kind: 'halftone', side: 1 }, { kind: 'halftone', side: 2 }],
    [
      'tone',
      { kind: 'tone', steps: [{ kind: 'gamma', exponent: 1 }] },
      { kind: 'tone', steps: [{ kind: 'gamma', exponent: 1.01 }] },
    ],
    [
      'border',
      { kind: 'border', sides: { top: 0, right: 0, bottom: 0, left: 0 }, color: TEAL },
      { kind: 'border', sides: { top: 0, right: 1, bottom: 0, left: 0 }, color: TEAL },
    ],
    [
      'crop',
      { kind: 'crop', area: whole, x: CENTRE, y: CENTRE, outside: 'fault' },
      {
        ...{ kind: 'crop', area: { ...whole, width: share(0.99) }, x: CENTRE, y: CENTRE },
        outside: 'fault',
      },
    ],
    ['resize', resize({}), resize({ density: 2 })],
  ])('%s', (_, neutral, other) => {
    expect(canonical(neutral)).toEqual([]);
    expect(canonical(other)).toHaveLength(1);
  });
});

describe('a limit behind a box', () => {
  const limit: Op = { kind: 'limit', side: 400 };
  const box = (width: number, height: number) => resize({ width: px(width), height: px(height) });

  test.each<[number, ResizeOp, string]>([
    [1, box(400, 400), 'a box as large can not exceed it'],
    [2, box(401, 400), 'a wider one can'],
    [2, box(400, 401), 'a higher one can'],
    [2, resize({ width: px(100) }), 'so can the side that follows'],
    [2, { ...box(300, 300), fit: 'outside' }, 'and what covers a box from outside'],
  ])('leaves %i ops (%j: %s)', (ops, before) => {
    expect(canonical(before, limit)).toHaveLength(ops);
  });
});

test('tone steps of neighbours are one op, in order, without the neutral ones', () => {
  const step = (exponent: number) => ({ kind: 'gamma', exponent }) as const;
  const op = (...steps: ReturnType<typeof step>[]): Op => ({ kind: 'tone', steps });
  expect(canonical(op(step(2)), op(step(1), step(3)))).toEqual([op(step(2), step(3))]);
});

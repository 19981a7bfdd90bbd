/** The one spelling of steps that put something on a picture. */
import { describe, expect, test } from 'vitest';
import { canonicalize } from './canonicalize.ts';
import { CENTRE, type Op, type OverlayOp, type Placement, px, share } from './op.ts';
import { picture } from './output.ts';

const ops = (...steps: Op[]) =>
  canonicalize({
    frames: { kind: 'all' },
    ops: steps,
    output: picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } }),
  }).ops;

const RED = { red: 255, green: 0, blue: 0, alpha: 1 };
const AT: Placement = { kind: 'at', length: px(3) };
const overlay = (fields: Partial<OverlayOp> = {}): OverlayOp => ({
  ...{ kind: 'overlay', picture: { index: 0, ops: [] }, x: CENTRE, y: CENTRE, pad: 4 },
  ...{ mode: 'normal', opacity: 0.5 },
  ...fields,
});
const resize = (density?: number): Exclude<OverlayOp['box'], undefined> => ({
  ...{ kind: 'resize', fit: 'inside', enlarge: 'allowed', filter: 'lanczos3', width: px(40) },
  ...(density === undefined ? {} : { density }),
});

describe('an overlay', () => {
  test.each<[string, Partial<OverlayOp>, Partial<OverlayOp>]>([
    ['keeps its room at the edge', {}, {}],
    ['of one side', { x: AT }, { x: AT }],
    ['of the other', { y: AT }, { y: AT }],
    ['which is none where both sides are named', { x: AT, y: AT }, { x: AT, y: AT, pad: 0 }],
    ['and between tiles', { x: AT, y: AT, tile: 'both' }, { x: AT, y: AT, tile: 'both' }],
    ['a whole turn is none', { degrees: 360 }, {}],
    ['nor is a turn of none', { degrees: 0 }, {}],
    ['a turn back is one forth', { degrees: -90 }, { degrees: 270 }],
    ['and one more', { degrees: 365 }, { degrees: 5 }],
    ['density goes into its box', { box: resize(2) }, { box: { ...resize(), width: px(80) } }],
    ['a box that asks for nothing goes', { box: boxless() }, {}],
    ['a bound of one pixel is none', { least: { width: 1, height: 1 } }, {}],
    [
      'one that counts stays',
      { least: { width: 1, height: 2 } },
      { least: { width: 1, height: 2 } },
    ],
    ['either way', { least: { width: 2, height: 0 } }, { least: { width: 2, height: 0 } }],
    [
      'steps of its picture that change nothing go',
      {
        picture: {
          index: 3,
          ops: [
            { kind: 'orient', by: 1 },
            { kind: 'orient', by: 3 },
          ],
        },
      },
      { picture: { index: 3, ops: [{ kind: 'orient', by: 3 }] } },
    ],
  ])('%s', (_, given, canonical) => {
    expect(ops(overlay(given))).toStrictEqual([overlay(canonical)]);
  });

  test('that is clear goes, one that nearly is stays', () => {
    expect(ops(overlay({ opacity: 0 }))).toStrictEqual([]);
    expect(ops(overlay({ opacity: 0.001 }))).toHaveLength(1);
  });
});

function boxless(): Exclude<OverlayOp['box'], undefined> {
  const { width: _, ...box } = resize();
  return box;
}

test('steps of the picture of a mask that change nothing go', () => {
  const mask = (...steps: Op[]): Op => ({
    kind: 'picture-mask',
    picture: { index: 1, ops: steps },
  });
  expect(ops(mask({ kind: 'pixelate', side: 1 }))).toStrictEqual([mask()]);
  expect(ops(mask({ kind: 'pixelate', side: 2 }))).toStrictEqual([
    mask({ kind: 'pixelate', side: 2 }),
  ]);
});

test('a color laid over goes where it is clear by either number', () => {
  const blend = (opacity: number, alpha: number): Op => ({
    ...{ kind: 'blend', mode: 'normal', opacity },
    color: { ...RED, alpha },
  });
  expect(ops(blend(0, 1))).toStrictEqual([]);
  expect(ops(blend(1, 0))).toStrictEqual([]);
  expect(ops(blend(0.1, 0.1))).toStrictEqual([blend(0.1, 0.1)]);
});

test('a text goes where nothing of it is seen', () => {
  const text = (words: string, size: number): Op => ({
    ...{ kind: 'text', x: CENTRE, y: CENTRE, pad: 0, clip: { at: 'end', ellipsis: true } },
    style: { text: words, family: 'sans', size, color: RED },
  });
  expect(ops(text('', 12))).toStrictEqual([]);
  expect(ops(text('a', 0))).toStrictEqual([]);
  expect(ops(text('a', -1))).toStrictEqual([]);
  expect(ops(text('a', 0.5))).toHaveLength(1);
});

test('shares stay shares', () => {
  const at: Placement = { kind: 'at', length: share(0.1) };
  expect(ops(overlay({ x: at }))).toStrictEqual([overlay({ x: at })]);
});

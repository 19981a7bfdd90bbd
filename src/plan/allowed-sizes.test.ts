import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import { type AllowedLengths, nearestOf, withAllowedSizes } from './allowed-sizes.ts';
import type { Length, ResizeOp } from './op.ts';
import type { Plan } from './plan.ts';

const px = (value: number): Length => ({ px: value });

function planOf(box: Partial<ResizeOp>): Plan {
  const op: ResizeOp = {
    kind: 'resize',
    fit: 'inside',
    enlarge: 'never',
    filter: 'lanczos3',
    ...box,
  };
  return { frames: { kind: 'all' }, ops: [op], output: { kind: 'source', sanitize: false } };
}

/** The sides of the box that is made of another; `refused` where there is none. */
function sides(
  box: Partial<ResizeOp>,
  widths?: AllowedLengths,
  heights?: AllowedLengths,
): readonly (Length | undefined)[] | 'refused' {
  const allowed = { ...(widths && { widths }), ...(heights && { heights }) };
  try {
    const [op] = withAllowedSizes(planOf(box), allowed).ops;
    return op?.kind === 'resize' ? [op.width, op.height] : [];
  } catch (error) {
    if (isFault(error, 'bad-parameter')) return 'refused';
    throw error;
  }
}

const LIST = { list: [100, 300, 600], policy: 'nearest' } as const;
const STRICT = { ...LIST, policy: 'refuse' } as const;
const STEPS = { step: 50, to: 620, policy: 'nearest' } as const;

describe('nearestOf', () => {
  test.each<[number, AllowedLengths, number]>([
    [100, LIST, 100],
    [199, LIST, 100],
    [200, LIST, 300],
    [1, LIST, 100],
    [9999, LIST, 600],
    [120, STEPS, 100],
    [125, STEPS, 150],
    [1, STEPS, 50],
    [9999, STEPS, 600],
    [20, { step: 50, to: 20, policy: 'nearest' }, 50],
  ])('%d in %j is %d', (asked, allowed, nearest) =>
    expect(nearestOf(asked, allowed)).toBe(nearest),
  );

  test('is allowed itself, and none is nearer', () => {
    const lists = fc.array(fc.integer({ min: 1, max: 8192 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), lists, (asked, list) => {
        const nearest = nearestOf(asked, { list, policy: 'nearest' });
        expect(list).toContain(nearest);
        const away = Math.abs(nearest - asked);
        expect(Math.min(...list.map((one) => Math.abs(one - asked)))).toBe(away);
      }),
    );
  });
});

describe('a box', () => {
  test.each<
    [string, Partial<ResizeOp>, AllowedLengths | undefined, AllowedLengths | undefined, unknown]
  >([
    ['that is allowed', { width: px(300) }, STRICT, undefined, [px(300), undefined]],
    ['that is not', { width: px(301) }, STRICT, undefined, 'refused'],
    ['gets the nearest', { width: px(301) }, LIST, undefined, [px(300), undefined]],
    ['counts density', { width: px(150), density: 2 }, STRICT, undefined, [px(150), undefined]],
    ['of a density', { width: px(160), density: 2 }, LIST, undefined, [px(150), undefined]],
    ['keeps its shape', { width: px(150), height: px(75) }, LIST, undefined, [px(100), px(50)]],
    ['by height', { width: px(150), height: px(75) }, undefined, LIST, [px(200), px(100)]],
    ['by both', { width: px(290), height: px(110) }, LIST, LIST, [px(300), px(100)]],
    ['without that side', { height: px(77) }, LIST, undefined, [undefined, px(77)]],
    ['of shares', { width: { share: 0.5 } }, LIST, undefined, 'refused'],
    [
      'without bounds',
      { width: { share: 0.5 } },
      undefined,
      undefined,
      [{ share: 0.5 }, undefined],
    ],
  ])('%s', (_, box, widths, heights, expected) => {
    expect(sides(box, widths, heights)).toEqual(expected);
  });

  test('in place of faces is bound too', () => {
    const withoutFaces = planOf({ width: px(299) }).ops[0] as ResizeOp;
    const [op] = withAllowedSizes(planOf({ width: px(299), withoutFaces }), { widths: LIST }).ops;
    expect(op).toMatchObject({ width: px(300), withoutFaces: { width: px(300) } });
  });

  test('of any sides and density ends in a list, or is refused', () => {
    const length = fc.integer({ min: 1, max: 4000 });
    fc.assert(
      fc.property(length, length, fc.constantFrom(1, 1.5, 2, 3), (width, height, density) => {
        const found = sides({ width: px(width), height: px(height), density }, LIST, LIST);
        if (found === 'refused') throw new Error('expected the nearest');
        for (const side of found) {
          const pixels = side !== undefined && 'px' in side ? Math.round(side.px * density) : 0;
          expect(LIST.list).toContain(pixels);
        }
      }),
    );
  });
});

/** A second picture in whole pixels: its steps, its size, its places, and the bounds that hold for it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../base/fault.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import { DEFAULT_LOWER_LIMITS, lower } from '../lower.ts';
import {
  CENTRE,
  type Op,
  type OverlayOp,
  type Placement,
  px,
  type ResizeOp,
  share,
} from '../op.ts';
import { picture } from '../output.ts';
import type { Instruction, KnownPicture, Lowered } from '../program.ts';

const OUTPUT = picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } });
const NORMAL = { mode: 'normal', opacity: 1 } as const;
const SECOND = { index: 0, ops: [] } as const;

const known = (width: number, height: number, alpha = false): KnownPicture => ({
  info: sourceInfo({ width, height, alpha }),
  findings: {},
  instructions: [],
  size: { width, height },
  alpha,
});

/** What a plan of one op becomes on a picture of 200 x 100. */
function lowered(op: Op, pictures: readonly (KnownPicture | 'absent')[] = [], maxPixels?: number) {
  return lower(
    { frames: { kind: 'all' }, ops: [op], output: OUTPUT },
    sourceInfo({ width: 200, height: 100 }),
    new Set(),
    { pictures },
    maxPixels === undefined ? undefined : { ...DEFAULT_LOWER_LIMITS, maxPixels },
  );
}

const steps = (result: Lowered): readonly Instruction[] =>
  result.kind === 'program' ? result.program.instructions : [];

const at = (length: number): Placement => ({ kind: 'at', length: px(length) });
const slack = (part: number): Placement => ({ kind: 'slack', share: part });
const overlay = (x: Placement, y: Placement, fields: Partial<OverlayOp> = {}): OverlayOp => ({
  ...{ kind: 'overlay', picture: SECOND, x, y, pad: 0 },
  ...NORMAL,
  ...fields,
});
const boxed = (fields: Partial<ResizeOp>): ResizeOp => ({
  ...{ kind: 'resize', fit: 'inside', enlarge: 'allowed', filter: 'mitchell' },
  ...fields,
});

describe('where a second picture stands', () => {
  test.each<[string, Placement, Placement, number, number[]]>([
    // what, x, y, pad, place of 40 x 20 on 200 x 100
    ['at a place', at(30), at(50), 9, [30, 50]],
    ['at a fraction, rounded', at(30.5), at(50.4), 0, [31, 50]],
    ['at shares of the picture', { kind: 'at', length: share(0.25) }, at(0), 0, [50, 0]],
    ['in the middle', CENTRE, CENTRE, 0, [80, 40]],
    ['at the near edges', slack(0), slack(0), 0, [0, 0]],
    ['at the far edges', slack(1), slack(1), 0, [160, 80]],
    ['at the near edges, padded', slack(0), slack(0), 7, [7, 7]],
    ['at the far edges, padded', slack(1), slack(1), 7, [153, 73]],
    ['in the middle, padded', CENTRE, CENTRE, 7, [80, 40]],
    ['at a share of the slack', slack(0.25), slack(0.75), 10, [45, 55]],
  ])('%s', (_, x, y, pad, [left, top]) => {
    expect(steps(lowered(overlay(x, y, { pad }), [known(40, 20)]))).toEqual([
      {
        ...{ kind: 'overlay', picture: 0, steps: [], places: { x: [left], y: [top] } },
        ...NORMAL,
        ...{ width: 200, height: 100 },
      },
    ]);
  });

  test.each<[string, number, number, object, number[]]>([
    // what, x, y, part that is seen, place
    ['over the near edges', -15, -6, { left: 15, top: 6, width: 25, height: 14 }, [0, 0]],
    ['over the far edges', 190, 95, { left: 0, top: 0, width: 10, height: 5 }, [190, 95]],
    ['over the right one', 170, 10, { left: 0, top: 0, width: 30, height: 20 }, [170, 10]],
    ['over the upper one', 10, -19, { left: 0, top: 19, width: 40, height: 1 }, [10, 0]],
  ])('%s, what is outside is not made', (_, x, y, part, [left, top]) => {
    expect(steps(lowered(overlay(at(x), at(y)), [known(40, 20)]))).toMatchObject([
      { steps: [{ kind: 'extract', ...part }], places: { x: [left], y: [top] } },
    ]);
  });

  test.each<[number, number]>([
    [200, 0],
    [0, 100],
    [-40, 0],
    [0, -20],
  ])('at %i, %i nothing of it is seen, and there is no step', (x, y) => {
    expect(steps(lowered(overlay(at(x), at(y)), [known(40, 20)]))).toEqual([]);
  });

  test('larger than the picture, its middle is seen', () => {
    expect(steps(lowered(overlay(CENTRE, CENTRE), [known(300, 160)]))).toMatchObject([
      {
        steps: [{ kind: 'extract', left: 50, top: 30, width: 200, height: 100 }],
        places: { x: [0], y: [0] },
      },
    ]);
  });

  test('in a grid it covers every pixel once, from its own place on', () => {
    const side = fc.integer({ min: 1, max: 90 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: -99, max: 299 }), fc.nat(9), (w, h, x, pad) => {
        const op = overlay(at(x), at(3), { tile: 'both', pad });
        const [step] = steps(lowered(op, [known(w, h)]));
        if (step?.kind !== 'overlay') throw new Error('expected an overlay');
        for (const [places, part, whole, first] of [
          [step.places.x, w, 200, x],
          [step.places.y, h, 100, 3],
        ] as const) {
          const tile = part + pad;
          // The first that is seen at all, then one after another to the end.
          expect(places[0]! + part).toBeGreaterThan(0);
          expect(places[0]! + part).toBeLessThanOrEqual(tile);
          places.forEach((place, i) => {
            expect(place).toBe(places[0]! + i * tile);
            expect(Math.abs(place - first) % tile).toBe(0);
          });
          expect(places.at(-1)!).toBeLessThan(whole);
          expect(places.at(-1)! + tile).toBeGreaterThanOrEqual(whole);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('what a second picture goes through', () => {
  test('its box in shares of the picture, then its turn, in one resampling and another', () => {
    const box = boxed({ width: share(0.4), height: share(0.4) });
    const [step] = steps(lowered(overlay(at(0), at(0), { box, degrees: 90 }), [known(400, 100)]));
    expect(step).toMatchObject({
      steps: [
        { kind: 'scale', filter: 'mitchell', width: 80, height: 20 },
        { kind: 'orient', turn: 270, width: 20, height: 80 },
      ],
    });
  });

  test('a box of less than a pixel is one pixel', () => {
    const box = boxed({ width: share(0.001) });
    expect(steps(lowered(overlay(at(0), at(0), { box }), [known(40, 40)]))).toMatchObject([
      { steps: [{ kind: 'scale', width: 1, height: 1 }] },
    ]);
  });

  test('scales of its own and of its box become one', () => {
    const scale = { kind: 'scale', filter: 'lanczos3', width: 50, height: 50 } as const;
    const own = { ...known(50, 50), instructions: [scale] };
    const box = boxed({ width: share(0.1) });
    expect(steps(lowered(overlay(at(0), at(0), { box }), [own]))).toMatchObject([
      { steps: [{ kind: 'scale', filter: 'lanczos3', width: 20, height: 20 }] },
    ]);
  });

  test.each([
    // least, whether it is laid on 200 x 100
    [{ width: 200, height: 100 }, true],
    [{ width: 201, height: 1 }, false],
    [{ width: 1, height: 101 }, false],
  ])('a picture of less than %j is left as it is', (least, laid) => {
    expect(steps(lowered(overlay(at(0), at(0), { least }), [known(40, 20)]))).toHaveLength(
      laid ? 1 : 0,
    );
    // It is not even asked for.
    const result = lowered(overlay(at(0), at(0), { least }));
    expect(result.kind).toBe(laid ? 'picture' : 'program');
  });

  test('one that is not known is asked for, one that cannot be had leaves no step', () => {
    const op = overlay(at(0), at(0));
    expect(lowered(op)).toEqual({ kind: 'picture', picture: SECOND });
    expect(steps(lowered(op, ['absent']))).toEqual([]);
    expect(steps(lowered({ kind: 'picture-mask', picture: SECOND }, ['absent']))).toEqual([]);
  });

  test('a mask has the size of the picture', () => {
    const mask: Op = { kind: 'picture-mask', picture: SECOND };
    const result = lowered(mask, [known(40, 40)]);
    expect(steps(result)).toMatchObject([
      { kind: 'picture-mask', steps: [{ kind: 'scale', width: 200, height: 100 }] },
    ]);
    expect(result).toMatchObject({ program: { alpha: true } });
    expect(steps(lowered(mask, [known(200, 100)]))).toMatchObject([{ steps: [] }]);
  });

  test.each([
    [1, false],
    [0.5, true],
  ])('a mask over a color of alpha %d leaves pixels clear: %s', (alpha, clear) => {
    const color = { red: 1, green: 2, blue: 3, alpha };
    const result = lowered({ kind: 'picture-mask', picture: SECOND, color }, [known(200, 100)]);
    expect(result).toMatchObject({ program: { alpha: clear } });
  });
});

describe('the bound of pixels holds on the way of a second picture', () => {
  // The picture itself has 20,000.
  const large = { kind: 'scale', filter: 'lanczos3', width: 300, height: 100 } as const;
  const grown = {
    ...known(300, 100),
    instructions: [large, { kind: 'blur', sigma: 3, width: 300, height: 100 } as const],
  };

  test.each<[string, Op]>([
    ['an overlay', overlay(at(0), at(0))],
    ['a mask', { kind: 'picture-mask', picture: SECOND }],
  ])('%s', (_, op) => {
    expect(() => lowered(op, [grown], 29_999)).toThrow(
      expect.toSatisfy((error) => isFault(error, 'result-too-large')),
    );
    expect(steps(lowered(op, [grown], 30_000))).toHaveLength(1);
  });
});

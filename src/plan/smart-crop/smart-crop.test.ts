import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Region, Size } from '../../base/size.ts';
import type { ContentGrid } from '../../image/content-grid.ts';
import type { Face } from '../../image/face.ts';
import type { Findings } from '../../image/findings.ts';
import { NOTHING_FOUND } from '../../image/findings.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import type { Orientation, SourceInfo } from '../../image/source-info.ts';
import { lower } from '../lower.ts';
import { CENTRE, type ContentMeasure, type Op, px, type ResizeOp, share } from '../op.ts';
import type { Instruction } from '../program.ts';
import { gridAfter, simplestRatio } from './smart-crop.ts';

/** A grid of 48 × 32 with content in one cell. */
function spot(column: number, row: number): ContentGrid {
  const weights = new Uint16Array(48 * 32);
  weights[row * 48 + column] = 65535;
  return { columns: 48, rows: 32, weights };
}

const face = (left: number, top: number, side: number): Face => ({
  confidence: 0.9,
  bounds: { left, top, width: side, height: side },
  leftEye: { x: left + side / 3, y: top + side / 3, width: side / 6 },
  rightEye: { x: left + (2 * side) / 3, y: top + side / 3, width: side / 6 },
  mouth: { x: left + side / 2, y: top + (3 * side) / 4 },
});

const found = (fields: Partial<Findings>): Findings => ({ ...NOTHING_FOUND, ...fields });

function instructions(
  ops: readonly Op[],
  info: SourceInfo,
  findings: Findings,
): readonly Instruction[] {
  const plan = { frames: { kind: 'all' }, ops, output: { kind: 'facts', form: 'imgix' } } as const;
  const lowered = lower(plan, info, new Set(), { findings });
  if (lowered.kind !== 'program') throw new Error(`expected a program, got ${lowered.kind}`);
  return lowered.program.instructions;
}

/** The window of the last cut as shares of the picture that it is cut from. */
function window(steps: readonly Instruction[], start: Size): Region {
  const at = steps.findLastIndex(({ kind }) => kind === 'extract');
  const cut = steps[at];
  if (cut?.kind !== 'extract') throw new Error('expected a cut');
  const whole = steps[at - 1] ?? start;
  return {
    left: cut.left / whole.width,
    top: cut.top / whole.height,
    width: cut.width / whole.width,
    height: cut.height / whole.height,
  };
}

const crop = (ratio: number, search: ContentMeasure = 'saliency'): Op => ({
  ...{ kind: 'crop', area: { kind: 'ratio', ratio }, x: CENTRE, y: CENTRE, outside: 'fault' },
  search,
});

const cover = (width: number, height: number, by: ContentMeasure = 'saliency'): ResizeOp => ({
  ...{ kind: 'resize', width: px(width), height: px(height), fit: 'cover', enlarge: 'allowed' },
  ...{ filter: 'lanczos3', anchor: { kind: 'search', by } },
});

const WIDE = sourceInfo({ width: 3000, height: 2000 });

describe('a crop that searches', () => {
  test('is the largest window of its ratio, where the content is', () => {
    const [cut] = instructions([crop(1)], WIDE, found({ saliency: spot(44, 9) }));
    expect(cut).toEqual({ kind: 'extract', left: 1000, top: 0, width: 2000, height: 2000 });
  });

  test.each<[string, Op, Findings, string[]]>([
    ['smart', crop(1), {}, ['faces', 'saliency']],
    ['entropy', crop(1, 'entropy'), {}, ['entropy']],
    ['edges', cover(100, 100, 'edges'), {}, ['edges']],
    ['auto', cover(100, 100), { faces: [] }, ['saliency']],
    ['nothing is cut off', crop(1.5), {}, []],
    ['nor by a box of the same ratio', cover(300, 200), {}, []],
  ])('%s asks for what it needs, one after the other', (_, op, given, expected) => {
    const plan = { frames: { kind: 'all' }, ops: [op], output: { kind: 'facts', form: 'imgix' } };
    const asked: string[] = [];
    let findings = given;
    for (;;) {
      const lowered = lower(plan as never, WIDE, new Set(), { findings });
      if (lowered.kind !== 'find') break;
      asked.push(lowered.finding);
      findings = { ...findings, [lowered.finding]: NOTHING_FOUND[lowered.finding] };
    }
    expect(asked).toEqual(expected);
  });

  test('faces draw the window of saliency, and of nothing else', () => {
    const findings = found({
      ...{ saliency: spot(3, 16), entropy: spot(3, 16), edges: spot(3, 16) },
      faces: [face(2500, 400, 200)],
    });
    const left = (by: ContentMeasure) =>
      window(instructions([crop(1, by)], WIDE, findings), WIDE).left;
    expect(left('saliency')).toBeGreaterThan(0.25);
    expect(left('entropy')).toBe(0);
    expect(left('edges')).toBe(0);
  });

  test('a window of lengths is found on both axes', () => {
    const lengths: Op = {
      ...crop(1),
      area: { kind: 'size', width: share(0.2), height: px(400) },
    } as Op;
    const steps = instructions([lengths], WIDE, found({ saliency: spot(40, 4) }));
    const { left, top, width, height } = window(steps, WIDE);
    expect([width, height]).toEqual([0.2, 0.2]);
    expect(left + width / 2).toBeCloseTo(40.5 / 48, 1);
    expect(top + height / 2).toBeCloseTo(4.5 / 32, 1);
  });

  test('one larger than the picture is the picture', () => {
    const large: Op = {
      ...crop(1),
      area: { kind: 'size', width: px(9000), height: px(500) },
    } as Op;
    const [cut] = instructions([large], WIDE, found({ saliency: spot(1, 31) }));
    expect(cut).toMatchObject({ left: 0, width: 3000, height: 500 });
  });
});

describe('every size of a ratio shows the same part', () => {
  const grids = fc.array(fc.integer({ min: 0, max: 65535 }), { minLength: 54, maxLength: 54 });

  test('of a picture, within half a pixel of the smaller result', () => {
    fc.assert(
      fc.property(
        grids,
        fc.integer({ min: 200, max: 5000 }),
        fc.integer({ min: 200, max: 5000 }),
        fc.constantFrom([16, 9], [9, 16], [1, 1], [4, 5], [3, 2], [21, 9]),
        fc.constantFrom<ContentMeasure>('saliency', 'entropy', 'edges'),
        (cells, width, height, [a = 1, b = 1], by) => {
          const info = sourceInfo({ width, height });
          const weights = Uint16Array.from(cells);
          const findings = found({ [by]: { columns: 9, rows: 6, weights } });
          fc.pre(
            Math.abs(width / height - a / b) > 0.05 && width < 4 * height && height < 4 * width,
          );
          const of = (side: number) =>
            window(instructions([cover(side, (side * b) / a, by)], info, findings), info);
          const [small, large] = [of(200), of(2000)];
          // Half a pixel of each window's own place and of its scaled picture.
          expect(Math.abs(small.left - large.left)).toBeLessThan((1.6 * small.width) / 200);
          expect(Math.abs(small.top - large.top)).toBeLessThan(
            (1.6 * small.height * a) / (200 * b),
          );
        },
      ),
    );
  });

  test.each([
    ['200x113 and 2000x1125', 200, 113, 16 / 9],
    ['200x133 and 600x400', 200, 133, 3 / 2],
    ['80x100', 80, 100, 4 / 5],
    ['1x1', 1, 1, 1],
    ['a real box', 200, 112.5, 16 / 9],
    ['1200x630', 1200, 630, 40 / 21],
    ['a hairline', 8192, 1, 5462],
  ])('%s', (_, width, height, expected) => {
    expect(simplestRatio({ width, height })).toBeCloseTo(expected, 9);
  });

  test('a simplest ratio is one that is rounded to the box', () => {
    const sides = fc.integer({ min: 1, max: 8192 });
    fc.assert(
      fc.property(sides, sides, (width, height) => {
        const ratio = simplestRatio({ width, height });
        expect(ratio).toBeGreaterThan((width - 0.5) / (height + 0.5) - 1e-9);
        expect(ratio).toBeLessThan((width + 0.5) / (height - 0.5) + 1e-9);
      }),
    );
  });
});

describe('gridAfter', () => {
  test('of the upright source it is the grid itself', () => {
    const grid = spot(7, 3);
    const same = gridAfter(grid, WIDE, [], WIDE);
    expect([same.columns, same.rows]).toEqual([48, 32]);
    expect([...same.weights].map(Math.round)).toEqual([...grid.weights]);
  });

  test('a window, a scale and a turn take it along', () => {
    const steps: Instruction[] = [
      { kind: 'extract', left: 1500, top: 0, width: 1500, height: 2000 },
      { kind: 'scale', filter: 'lanczos3', width: 150, height: 200 },
      { kind: 'orient', turn: 90, mirror: false, width: 200, height: 150 },
    ];
    // Column 36 of 48 is half way across the right half, row 8 of 32 a quarter down.
    const grid = gridAfter(spot(36, 8), WIDE, steps, { width: 200, height: 150 });
    const at = [...grid.weights].findIndex((weight) => weight > 30000);
    const [x, y] = [(at % grid.columns) / grid.columns, Math.floor(at / grid.columns) / grid.rows];
    // A quarter down from the top is a quarter in from the right.
    expect(x).toBeCloseTo(0.72, 1);
    expect(y).toBeCloseTo(0.5, 1);
  });

  test('a source that is stored turned is looked at upright', () => {
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as Orientation[]) {
      const sideways = orientation > 4;
      const info = sourceInfo({
        ...(sideways ? { width: 2000, height: 3000 } : { width: 3000, height: 2000 }),
        orientation,
      });
      const steps = instructions(
        [{ kind: 'orient', by: 'source' }, crop(1)],
        info,
        found({ saliency: spot(44, 9) }),
      );
      expect(steps.at(-1), `orientation ${orientation}`).toMatchObject({ left: 1000, top: 0 });
    }
  });

  test('after a precrop the window stays inside it', () => {
    const precrop: Op = {
      ...{ kind: 'crop', area: { kind: 'size', width: px(1500), height: px(2000) } },
      ...{ x: { kind: 'at', length: px(0) }, y: CENTRE, outside: 'fault' },
    };
    // The content is beside it, a face in it.
    const findings = found({ saliency: spot(44, 9), faces: [face(300, 1600, 100)] });
    const steps = instructions([precrop, crop(1)], WIDE, findings);
    expect(steps).toHaveLength(1);
    const [cut] = steps;
    if (cut?.kind !== 'extract') throw new Error('expected a cut');
    expect([cut.left, cut.width, cut.height]).toEqual([0, 1500, 1500]);
    expect(cut.top).toBeGreaterThanOrEqual(250);
  });
});

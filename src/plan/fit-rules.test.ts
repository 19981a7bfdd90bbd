/**
 * Fitting against a statement of each rule that is not the code's own: where a
 * picture and a box touch, which share of a slack lies before a window, how far
 * the centre of a window is from its focus.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { largestOfRatio, type Size, smallestOfRatio } from '../base/size.ts';
import { boxOf, fitInside, fitOutside, fitResize, wholeBox } from './fit.ts';
import { type Length, px, type ResizeOp, share } from './op.ts';

const RUNS = 1000;

const resize = (fields: Partial<ResizeOp>): ResizeOp => ({
  kind: 'resize',
  fit: 'inside',
  enlarge: 'allowed',
  filter: 'lanczos3',
  ...fields,
});
const boxed = (width: number, height: number): Partial<ResizeOp> => ({
  width: px(width),
  height: px(height),
});
const size = (width: number, height: number): Size => ({ width, height });

const side = fc.integer({ min: 1, max: 900 });
const sizes = fc.record({ width: side, height: side });
/** Shares, a few of them beyond the picture. */
const point = fc.integer({ min: -8, max: 72 }).map((part) => part / 64);

/** `actual` is `real` in whole pixels: nowhere further away than half a pixel, and one at least. */
function expectWhole(actual: number, real: number): void {
  expect(Number.isInteger(actual)).toBe(true);
  expect(Math.abs(actual - Math.max(1, real))).toBeLessThanOrEqual(0.5 + 1e-6);
}

/** A window of `part` in `whole` is centred on a share of it, or stands at the edge next to that. */
function expectCentred(start: number, part: number, whole: number, share: number): void {
  expect(start).toBeGreaterThanOrEqual(0);
  expect(start + part).toBeLessThanOrEqual(whole);
  const asked = share * whole - part / 2;
  if (asked <= 0) expect(start).toBe(0);
  else if (asked >= whole - part) expect(start).toBe(whole - part);
  else expect(Math.abs(start - asked)).toBeLessThanOrEqual(0.5 + 1e-6);
}

describe('a zoomed focus', () => {
  const zooms = fc.integer({ min: 33, max: 320 }).map((part) => part / 32);

  test('shows the largest window of the ratio, as many times smaller, around the point', () => {
    fc.assert(
      fc.property(sizes, sizes, point, point, zooms, (source, box, x, y, zoom) => {
        const anchor = { kind: 'focus', x, y, zoom } as const;
        const op = resize({ ...boxed(box.width, box.height), fit: 'cover', anchor });
        const { before, ...rest } = fitResize(op, source);
        expect(rest).toEqual({ scaled: box });
        const scale = Math.min(source.width / box.width, source.height / box.height);
        expectWhole(before!.width, (box.width * scale) / zoom);
        expectWhole(before!.height, (box.height * scale) / zoom);
        expectCentred(before!.left, before!.width, source.width, x);
        expectCentred(before!.top, before!.height, source.height, y);
      }),
      { numRuns: RUNS },
    );
  });

  test.each([
    // source, left, top, why
    [size(101, 60), 46, 25, 'a half goes up on either side'],
    [size(60, 101), 25, 46, 'and down'],
  ])('in the middle of %j stands at %i, %i (%s)', (source, left, top) => {
    const anchor = { kind: 'focus', x: 0.5, y: 0.5, zoom: 6 } as const;
    const op = resize({ ...boxed(10, 10), fit: 'cover', anchor });
    expect(fitResize(op, source).before).toEqual({ left, top, width: 10, height: 10 });
  });

  test('of one shows what no zoom shows', () => {
    const cut = (zoom: number) =>
      fitResize(
        resize({ ...boxed(10, 10), fit: 'cover', anchor: { kind: 'focus', x: 0, y: 0, zoom } }),
        size(40, 20),
      );
    expect(cut(1)).toEqual({
      scaled: size(20, 10),
      window: { left: 0, top: 0, width: 10, height: 10 },
    });
    expect(cut(2)).toMatchObject({ before: { width: 10, height: 10 } });
  });
});

describe('a cover', () => {
  const cover = (source: Size, box: Size, anchor: NonNullable<ResizeOp['anchor']>) =>
    fitResize(resize({ ...boxed(box.width, box.height), fit: 'cover', anchor }), source);

  test('leaves the share of its slack before the window, never more than there is', () => {
    fc.assert(
      fc.property(sizes, sizes, point, point, (source, box, x, y) => {
        const { scaled, window } = cover(source, box, { kind: 'slack', x, y });
        if (!window) {
          expect(scaled).toEqual(box);
          return;
        }
        expect(window).toMatchObject(box);
        const left = (scaled.width - box.width) * Math.min(1, Math.max(0, x));
        const top = (scaled.height - box.height) * Math.min(1, Math.max(0, y));
        expect(Math.abs(window.left - left)).toBeLessThanOrEqual(0.5);
        expect(Math.abs(window.top - top)).toBeLessThanOrEqual(0.5);
      }),
      { numRuns: RUNS },
    );
  });

  test('stands around its focus', () => {
    fc.assert(
      fc.property(sizes, sizes, point, point, (source, box, x, y) => {
        const { scaled, window } = cover(source, box, { kind: 'focus', x, y, zoom: 1 });
        if (!window) return;
        expectCentred(window.left, box.width, scaled.width, x);
        expectCentred(window.top, box.height, scaled.height, y);
      }),
      { numRuns: RUNS },
    );
  });

  test.each<[string, number, NonNullable<ResizeOp['anchor']>]>([
    // what, left of 10 in 21, anchor
    ['half of eleven pixels, half up', 6, { kind: 'slack', x: 0.5, y: 0.5 }],
    ['the centre, half up', 6, { kind: 'focus', x: 0.5, y: 0.5, zoom: 1 }],
    ['below a half', 4, { kind: 'slack', x: 0.4, y: 0.9 }],
    ['past the end', 11, { kind: 'slack', x: 1.4, y: 0.5 }],
    ['before the start', 0, { kind: 'slack', x: -0.4, y: 0.5 }],
  ])('%s', (_, left, anchor) => {
    expect(cover(size(21, 10), size(10, 10), anchor).window).toMatchObject({ left, top: 0 });
    const upright = 'x' in anchor ? { ...anchor, x: anchor.y, y: anchor.x } : anchor;
    expect(cover(size(10, 21), size(10, 10), upright).window).toMatchObject({ left: 0, top: left });
  });

  test('without an anchor takes the middle of both sides', () => {
    const middle = (source: Size) =>
      fitResize(resize({ ...boxed(100, 100), fit: 'cover' }), source).window;
    expect(middle(size(300, 100))).toMatchObject({ left: 100, top: 0 });
    expect(middle(size(100, 300))).toMatchObject({ left: 0, top: 100 });
  });

  test('takes the middle where a search has found nothing, and nothing where nothing is cut', () => {
    const anchor = { kind: 'search', by: 'entropy' } as const;
    expect(cover(size(300, 200), size(100, 100), anchor)).toEqual({
      scaled: size(150, 100),
      window: { left: 25, top: 0, ...size(100, 100) },
    });
    for (const kind of [anchor, { kind: 'slack', x: 0.5, y: 0.5 } as const]) {
      expect(cover(size(300, 200), size(150, 100), kind)).toEqual({ scaled: size(150, 100) });
    }
  });
});

describe('a contain', () => {
  test('puts the share of its slack before the picture, the odd pixel behind', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.boolean(), point, point, (source, box, grow, x, y) => {
        const enlarge = grow ? 'allowed' : 'never';
        const position = { x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) };
        const op = resize({ ...boxed(box.width, box.height), fit: 'contain', position, enlarge });
        const { scaled, frame } = fitResize(op, source);
        expect(scaled).toEqual(fitInside(source, box, grow));
        expect(frame).toMatchObject(box);
        const left = (box.width - scaled.width) * position.x - frame!.left;
        const top = (box.height - scaled.height) * position.y - frame!.top;
        for (const rest of [left, top]) {
          expect(rest).toBeGreaterThanOrEqual(0);
          expect(rest).toBeLessThan(1);
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('that may not enlarge keeps a small picture as it is', () => {
    const op = resize({ ...boxed(100, 80), fit: 'contain', enlarge: 'never' });
    expect(fitResize(op, size(40, 20))).toEqual({
      scaled: size(40, 20),
      frame: { left: 30, top: 30, width: 100, height: 80 },
    });
  });
});

describe('a stretch', () => {
  test('is scaled to the box and never cut', () => {
    const op = resize({ ...boxed(100, 80), fit: 'stretch' });
    expect(fitResize(op, size(40, 20))).toEqual({ scaled: size(100, 80) });
  });
});

describe('inside and outside, by default and without enlarging', () => {
  test.each<[Size, Size, Size, Size, Size, Size]>([
    // source, box, inside, inside never enlarged, outside, outside never enlarged
    [size(10, 20), size(40, 40), size(20, 40), size(10, 20), size(40, 80), size(10, 20)],
    [size(20, 10), size(40, 40), size(40, 20), size(20, 10), size(80, 40), size(20, 10)],
    [size(100, 300), size(50, 200), size(50, 150), size(50, 150), size(67, 200), size(67, 200)],
    [size(300, 100), size(200, 50), size(150, 50), size(150, 50), size(200, 67), size(200, 67)],
    [size(100, 300), size(120, 30), size(10, 30), size(10, 30), size(120, 360), size(100, 300)],
    [size(300, 100), size(30, 120), size(30, 10), size(30, 10), size(360, 120), size(300, 100)],
  ])('%j and a box of %j', (source, box, inside, smaller, outside, smallest) => {
    expect(fitInside(source, box)).toEqual(inside);
    expect(fitInside(source, box, false)).toEqual(smaller);
    expect(fitOutside(source, box)).toEqual(outside);
    expect(fitOutside(source, box, false)).toEqual(smallest);
  });

  test.each<[Partial<ResizeOp>, Size, Size]>([
    [{ width: px(150) }, size(100, 200), size(150, 300)],
    [{ height: px(150) }, size(200, 100), size(300, 150)],
    [{ width: px(150), enlarge: 'never' }, size(100, 200), size(100, 200)],
    [{ width: px(150), enlarge: 'never' }, size(200, 100), size(150, 75)],
    [{ height: px(150), enlarge: 'never' }, size(200, 100), size(200, 100)],
    [{ height: px(150), enlarge: 'never' }, size(100, 200), size(75, 150)],
    [{ height: px(150), enlarge: 'never' }, size(200, 150), size(200, 150)],
  ])('one side, %j of %j is %j', (op, source, scaled) => {
    expect(fitResize(resize(op), source)).toEqual({ scaled });
  });
});

describe('the box of a resize', () => {
  const at = (op: Partial<ResizeOp>, source = size(1000, 400)) => boxOf(resize(op), source);
  const reserve = { top: 1, right: 20, bottom: 300, left: 4 };

  test.each<[string, Partial<ResizeOp>, Partial<Size>]>([
    ['shares are of their own side', { width: share(0.5), height: share(0.25) }, size(500, 100)],
    ['density counts for both', { ...boxed(30, 20), density: 2 }, size(60, 40)],
    ['and for a share', { height: share(0.5), density: 3 }, { height: 600 }],
    ['nothing asked is the picture', {}, size(1000, 400)],
    ['as large as its density', { density: 0.5 }, size(500, 200)],
    ['a ratio gives the height', { width: px(90), ratio: 1.5 }, size(90, 60)],
    ['or the width', { height: px(60), ratio: 1.5, density: 2 }, size(180, 120)],
    ['and changes no box that is whole', { ...boxed(30, 20), ratio: 9 }, size(30, 20)],
    ['a ratio alone is the largest of it', { ratio: 1.5 }, size(600, 400)],
    ['a flat one', { ratio: 4 }, size(1000, 250)],
    [
      'each side has its own reserve',
      { ...boxed(500, 400), reserve },
      { width: 500 - 20 - 4, height: 400 - 1 - 300 },
    ],
    ['a reserve leaves one pixel', { ...boxed(25, 302), reserve }, size(1, 1)],
    ['two where there are two', { ...boxed(26, 303), reserve }, size(2, 2)],
    ['one where nothing is left', { ...boxed(24, 301), reserve }, size(1, 1)],
    ['or less', { ...boxed(3, 3), reserve }, size(1, 1)],
    ['a free side has none', { width: px(500), reserve }, { width: 476 }],
    ['nor has the other', { height: px(500), reserve }, { height: 199 }],
  ])('%s', (_, op, box) => {
    expect(at(op)).toEqual(box);
  });

  const limits = { minWidth: 300, maxWidth: 600, minHeight: 150, maxHeight: 200 };
  test.each<[string, Partial<ResizeOp>, Partial<Size>]>([
    // 1000 x 400: the width is two and a half times the height
    ['within, the side stays free', { height: px(200), limits }, { height: 200 }],
    ['at the least as well', { height: px(120), limits }, { height: 120 }],
    ['and at the most', { height: px(240), limits }, { height: 240 }],
    ['too narrow', { height: px(100), limits }, size(300, 100)],
    ['too wide', { height: px(300), limits }, size(600, 300)],
    ['within, of a width', { width: px(400), limits }, { width: 400 }],
    ['too flat', { width: px(300), limits }, size(300, 150)],
    ['too high', { width: px(800), limits }, size(800, 200)],
    ['no least', { width: px(2), limits: { maxHeight: 9 } }, { width: 2 }],
    ['no least for a width', { height: px(0.2), limits: { maxWidth: 9 } }, { height: 0.2 }],
    ['no most', { width: px(9000), limits: { minHeight: 9 } }, { width: 9000 }],
    ['a whole box has no such side', { ...boxed(10, 10), limits }, size(10, 10)],
    ['nor has a picture', { limits }, size(1000, 400)],
    ['in css pixels', { width: px(800), limits, density: 2 }, size(1600, 400)],
    ['from below', { width: px(300), limits, density: 2 }, size(600, 300)],
  ])('limits: %s', (_, op, box) => {
    expect(at(op)).toEqual(box);
  });
});

describe('a whole box', () => {
  test('keeps all else of its resize', () => {
    const op = resize({ ...boxed(30, 20), fit: 'contain', density: 1.5, position: { x: 0, y: 1 } });
    const { density: _, ...rest } = op;
    expect(wholeBox(op)).toEqual({ ...rest, ...boxed(45, 30) });
  });

  test.each<[string, Length | undefined, Length | undefined, number | undefined]>([
    ['a share of the width', share(0.5), px(20), 2],
    ['a share of the height', px(20), share(0.5), 2],
    ['a free height', px(20), undefined, undefined],
    ['a free width', undefined, px(20), undefined],
    ['a ratio alone', undefined, undefined, 2],
  ])('does not exist with %s', (_, width, height, ratio) => {
    const parts = { ...(width && { width }), ...(height && { height }), ...(ratio && { ratio }) };
    expect(wholeBox(resize(parts))).toBeUndefined();
  });
});

describe('rectangles of a ratio', () => {
  test('touch the picture from inside and from outside', () => {
    fc.assert(
      fc.property(sizes, side, side, (source, across, down) => {
        const ratio = across / down;
        const inner = largestOfRatio(source, ratio);
        const outer = smallestOfRatio(source, ratio);
        for (const { width, height } of [inner, outer]) {
          expect(width / height).toBeCloseTo(ratio, 6);
          expect(width === source.width || height === source.height).toBe(true);
        }
        expect(inner.width).toBeLessThanOrEqual(source.width * (1 + 1e-9));
        expect(inner.height).toBeLessThanOrEqual(source.height * (1 + 1e-9));
        expect(outer.width).toBeGreaterThanOrEqual(source.width * (1 - 1e-9));
        expect(outer.height).toBeGreaterThanOrEqual(source.height * (1 - 1e-9));
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a focus that is shown', () => {
  const shownAt = (source: Size, box: Size, x: number, y: number, zoom = 1) =>
    fitResize(
      resize({
        ...boxed(box.width, box.height),
        ...{ fit: 'cover', anchor: { kind: 'focus', x, y, zoom, shown: true } },
      }),
      source,
    ).point;

  test.each<[Size, Size, number, number, number, [number, number], string]>([
    // source, box, focus, zoom, place in the box, why
    [size(400, 100), size(50, 50), 0.5, 0.5, 1, [25, 25], 'the window is around it'],
    [size(400, 100), size(50, 50), 0.1, 0.5, 1, [20, 25], 'the window cannot go farther left'],
    [size(400, 100), size(50, 50), 0.9, 0.2, 1, [30, 10], 'nor farther right'],
    [size(100, 400), size(50, 50), 0.5, 0.1, 1, [25, 20], 'nor up'],
    [size(100, 400), size(50, 50), 0.2, 0.9, 1, [10, 30], 'nor down'],
    [size(100, 100), size(50, 50), 0.3, 0.8, 1, [15, 40], 'nothing is cut'],
    [size(100, 100), size(50, 50), 0.5, 0.5, 2, [25, 25], 'zoomed'],
    [size(100, 100), size(50, 50), 0.1, 0.9, 2, [10, 40], 'zoomed into a corner'],
  ])('of %j in %j, focus %d, %d, zoom %d: %j (%s)', (source, box, x, y, zoom, place) => {
    const point = shownAt(source, box, x, y, zoom)!;
    expect(point.x).toBeCloseTo(place[0], 6);
    expect(point.y).toBeCloseTo(place[1], 6);
  });

  test('stands where the same place of the picture is seen', () => {
    fc.assert(
      fc.property(
        sizes,
        sizes,
        point,
        point,
        fc.double({ min: 1, max: 8, noNaN: true }),
        (...row) => {
          const [source, box, x, y, zoom] = row;
          const fitted = fitResize(
            resize({
              ...boxed(box.width, box.height),
              ...{ fit: 'cover', anchor: { kind: 'focus', x, y, zoom, shown: true } },
            }),
            source,
          );
          const before = fitted.before ?? { left: 0, top: 0, ...source };
          const { left, top } = fitted.window ?? { left: 0, top: 0 };
          // Back to the source from the place in the result.
          const backX =
            ((fitted.point!.x + left) * before.width) / fitted.scaled.width + before.left;
          const backY =
            ((fitted.point!.y + top) * before.height) / fitted.scaled.height + before.top;
          expect(Math.abs(backX - x * source.width)).toBeLessThan(1e-6 * source.width + 1e-6);
          expect(Math.abs(backY - y * source.height)).toBeLessThan(1e-6 * source.height + 1e-6);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('is said only where it is asked for', () => {
    const anchor = { kind: 'focus', x: 0.5, y: 0.5, zoom: 1 } as const;
    const op = resize({ ...boxed(50, 50), fit: 'cover', anchor });
    expect(fitResize(op, size(400, 100)).point).toBeUndefined();
  });
});

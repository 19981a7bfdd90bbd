import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Size, sizeText } from '../base/size.ts';
import { devicePixels, fitInside, fitResize, fittedSize, wholeBox } from './fit.ts';
import type { ResizeOp } from './op.ts';

const RUNS = 10_000;

const size = (text: string): Size => {
  const [width, height] = text.split('x').map(Number);
  return { width: width!, height: height! };
};

const resize = (fields: Partial<ResizeOp>): ResizeOp => ({
  kind: 'resize',
  fit: 'inside',
  enlarge: 'allowed',
  filter: 'lanczos3',
  ...fields,
});

const box = (text: string): Partial<ResizeOp> => {
  const [width, height] = text.split('x');
  return {
    ...(width ? { width: { px: Number(width) } } : {}),
    ...(height ? { height: { px: Number(height) } } : {}),
  };
};

describe('fitResize', () => {
  test.each<[string, Partial<ResizeOp>, string, string]>([
    ['827x788', box('300x'), '300x286', 'a missing side follows, 285.85 rounds up'],
    ['2000x1200', box('x300'), '500x300', 'height alone'],
    ['2000x1200', { width: { share: 0.333 } }, '666x400', 'a share, 399.6 rounds up'],
    ['2000x1200', { width: { px: 341.3333 } }, '341x205', 'fractions of pixels are legal'],
    ['2000x1200', { ...box('2560x'), enlarge: 'never' }, '2000x1200', 'never enlarged'],
    ['2000x1200', { ...box('150x150'), fit: 'outside' }, '250x150', 'outside cuts nothing'],
    [
      '2000x100',
      { ...box('150x150'), fit: 'outside', enlarge: 'never' },
      '2000x100',
      'outside stays where its height alone would have to grow',
    ],
    [
      '100x2000',
      { ...box('150x150'), fit: 'outside', enlarge: 'never' },
      '100x2000',
      'and where its width alone would',
    ],
    [
      '2000x1200',
      { ...box('2500x1500'), fit: 'outside', enlarge: 'never' },
      '2000x1200',
      'and where both would',
    ],
    [
      '2000x200',
      { ...box('150x150'), fit: 'outside', enlarge: 'never' },
      '1500x150',
      'it becomes smaller as ever',
    ],
    [
      '2000x1200',
      { ...box('2500x600'), fit: 'stretch', enlarge: 'never' },
      '2000x480',
      'the box shrinks by one factor',
    ],
    [
      '2000x1200',
      { ...box('2400x600'), fit: 'cover', enlarge: 'never' },
      '2000x500',
      'so does the box of a cover',
    ],
    ['2000x1200', { ...box('2400x600'), fit: 'cover' }, '2400x600', 'a cover may enlarge'],
    [
      '300x200',
      { ...box('600x600'), fit: 'cover', enlarge: 'never' },
      '200x200',
      'the largest window of the ratio',
    ],
    ['300x200', { ...box('600x100'), fit: 'cover', enlarge: 'never' }, '300x50', 'likewise'],
    ['300x200', { ...box('100x100') }, '100x67', 'inside rounds half up'],
    ['300x200', { ...box('400x400'), fit: 'contain' }, '400x400', 'contain is the box'],
    [
      '900x600',
      { width: { px: 280 }, ratio: 2, fit: 'cover' },
      '280x140',
      'a ratio completes a side',
    ],
    ['900x600', { height: { px: 300 }, ratio: 16 / 9, fit: 'cover' }, '533x300', 'either side'],
    ['900x270', { ratio: 9, fit: 'cover' }, '900x100', 'or both: the largest box inside'],
    ['900x600', { ratio: 3, fit: 'contain' }, '900x300', 'also for contain'],
    [
      '2000x500',
      { ...box('x200'), fit: 'cover', limits: { maxWidth: 1200 } },
      '800x200',
      'a limit that does not bind',
    ],
    [
      '2000x500',
      { ...box('x200'), fit: 'cover', limits: { maxWidth: 200 } },
      '200x200',
      'one that does',
    ],
    [
      '500x2000',
      { ...box('x200'), fit: 'cover', limits: { minWidth: 300 } },
      '300x200',
      'from below',
    ],
    [
      '1000x3000',
      { ...box('300x'), fit: 'cover', limits: { maxHeight: 1200 } },
      '300x900',
      'on the other axis',
    ],
    [
      '2000x500',
      { ...box('x200'), fit: 'cover', limits: { maxWidth: 200 }, density: 2 },
      '400x400',
      'limits are in CSS pixels, before density',
    ],
    [
      '500x2000',
      { ...box('x200'), fit: 'cover', limits: { minWidth: 300 }, density: 1.5 },
      '450x300',
      'from below, too',
    ],
    ['720x900', { ...box('240x300'), density: 2 }, '480x600', 'density multiplies the box'],
    [
      '720x900',
      { ...box('240x300'), density: 4, enlarge: 'never' },
      '720x900',
      'and stops at the source',
    ],
    ['2000x1200', { density: 2 }, '4000x2400', 'density alone scales'],
    [
      '1982x255',
      { ...box('123x110'), enlarge: 'never' },
      '123x16',
      'where shrink-on-load rounding misses',
    ],
    ['4000x10', { ...box('100x100'), enlarge: 'never' }, '100x1', 'never zero'],
    ['1333x751', box('1920x1080'), '1917x1080', 'enlarged inside'],
    [
      '300x200',
      { ...box('300x300'), fit: 'cover', reserve: { top: 20, right: 20, bottom: 20, left: 20 } },
      '260x260',
      'room for a pad',
    ],
    [
      '300x200',
      { ...box('300x'), reserve: { top: 10, right: 10, bottom: 10, left: 10 } },
      '280x187',
      'on the side that is given',
    ],
  ])('%s by %j is %s (%s)', (source, op, expected) => {
    expect(sizeText(fittedSize(fitResize(resize(op), size(source))))).toBe(expected);
  });

  test.each<[string, string, ResizeOp['anchor'], [number, number], string]>([
    ['3000x2000', '160x100', undefined, [0, 4], 'the centre of 160 × 107'],
    ['3000x2000', '100x100', { kind: 'slack', x: 1, y: 0.5 }, [50, 0], 'the far edge'],
    [
      '3000x2000',
      '100x100',
      { kind: 'focus', x: 0.333, y: 0.2, zoom: 1 },
      [0, 0],
      'centred on the point',
    ],
    [
      '2000x3000',
      '300x100',
      { kind: 'focus', x: 0.333, y: 0.2, zoom: 1 },
      [0, 40],
      'on the other axis',
    ],
    ['2000x3000', '300x100', { kind: 'focus', x: 0.5, y: 1, zoom: 1 }, [0, 350], 'moved inside'],
  ])('%s cut to %s with %j stands at %j (%s)', (source, target, anchor, place) => {
    const op = resize({ ...box(target), fit: 'cover', ...(anchor ? { anchor } : {}) });
    const { window } = fitResize(op, size(source));
    expect([window?.left, window?.top]).toEqual(place);
  });

  test('a zoomed focus is cut before it is scaled', () => {
    const op = resize({
      ...box('300x300'),
      fit: 'cover',
      anchor: { kind: 'focus', x: 0.825, y: 0.35, zoom: 2 },
    });
    expect(fitResize(op, size('900x600'))).toEqual({
      before: { left: 593, top: 60, width: 300, height: 300 },
      scaled: { width: 300, height: 300 },
    });
  });

  test.each([
    // source, box, left, top, why
    ['1000x200', '160x100', 0, 34, 'room above and below'],
    ['1000x200', '160x101', 0, 34, 'the odd row stands below'],
    ['200x1000', '101x160', 34, 0, 'the odd column stands at the right'],
  ])('%s contained in %s stands in the middle at %i, %i (%s)', (source, text, left, top) => {
    const frame = fitResize(resize({ ...box(text), fit: 'contain' }), size(source)).frame;
    expect(frame).toEqual({ left, top, ...size(text) });
  });
});

/** The same rules in exact integer arithmetic, to hold the floating point ones against. */
const exact = {
  /** round(a * b / c), half up, at least 1. */
  share(a: number, b: number, c: number): number {
    const [x, y, z] = [BigInt(a), BigInt(b), BigInt(c)];
    return Math.max(1, Number((2n * x * y + z) / (2n * z)));
  },
  byWidth: (source: Size, width: number) => ({
    width,
    height: exact.share(source.height, width, source.width),
  }),
  byHeight: (source: Size, height: number) => ({
    width: exact.share(source.width, height, source.height),
    height,
  }),
  inside: (s: Size, b: Size) =>
    b.width * s.height <= b.height * s.width
      ? exact.byWidth(s, b.width)
      : exact.byHeight(s, b.height),
  outside: (s: Size, b: Size) =>
    b.width * s.height >= b.height * s.width
      ? exact.byWidth(s, b.width)
      : exact.byHeight(s, b.height),
};

describe('device pixels', () => {
  test.each([
    [5, 1.5, 8, 'half up'],
    [3, 1.4, 4, '4.2'],
    [0, 3, 0, 'nothing stays nothing'],
  ])('%d at a density of %d is %d (%s)', (length, density, whole) => {
    expect(devicePixels(length, density)).toBe(whole);
  });

  const contain = {
    kind: 'resize',
    fit: 'contain',
    enlarge: 'allowed',
    filter: 'lanczos3',
  } as const;

  test.each<[Partial<ResizeOp>, string, string]>([
    [{ width: { px: 300 }, height: { px: 200 }, density: 1.5 }, '450x300', 'both sides'],
    [{ width: { px: 300 }, ratio: 1.6, density: 2 }, '600x375', 'a ratio gives the other side'],
    [{ height: { px: 100 }, ratio: 1 / 3 }, '33x100', 'rounded once'],
    [{ width: { px: 300 }, height: { share: 0.5 } }, 'none', 'a share depends on the picture'],
    [{ width: { px: 300 } }, 'none', 'so does a free side'],
  ])('the whole box of %j is %s (%s)', (op, size) => {
    const { width, height } = wholeBox({ ...contain, ...op }) ?? {};
    const text = width && height && 'px' in width && 'px' in height;
    expect(text ? `${width.px}x${height.px}` : 'none').toBe(size);
  });
});

describe('sizes are exact against integer arithmetic', () => {
  const side = fc.integer({ min: 1, max: 12_000 });
  const sizes = fc.record({ width: side, height: side });
  const check = (property: (source: Size, box: Size) => void) =>
    fc.assert(fc.property(sizes, sizes, property), { numRuns: RUNS });
  const of = (fields: Partial<ResizeOp>, source: Size, target: Size) =>
    fitResize(
      resize({ width: { px: target.width }, height: { px: target.height }, ...fields }),
      source,
    );

  test('inside', () => {
    check((source, target) => {
      const result = fittedSize(of({ fit: 'inside' }, source, target));
      expect(result).toEqual(exact.inside(source, target));
      expect(result.width <= target.width && result.height <= target.height).toBe(true);
      expect(result.width === target.width || result.height === target.height).toBe(true);
    });
  });

  test('inside, never enlarged', () => {
    check((source, target) => {
      const result = fittedSize(of({ fit: 'inside', enlarge: 'never' }, source, target));
      const fits = source.width <= target.width && source.height <= target.height;
      expect(result).toEqual(fits ? source : exact.inside(source, target));
      expect(result.width <= source.width && result.height <= source.height).toBe(true);
    });
  });

  test('outside', () => {
    check((source, target) => {
      const result = fittedSize(of({ fit: 'outside' }, source, target));
      expect(result).toEqual(exact.outside(source, target));
      expect(result.width >= target.width && result.height >= target.height).toBe(true);
    });
  });

  test('stretch', () => {
    check((source, target) => {
      expect(fittedSize(of({ fit: 'stretch' }, source, target))).toEqual(target);
    });
  });

  test('stretch and cover, never enlarged, keep the shape of the box within rounding', () => {
    check((source, target) => {
      for (const fit of ['stretch', 'cover'] as const) {
        const result = fittedSize(of({ fit, enlarge: 'never' }, source, target));
        expect(result.width <= source.width && result.height <= source.height).toBe(true);
        const factor = Math.min(1, source.width / target.width, source.height / target.height);
        expect(Math.abs(result.width - Math.max(1, target.width * factor))).toBeLessThanOrEqual(
          0.5 + 1e-6,
        );
        expect(Math.abs(result.height - Math.max(1, target.height * factor))).toBeLessThanOrEqual(
          0.5 + 1e-6,
        );
      }
    });
  });

  test('cover is the box, and its window lies inside the scaled picture for any anchor', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(sizes, sizes, share, share, fc.boolean(), (source, target, x, y, focus) => {
        const anchor = focus
          ? ({ kind: 'focus', x, y, zoom: 1 } as const)
          : ({ kind: 'slack', x, y } as const);
        const { scaled, window, ...rest } = of({ fit: 'cover', anchor }, source, target);
        expect(fittedSize({ scaled, ...(window ? { window } : {}), ...rest })).toEqual(target);
        expect(scaled).toEqual(exact.outside(source, target));
        if (!window) return;
        expect(window.left >= 0 && window.left + window.width <= scaled.width).toBe(true);
        expect(window.top >= 0 && window.top + window.height <= scaled.height).toBe(true);
        if (!focus) return;
        // The point stays in sight.
        expect(x * scaled.width).toBeGreaterThanOrEqual(window.left - 1);
        expect(x * scaled.width).toBeLessThanOrEqual(window.left + window.width + 1);
      }),
      { numRuns: RUNS },
    );
  });

  test('contain is the box, and the picture lies inside it', () => {
    check((source, target) => {
      const { scaled, frame } = of({ fit: 'contain' }, source, target);
      expect(frame).toMatchObject(target);
      expect(scaled).toEqual(exact.inside(source, target));
      expect(frame!.left + scaled.width <= target.width).toBe(true);
      expect(frame!.top + scaled.height <= target.height).toBe(true);
    });
  });

  test('one side', () => {
    check((source, { width }) => {
      expect(fittedSize(fitResize(resize({ width: { px: width } }), source))).toEqual(
        exact.byWidth(source, width),
      );
      expect(fittedSize(fitResize(resize({ height: { px: width } }), source))).toEqual(
        exact.byHeight(source, width),
      );
    });
  });

  test('fitInside of a picture in its own box is the picture', () => {
    fc.assert(
      fc.property(sizes, (source) => {
        expect(fitInside(source, source)).toEqual(source);
      }),
    );
  });
});

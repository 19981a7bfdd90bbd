import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import type { Region, Size } from '../base/size.ts';
import { type Area, type Length, type OpOf, type Placement, px, share } from './op.ts';
import {
  canvasFrame,
  cropSize,
  cropWindow,
  insetWindow,
  rotatedFrame,
  sidesOf,
} from './regions.ts';

const size = (width: number, height: number): Size => ({ width, height });
const region = (left: number, top: number, width: number, height: number): Region => ({
  ...{ left, top, width, height },
});
const at = (length: Length): Placement => ({ kind: 'at', length });
const slack = (part: number): Placement => ({ kind: 'slack', share: part });
const area = (width: Length, height: Length): Area => ({ kind: 'size', width, height });
const WIDE = size(200, 100);
const outside = expect.toSatisfy((error) => isFault(error, 'region-out-of-bounds'));

describe('sides', () => {
  test('shares are of the side they shorten, half up, and none is negative', () => {
    const of = (length: Length) =>
      sidesOf({ top: length, right: length, bottom: length, left: length }, size(50, 30));
    expect(of(share(0.05))).toEqual({ top: 2, right: 3, bottom: 2, left: 3 });
    expect(of(px(2.5))).toEqual({ top: 3, right: 3, bottom: 3, left: 3 });
    expect(of(px(2.49))).toEqual({ top: 2, right: 2, bottom: 2, left: 2 });
    expect(of(px(-7))).toEqual({ top: 0, right: 0, bottom: 0, left: 0 });
  });

  test('each length is its own side', () => {
    expect(sidesOf({ top: px(1), right: px(2), bottom: px(3), left: px(4) }, WIDE)).toEqual({
      ...{ top: 1, right: 2, bottom: 3, left: 4 },
    });
  });
});

describe('an inset', () => {
  const inset = (top: number, right: number, bottom: number, left: number): OpOf<'inset'> => ({
    ...{ kind: 'inset', top: px(top), right: px(right), bottom: px(bottom), left: px(left) },
  });

  test.each<[OpOf<'inset'>, Region]>([
    [inset(1, 20, 3, 40), region(40, 1, 140, 96)],
    [inset(60, 0, 39, 0), region(0, 60, 200, 1)],
    [inset(0, 60, 0, 139), region(139, 0, 1, 100)],
    [inset(0, 0, 0, 0), region(0, 0, 200, 100)],
  ])('%j leaves %j', (op, left) => {
    expect(insetWindow(op, WIDE)).toEqual(left);
  });

  test.each([[inset(60, 0, 40, 0)], [inset(0, 60, 0, 140)], [inset(101, 0, 0, 0)]])(
    '%j leaves nothing',
    (op) => {
      expect(() => insetWindow(op, WIDE)).toThrow(outside);
    },
  );
});

describe('a crop', () => {
  const crop = (fields: Partial<OpOf<'crop'>>): OpOf<'crop'> => ({
    ...{ kind: 'crop', area: area(px(60), px(40)), x: slack(0.5), y: slack(0.5) },
    outside: 'fault',
    ...fields,
  });

  test.each<[Area, Size, Size]>([
    // asked, of a picture, in pixels
    [area(share(0.5), share(0.25)), WIDE, size(100, 25)],
    [area(px(10.5), px(10.4)), WIDE, size(11, 10)],
    [area(px(0.2), share(0.001)), WIDE, size(1, 1)],
    [{ kind: 'ratio', ratio: 1 }, WIDE, size(100, 100)],
    [{ kind: 'ratio', ratio: 4 }, WIDE, size(200, 50)],
    [{ kind: 'ratio', ratio: 3 }, WIDE, size(200, 67)],
    [{ kind: 'ratio', ratio: 1 / 3 }, WIDE, size(33, 100)],
  ])('of %j in %j is %j', (asked, whole, expected) => {
    expect(cropSize(asked, whole)).toEqual(expected);
  });

  test.each<[Placement, Placement, [left: number, top: number]]>([
    [slack(0), slack(1), [0, 60]],
    [slack(0.25), slack(0.75), [35, 45]],
    [at(px(7)), at(px(9)), [7, 9]],
    [at(share(0.1)), at(share(0.1)), [20, 10]],
    [at(px(140)), at(px(60)), [140, 60]],
    [at(px(7.5)), at(px(8.4)), [8, 8]],
  ])('at %j and %j stands at %j', (x, y, [left, top]) => {
    expect(cropWindow(crop({ x, y }), WIDE)).toEqual(region(left, top, 60, 40));
  });

  test('half a pixel of slack goes before the window', () => {
    expect(cropWindow(crop({}), size(61, 41))).toEqual(region(1, 1, 60, 40));
  });

  test.each<[string, Placement, Placement, Region | undefined]>([
    // where it sticks out, x, y, what of it lies in the picture
    ['right', at(px(141)), at(px(0)), region(141, 0, 59, 40)],
    ['below', at(px(0)), at(px(61)), region(0, 61, 60, 39)],
    ['left', at(px(-1)), at(px(0)), region(0, 0, 59, 40)],
    ['above', at(px(0)), at(px(-1)), region(0, 0, 60, 39)],
    ['last column', at(px(199)), at(px(0)), region(199, 0, 1, 40)],
    ['last row', at(px(0)), at(px(99)), region(0, 99, 60, 1)],
    ['first pixel', at(px(-59)), at(px(-39)), region(0, 0, 1, 1)],
    ['beside', at(px(200)), at(px(0)), undefined],
    ['under', at(px(0)), at(px(100)), undefined],
    ['before', at(px(-60)), at(px(0)), undefined],
    ['over', at(px(0)), at(px(-40)), undefined],
  ])('that sticks out (%s) is cut, kept or refused', (_, x, y, inside) => {
    const by = (rule: OpOf<'crop'>['outside']) => cropWindow(crop({ x, y, outside: rule }), WIDE);
    expect(() => by('fault')).toThrow(outside);
    expect(by('intersect-or-keep')).toEqual(inside);
    if (inside) expect(by('intersect')).toEqual(inside);
    else expect(() => by('intersect')).toThrow(outside);
  });

  test('larger than the picture shows all of it', () => {
    const op = crop({ area: area(px(300), px(400)), outside: 'intersect' });
    expect(cropWindow(op, WIDE)).toEqual(region(0, 0, 200, 100));
    const tall = crop({ area: area(px(60), px(101)), outside: 'intersect' });
    expect(cropWindow(tall, WIDE)).toEqual(region(70, 0, 60, 100));
  });
});

describe('a canvas', () => {
  const frame = (fields: Partial<OpOf<'canvas'>>, picture = WIDE): Region =>
    canvasFrame(
      {
        ...{ kind: 'canvas', area: area(px(260), px(140)), x: slack(0.5), y: slack(0.5) },
        fill: { kind: 'edge' },
        ...fields,
      },
      picture,
    );

  test.each<[string, Partial<OpOf<'canvas'>>, Region]>([
    ['in the middle', {}, region(30, 20, 260, 140)],
    ['by shares of its slack', { x: slack(0.25), y: slack(1) }, region(15, 40, 260, 140)],
    ['at pixels', { x: at(px(7.5)), y: at(px(-3)) }, region(8, -3, 260, 140)],
    [
      'at shares of the picture',
      { x: at(share(0.1)), y: at(share(0.1)) },
      region(20, 10, 260, 140),
    ],
    ['sides as shares', { area: area(share(1.5), share(2)) }, region(50, 50, 300, 200)],
    ['smaller, it clips', { area: area(px(100), px(50)) }, region(-50, -25, 100, 50)],
    ['a square', { area: { kind: 'ratio', ratio: 1 } }, region(0, 50, 200, 200)],
    ['a banner', { area: { kind: 'ratio', ratio: 3 } }, region(50, 0, 300, 100)],
  ])('%s', (_, fields, expected) => {
    expect(frame(fields)).toEqual(expected);
  });

  test('half a pixel of slack goes before the picture', () => {
    expect(frame({ area: area(px(201), px(103)) })).toEqual(region(1, 2, 201, 103));
  });
});

describe('a turn', () => {
  const turned = (mode: 'pivot' | 'straighten', degrees: number, picture: Size) =>
    rotatedFrame({ kind: 'rotate', mode, degrees, fill: { kind: 'edge' } }, picture);
  const side = fc.integer({ min: 8, max: 4000 });
  const angle = fc.integer({ min: -1440, max: 1440 }).map((part) => part / 4);

  /** The corners of a picture around its middle, turned. */
  const corners = ({ width, height }: Size, degrees: number) =>
    [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ].map(([x, y]) => {
      const [a, b] = [(x! * width) / 2, (y! * height) / 2];
      const radians = degrees * (Math.PI / 180);
      return [
        a * Math.cos(radians) + b * Math.sin(radians),
        b * Math.cos(radians) - a * Math.sin(radians),
      ] as const;
    });

  test('pivot is the box of the turned corners, not enlarged', () => {
    fc.assert(
      fc.property(side, side, angle, (width, height, degrees) => {
        const frame = turned('pivot', degrees, { width, height });
        const points = corners({ width, height }, degrees);
        const across = 2 * Math.max(...points.map(([x]) => x));
        const down = 2 * Math.max(...points.map(([, y]) => y));
        expect(frame.zoom).toBe(1);
        expect(Math.abs(frame.width - across)).toBeLessThanOrEqual(0.5 + 1e-6);
        expect(Math.abs(frame.height - down)).toBeLessThanOrEqual(0.5 + 1e-6);
      }),
    );
  });

  test('straighten keeps the frame, and the enlarged picture just covers its corners', () => {
    fc.assert(
      fc.property(side, side, angle, (width, height, degrees) => {
        const { zoom, ...frame } = turned('straighten', degrees, { width, height });
        expect(frame).toEqual({ width, height });
        // Seen from the picture, the corners of the frame turn the other way.
        const points = corners({ width, height }, -degrees);
        const needed = Math.max(
          ...points.map(([x, y]) => Math.max((2 * x) / width, (2 * y) / height)),
        );
        expect(zoom).toBeCloseTo(needed, 9);
      }),
    );
  });
});

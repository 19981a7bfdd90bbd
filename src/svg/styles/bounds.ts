/**
 * Bounds: the box of what an element draws, without its stroke, from its attributes alone (SVG 2 specification, section 8.10).
 */
import { attributeOf, type TreeElement } from '../tree.ts';
import { pointsOf } from './path-points.ts';
import { charge, type Scope } from './selectors.ts';
import type { Box } from './transforms.ts';

/** Groups in groups; in deeper ones the box is not told. */
const MOST_DEPTH = 100;

/** What looking at one element takes beside a comparison. */
const COST = 10;

/**
 * The box of a shape, or of a group of shapes none of which is moved; undefined where it cannot be told.
 *
 * @throws TooManyComparisons
 */
export function boundsOf(element: TreeElement, scope: Scope): Box | undefined {
  const boxOf = (one: TreeElement, depth: number): Box | undefined | 'nothing' => {
    charge(scope, COST);
    if (depth > MOST_DEPTH) return undefined;
    if (!GROUPS.has(one.name))
      return DRAWS_NOTHING.has(one.name) ? 'nothing' : shapeBox(one, scope);
    const inside: Box[] = [];
    for (const child of one.children) {
      if (attributeOf(child, 'transform') !== undefined) return undefined;
      const box = boxOf(child, depth + 1);
      if (box === undefined) return undefined;
      if (box !== 'nothing') inside.push(box);
    }
    return around(inside.flatMap(corners)) ?? 'nothing';
  };
  const box = boxOf(element, 0);
  return box === 'nothing' ? undefined : box;
}

const GROUPS: ReadonlySet<string> = new Set(['g', 'a']);

const DRAWS_NOTHING: ReadonlySet<string> = new Set(
  'title desc metadata defs style symbol linearGradient radialGradient pattern clipPath mask marker filter animate animateTransform animateMotion set'.split(
    ' ',
  ),
);

function corners({ left, top, width, height }: Box): [number, number][] {
  return [
    [left, top],
    [left + width, top + height],
  ];
}

function around(points: readonly (readonly [number, number])[]): Box | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const box = { left, top, width: right - left, height: bottom - top };
  return Object.values(box).every(Number.isFinite) ? box : undefined;
}

function shapeBox(element: TreeElement, scope: Scope): Box | undefined {
  const boxOfPath = (d: string) => {
    charge(scope, COST * d.length);
    return around(pointsOf(d).flat());
  };
  const number = (name: string, none = 0) => {
    const text = attributeOf(element, name)?.trim();
    return text === undefined ? none : Number(text === '' ? Number.NaN : text.replace(/px$/, ''));
  };
  const round = (rx: number, ry: number): Box | undefined =>
    around([
      [number('cx') - rx, number('cy') - ry],
      [number('cx') + rx, number('cy') + ry],
    ]);
  switch (element.name) {
    case 'rect':
    case 'image':
      return around([
        [number('x'), number('y')],
        [number('x') + number('width', NaN), number('y') + number('height', NaN)],
      ]);
    case 'circle':
      return round(number('r'), number('r'));
    case 'ellipse':
      return round(number('rx'), number('ry'));
    case 'line':
      return around([
        [number('x1'), number('y1')],
        [number('x2'), number('y2')],
      ]);
    case 'polygon':
    case 'polyline':
      return boxOfPath(`M${attributeOf(element, 'points') ?? ''}`);
    case 'path':
      return boxOfPath(attributeOf(element, 'd') ?? '');
    default:
      return undefined;
  }
}

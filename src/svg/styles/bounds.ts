/**
 * Bounds: the box of what an element draws, without its stroke, from its attributes alone (SVG 2 specification, section 8.10).
 */
import { attributeOf, type TreeElement } from '../tree.ts';
import { pointsOf } from './path-points.ts';
import type { Box } from './transforms.ts';

/** Elements that are looked at for one box. */
const MOST_ELEMENTS = 10_000;

/** The box of a shape, or of a group of shapes none of which is moved; undefined where it cannot be told. */
export function boundsOf(element: TreeElement): Box | undefined {
  let left = MOST_ELEMENTS;
  const boxOf = (one: TreeElement): Box | undefined | 'nothing' => {
    if (--left < 0) return undefined;
    if (!GROUPS.has(one.name)) return DRAWS_NOTHING.has(one.name) ? 'nothing' : shapeBox(one);
    const inside: Box[] = [];
    for (const child of one.children) {
      if (attributeOf(child, 'transform') !== undefined) return undefined;
      const box = boxOf(child);
      if (box === undefined) return undefined;
      if (box !== 'nothing') inside.push(box);
    }
    return around(inside.flatMap(corners)) ?? 'nothing';
  };
  const box = boxOf(element);
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

function shapeBox(element: TreeElement): Box | undefined {
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
      return around(pointsOf(`M${attributeOf(element, 'points') ?? ''}`).flat());
    case 'path':
      return around(pointsOf(attributeOf(element, 'd') ?? '').flat());
    default:
      return undefined;
  }
}

/**
 * Transform origin: a transform about another point than the origin, as translations around it (CSS Transforms 1
 * specification, section 6).
 */
import type { Size } from '../../base/size.ts';

/** What declarations, or attributes, of one element say. */
export interface Said {
  readonly transform: string | undefined;
  readonly origin: string | undefined;
  readonly box: string | undefined;
}

const KEYWORDS: Readonly<Record<string, readonly [axis: 'x' | 'y' | 'any', share: number]>> = {
  left: ['x', 0],
  right: ['x', 1],
  top: ['y', 0],
  bottom: ['y', 1],
  center: ['any', 0.5],
};

/**
 * The transform with its origin in it; undefined where there is nothing to say, or it cannot be said.
 *
 * @param box of which an origin is a share: the view box, as elements of SVG have it by default
 * @param as lengths of a style have a unit, those of an attribute have none
 */
export function throughOrigin(
  { transform, origin, box: of }: Said,
  box: Size,
  as: 'style' | 'attribute',
): string | undefined {
  const bare = transform?.trim();
  if (origin === undefined || bare === undefined || bare === '' || bare === 'none')
    return undefined;
  if (of !== undefined && of.trim() !== 'view-box') return undefined;
  const point = pointOf(origin, box);
  if (point === undefined || !point.every(Number.isFinite)) return undefined;
  const [x, y] = point;
  const unit = as === 'style' ? 'px' : '';
  const move = (dx: number, dy: number) => `translate(${dx}${unit},${dy}${unit})`;
  return `${move(x, y)} ${bare} ${move(-x, -y)}`;
}

function pointOf(origin: string, box: Size): readonly [number, number] | undefined {
  const words = origin
    .trim()
    .toLowerCase()
    .split(/[\s,]+/)
    .slice(0, 3);
  const [first = '', second = 'center'] = words;
  const swapped = KEYWORDS[first]?.[0] === 'y' || KEYWORDS[second]?.[0] === 'x';
  const [across, down] = swapped ? [second, first] : [first, second];
  const x = along(across, 'x', box.width);
  const y = along(down, 'y', box.height);
  return x === undefined || y === undefined ? undefined : [x, y];
}

function along(word: string, axis: 'x' | 'y', length: number): number | undefined {
  const keyword = KEYWORDS[word];
  if (keyword) return keyword[0] === axis || keyword[0] === 'any' ? keyword[1] * length : undefined;
  const match = /^([+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:e[+-]?\d{1,3})?)(px|%)?$/.exec(
    word,
  );
  if (match === null) return undefined;
  const number = Number(match[1]);
  return match[2] === '%' ? (number / 100) * length : number;
}

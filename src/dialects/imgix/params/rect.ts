/**
 * Rect: the grammar of `rect=x,y,w,h` (docs/spec/imgix.md 5.1.1).
 *
 * Numbers with a point and up to 1 are shares of the source, others pixels:
 * `0.5,0.5,0.5,0.5` is the lower right quarter.
 */
import { clamp } from '../../../base/size.ts';
import type { Length, Placement } from '../../../plan/op.ts';
import { decimal, type Reading } from '../../params.ts';

export interface Rect {
  readonly x: Placement;
  readonly y: Placement;
  readonly width: Length;
  readonly height: Length;
}

/** No source is longer; larger numbers are cut to the picture anyway. */
const FARTHEST = 1_000_000;

const ACROSS: Readonly<Record<string, number>> = { left: 0, center: 0.5, right: 1 };
const DOWN: Readonly<Record<string, number>> = { top: 0, middle: 0.5, bottom: 1 };

export function readRect(text: string): Reading<Rect> {
  const expected = 'x,y,w,h in pixels or shares, with w and h above 0';
  const [x, y, width, height, ...rest] = text.split(',');
  if (x === undefined || y === undefined || width === undefined || height === undefined) {
    return { expected };
  }
  const value = {
    x: placement(x, ACROSS),
    y: placement(y, DOWN),
    width: extent(width),
    height: extent(height),
  };
  const whole = value.x && value.y && value.width && value.height && rest.length === 0;
  return whole ? { value: value as Rect } : { expected };
}

function placement(text: string, words: Readonly<Record<string, number>>): Placement | undefined {
  if (Object.hasOwn(words, text)) return { kind: 'slack', share: words[text]! };
  const length = lengthOf(text);
  return length && { kind: 'at', length };
}

function extent(text: string): Length | undefined {
  const length = lengthOf(text);
  return length && ('px' in length ? length.px : length.share) > 0 ? length : undefined;
}

function lengthOf(text: string): Length | undefined {
  const value = decimal(text);
  if (value === undefined) return undefined;
  if (text.includes('.') && value > 0 && value <= 1) return { share: value };
  return { px: clamp(Math.round(value), 0, FARTHEST) + 0 };
}

/**
 * Montage: up to four pictures of the service on one canvas, in place of the picture of the URL
 * (docs/spec/fastly-io.md 8.4).
 */
import type { Color } from '../../../base/color.ts';
import { WHITE } from '../../../base/color.ts';
import type { SourceRef } from '../../../image/source-ref.ts';
import { CENTRE, type Op, type OverlayOp, px } from '../../../plan/op.ts';
import { decimal } from '../../params.ts';
import { color, qualityPair } from '../params/readers.ts';
import { type FastlyValues, LONGEST_SIDE, PARAMS } from '../params.ts';
import { fieldsOf } from './header-query.ts';
import type { Complain } from './overlay.ts';
import { OWN_PICTURE, ownPicture } from './own-picture.ts';

/** The parameter that its remarks name. */
export const MONTAGE = 'montage';

const MOST_PICTURES = 4;

export interface Montage {
  readonly refs: readonly SourceRef[];
  readonly ops: readonly Op[];
  /** What it says of the file. */
  readonly values: Pick<FastlyValues, 'format' | 'quality' | 'dpr'>;
}

/** A cell as shares of the canvas: left, top, width, height. */
type Cell = readonly [left: number, top: number, width: number, height: number];

const THIRD = 1 / 3;
const columns = (count: number): Cell[] =>
  Array.from({ length: count }, (_, i) => [i / count, 0, 1 / count, 1]);
const rows = (count: number): Cell[] =>
  Array.from({ length: count }, (_, i) => [0, i / count, 1, 1 / count]);

/**
 * The layouts. The vendor draws them, and the drawings are not in the text of its page; these are our reading
 * (docs/spec/fastly-io.md 8.4).
 */
const LAYOUTS: ReadonlyMap<string, readonly Cell[]> = new Map(
  Object.entries<readonly Cell[]>({
    '2a': columns(2),
    '2b': rows(2),
    '3a': columns(3),
    '3b': rows(3),
    '3c': [
      [0, 0, 0.5, 1],
      [0.5, 0, 0.5, 0.5],
      [0.5, 0.5, 0.5, 0.5],
    ],
    '3d': [
      [0, 0, 1, 0.5],
      [0, 0.5, 0.5, 0.5],
      [0.5, 0.5, 0.5, 0.5],
    ],
    '4a': [
      [0, 0, 0.5, 0.5],
      [0.5, 0, 0.5, 0.5],
      [0, 0.5, 0.5, 0.5],
      [0.5, 0.5, 0.5, 0.5],
    ],
    '4b': columns(4),
    '4c': rows(4),
    '4d': [
      [0, 0, 0.5, 1],
      [0.5, 0, 0.5, THIRD],
      [0.5, THIRD, 0.5, THIRD],
      [0.5, 2 * THIRD, 0.5, THIRD],
    ],
    '4e': [
      [0, 0, 1, 0.5],
      [0, 0.5, THIRD, 0.5],
      [THIRD, 0.5, THIRD, 0.5],
      [2 * THIRD, 0.5, THIRD, 0.5],
    ],
  }),
);

/** The montage that a query string describes; undefined, with a complaint, where it lacks what it needs. */
export function readMontage(query: string, complain: Complain): Montage | undefined {
  const fields = fieldsOf(query);
  const dpr = optional('dpr', (text) => PARAMS.dpr.read(text).value, 'a number from 1 to 10') ?? 1;
  const width = side('width');
  const height = side('height');
  const cells = LAYOUTS.get(fields.get('layout') ?? '');
  const named = (fields.get('images') ?? '').split(';').filter((url) => url !== '');
  const refs = named.map(ownPicture);
  if (cells === undefined) complain('layout', `one of ${[...LAYOUTS.keys()].join(', ')}`);
  if (refs.length === 0 || refs.length > MOST_PICTURES || refs.includes(undefined)) {
    complain('images', `one to ${MOST_PICTURES} of ${OWN_PICTURE}, with semicolons`);
    return undefined;
  }
  if (width === undefined || height === undefined || cells === undefined) return undefined;
  const padding = Math.round((optional('padding', room, 'whole pixels') ?? 0) * dpr);
  const canvas = { width: Math.round(width * dpr), height: Math.round(height * dpr) };
  const ground = optional('bg-color', hex, 'rgb or rrggbb in hex') ?? WHITE;
  const format = optional('format', (text) => PARAMS.format.read(text).value, PARAMS.format.values);
  const quality = optional('quality', qualityPair, PARAMS.quality.values);
  const used = (refs as SourceRef[]).slice(0, cells.length);
  return {
    refs: used,
    ops: [
      {
        kind: 'canvas',
        area: { kind: 'size', width: px(canvas.width), height: px(canvas.height) },
        x: CENTRE,
        y: CENTRE,
        fill: { kind: 'color', color: ground },
      },
      { kind: 'background', color: ground },
      ...used.flatMap((_, i) => {
        const cell = pixels(cells[i]!, canvas, padding);
        return cell === undefined ? [] : [cellOp(i, cell)];
      }),
    ],
    values: {
      format: format ?? 'jpg',
      ...(quality ? { quality } : {}),
      ...(dpr > 1 ? { dpr } : {}),
    },
  };

  function optional<T>(name: string, read: (text: string) => T | undefined, expected: string) {
    const text = fields.get(name);
    const value = text === undefined ? undefined : read(text);
    if (text !== undefined && value === undefined) complain(name, expected);
    return value;
  }

  function side(name: string): number | undefined {
    const expected = `whole pixels, at most ${LONGEST_SIDE} with dpr`;
    const value = optional(name, room, expected);
    if (value !== undefined && value >= 1 && value * dpr <= LONGEST_SIDE) return value;
    if (value !== undefined || !fields.has(name)) complain(name, expected);
    return undefined;
  }
}

/** Whole pixels from 0. */
function room(text: string): number | undefined {
  const value = decimal(text);
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= LONGEST_SIDE
    ? value
    : undefined;
}

/** Hexadecimal alone, other than elsewhere (montage page). */
function hex(text: string): Color | undefined {
  return text.includes(',') ? undefined : color(text);
}

/**
 * A cell in whole pixels; cells that touch share an edge, between which half of the padding goes to
 * each. Undefined where the padding leaves nothing.
 */
function pixels(
  [left, top, width, height]: Cell,
  canvas: { readonly width: number; readonly height: number },
  padding: number,
) {
  const [x, right] = inner(left, left + width, canvas.width, padding);
  const [y, bottom] = inner(top, top + height, canvas.height, padding);
  const cell = { left: x, top: y, width: right - x, height: bottom - y };
  return cell.width < 1 || cell.height < 1 ? undefined : cell;
}

/** Padding is between cells alone, not around them (docs/spec/fastly-io.md 8.4). */
function inner(from: number, to: number, side: number, padding: number): [number, number] {
  const half = padding / 2;
  const start = Math.round(from * side) + (from > 0 ? Math.ceil(half) : 0);
  const end = Math.round(to * side) - (to < 1 - 1e-9 ? Math.floor(half) : 0);
  return [start, end];
}

/** A picture that fills a cell of whole pixels, cut in the centre. */
function cellOp(
  index: number,
  cell: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  },
): OverlayOp {
  return {
    kind: 'overlay',
    picture: { index, ops: [{ kind: 'orient', by: 'source' }] },
    box: {
      kind: 'resize',
      width: px(cell.width),
      height: px(cell.height),
      fit: 'cover',
      enlarge: 'allowed',
      filter: 'lanczos3',
    },
    x: { kind: 'at', length: px(cell.left) },
    y: { kind: 'at', length: px(cell.top) },
    pad: 0,
    mode: 'normal',
    opacity: 1,
  };
}

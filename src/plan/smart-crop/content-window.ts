/**
 * Content window: where a window of a size goes, so that it shows what counts.
 *
 * One axis at a time: a crop to a ratio leaves room on one axis only. Along it a window is
 * better
 * - first, the more faces it has whole; one that it cuts takes half a face away,
 * - then, the more of them do not touch its edge,
 * - then, the more heads it has whole, hair and chin included,
 * - then, the more of the content it shows, what stands near its middle more than what stands
 *   near its edge, less what it leans off the middle of the picture.
 *
 * Photographers put what matters near the middle, so a window leaves it only for a reason:
 * it has to win six tenths of a share of the content for a share of the picture's side
 * (docs/decisions/0017-smart-crop.md).
 *
 * Pure, and the same for every size of an answer: all lengths are shares of the sides of the
 * picture.
 */
import { clamp, type Region, type Size } from '../../base/size.ts';
import type { ContentGrid } from '../../image/content-grid.ts';

/** A face that is not to be cut. */
export interface KeptFace {
  /** From forehead to chin, in shares of the picture. */
  readonly bounds: Region;
  /** Above 0; a larger one wins where both cannot be had. */
  readonly weight: number;
}

/** How much less counts what stands at the very edge of a window. */
const EDGE_LOSS = 0.6;

/** Share of the content that a window has to win for each share of the side it goes off the middle. */
const LEAN = 0.6;

/** All faces count as much as so many times the rest of the picture. */
const FACES_SHARE = 1;

/** What a face that is cut takes from those that are whole. */
const CUT_LOSS = 0.5;

/** What belongs to a head beside the face, as shares of the face. */
const HEAD = { top: 0.5, bottom: 0.25, side: 0.3 };

/** What of a person draws a window: some of the body, which lies below. */
const BUST = 1;

/** Room beside a face, as a share of the window: sizes in whole pixels have not quite its ratio. */
const MARGIN = 0.01;

/** Places that are tried in each cell of the grid. */
const STEPS = 4;

/** Differences below this are none. */
const EQUAL = 1e-9;

/**
 * The middle of the best window.
 *
 * @param window its sides, 0..1; a larger one is the whole side
 */
export function contentWindow(
  grid: ContentGrid,
  window: Size,
  kept: readonly KeptFace[] = [],
): { readonly x: number; readonly y: number } {
  const width = Math.min(1, window.width);
  const left = place(
    columnSums(grid),
    width,
    kept.map((face) => spanX(face, MARGIN * width)),
  );
  const shown: Span = [left, left + width];
  const inside = kept.filter(({ bounds }) => overlap(spanOf(bounds, 'x'), shown) > 0);
  const height = Math.min(1, window.height);
  const top = place(
    rowSums(grid, shown),
    height,
    inside.map((face) => spanY(face, MARGIN * height)),
  );
  return { x: left + width / 2, y: top + height / 2 };
}

/** From and to. */
type Span = readonly [number, number];

/** A face on one axis. */
interface FaceSpan {
  readonly face: Span;
  /** The face with a little room beside it. */
  readonly clear: Span;
  readonly head: Span;
  readonly bust: Span;
  readonly weight: number;
}

function spanOf({ left, top, width, height }: Region, axis: 'x' | 'y'): Span {
  return axis === 'x' ? [left, left + width] : [top, top + height];
}

function spanX({ bounds, weight }: KeptFace, margin: number): FaceSpan {
  const face = spanOf(bounds, 'x');
  const side = HEAD.side * bounds.width;
  const head: Span = [face[0] - side, face[1] + side];
  return { face, clear: widened(face, margin), head, bust: head, weight };
}

function spanY({ bounds, weight }: KeptFace, margin: number): FaceSpan {
  const face = spanOf(bounds, 'y');
  const top = face[0] - HEAD.top * bounds.height;
  const head: Span = [top, face[1] + HEAD.bottom * bounds.height];
  const bust: Span = [top, face[1] + BUST * bounds.height];
  return { face, clear: widened(face, margin), head, bust, weight };
}

/** With room on both sides, as far as there is picture. */
function widened([from, to]: Span, margin: number): Span {
  return cutToPicture([from - margin, to + margin]);
}

/** How good a place is, the most important first. */
type Worth = readonly [faces: number, clear: number, heads: number, content: number];

/** The near edge of the best window of a length along an axis. */
function place(sums: Float64Array, length: number, faces: readonly FaceSpan[]): number {
  const room = 1 - length;
  if (room <= 0) return 0;
  const within = faces.map((face) => ({ ...face, head: cutToPicture(face.head) }));
  const content = withFaces(sums, within);
  let best: { readonly at: number; readonly worth: Worth } | undefined;
  for (const at of placesIn(room, length, sums.length, within)) {
    const shown: Span = [at, at + length];
    const worth: Worth = [
      wholeIn(shown, within, 'face'),
      wholeIn(shown, within, 'clear'),
      wholeIn(shown, within, 'head'),
      contentIn(shown, content) - LEAN * Math.abs(at - room / 2),
    ];
    if (best === undefined || isBetter(worth, best.worth)) best = { at, worth };
  }
  return best?.at ?? room / 2;
}

/** Some in every cell from the middle outwards, then where a face or a head just fits. */
function* placesIn(
  room: number,
  length: number,
  cells: number,
  faces: readonly FaceSpan[],
): Generator<number> {
  const steps = Math.max(1, Math.ceil((room / 2) * cells * STEPS));
  for (let step = 0; step <= steps; step++) {
    const off = (room / 2) * (step / steps);
    yield room / 2 - off;
    yield room / 2 + off;
  }
  for (const { face, clear, head } of faces) {
    for (const [from, to] of [face, clear, head]) {
      yield clamp(from, 0, room);
      yield clamp(to - length, 0, room);
    }
  }
}

function isBetter(one: Worth, other: Worth): boolean {
  for (let i = 0; i < one.length; i++) {
    const more = one[i]! - other[i]!;
    if (Math.abs(more) > EQUAL) return more > 0;
  }
  return false;
}

/** The weights of what is whole in a span, less a part of those that it cuts and could have whole. */
function wholeIn(
  [from, to]: Span,
  faces: readonly FaceSpan[],
  part: 'face' | 'clear' | 'head',
): number {
  let sum = 0;
  for (const { [part]: span, weight } of faces) {
    if (overlap(span, [from, to]) <= EQUAL) continue;
    const whole = span[0] >= from - EQUAL && span[1] <= to + EQUAL;
    // Of one that does not fit, as much as can be.
    const share = overlap(span, [from, to]) / (span[1] - span[0]);
    const fits = span[1] - span[0] <= to - from + EQUAL;
    sum += weight * (whole ? 1 : fits ? -CUT_LOSS : share);
  }
  return sum;
}

/** The sums with the faces in them, each part of which is 1 in all. */
function withFaces(sums: Float64Array, faces: readonly FaceSpan[]): Float64Array {
  const total = sums.reduce((a, b) => a + b, 0);
  const cells = sums.length;
  const out = sums.map((sum) => (total === 0 ? 0 : sum / total));
  const weights = faces.reduce((a, { weight }) => a + weight, 0);
  for (const { bust, weight } of faces) {
    const each = (FACES_SHARE * weight) / (weights * (bust[1] - bust[0]));
    for (const cell of cellsIn(bust, cells)) {
      out[cell] = out[cell]! + each * overlap(bust, [cell / cells, (cell + 1) / cells]);
    }
  }
  return out;
}

/** What a window shows of the content, by how near its middle it stands. */
function contentIn(shown: Span, content: Float64Array): number {
  const [from, to] = shown;
  const cells = content.length;
  let sum = 0;
  for (const cell of cellsIn(shown, cells)) {
    const near = Math.max(cell / cells, from);
    const far = Math.min((cell + 1) / cells, to);
    const off = (near + far - 2 * from) / (to - from) - 1;
    sum += content[cell]! * cells * (far - near) * (1 - EDGE_LOSS * off * off);
  }
  return sum;
}

/** The cells that a part of the picture touches. */
function* cellsIn([from, to]: Span, cells: number): Generator<number> {
  const last = Math.min(cells, Math.ceil(to * cells));
  for (let cell = Math.max(0, Math.floor(from * cells)); cell < last; cell++) yield cell;
}

function columnSums({ columns, rows, weights }: ContentGrid): Float64Array {
  const sums = new Float64Array(columns);
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, i++) sums[x] = sums[x]! + weights[i]!;
  }
  return sums;
}

/** Of the columns that a window shows. */
function rowSums({ columns, rows, weights }: ContentGrid, shown: Span): Float64Array {
  const sums = new Float64Array(rows);
  for (const x of cellsIn(shown, columns)) {
    for (let y = 0; y < rows; y++) sums[y] = sums[y]! + weights[y * columns + x]!;
  }
  return sums;
}

function overlap([from, to]: Span, [start, end]: Span): number {
  return Math.max(0, Math.min(to, end) - Math.max(from, start));
}

function cutToPicture([from, to]: Span): Span {
  return [Math.max(0, from), Math.min(1, to)];
}

/**
 * Smart crop: where a window of a ratio goes in the picture that enters a step.
 *
 * What counts was found once on the upright source (content, faces); it is carried through the
 * steps before and decides by ratio alone. So every size of a ratio shows the same part.
 *
 * Pure: findings, instructions and sizes in, a point out.
 */
import { clamp, largestOfRatio, type Region, type Size } from '../../base/size.ts';
import { type ContentGrid, EMPTY_GRID } from '../../image/content-grid.ts';
import type { Face } from '../../image/face.ts';
import type { FindingName, Findings } from '../../image/findings.ts';
import { type SourceInfo, uprightSize } from '../../image/source-info.ts';
import { boxOf } from '../fit.ts';
import type { Area, ContentMeasure, ResizeOp } from '../op.ts';
import type { Instruction } from '../program.ts';
import { cropSize } from '../regions.ts';
import { facesAfter, pointOfSource, viewAfter } from '../source-view.ts';
import { contentWindow, type KeptFace } from './content-window.ts';

/** What has to be found on a source; faces are heeded by saliency alone. */
export function findingsFor(by: ContentMeasure): readonly FindingName[] {
  return by === 'saliency' ? ['faces', 'saliency'] : [by];
}

/** A picture on the way from a source, and what is known of that. */
export interface SmartCropScene {
  readonly info: SourceInfo;
  readonly findings: Findings;
  readonly instructions: readonly Instruction[];
  /** Behind the instructions. */
  readonly picture: Size;
}

/** The window of a crop that searches: whole pixels, inside the picture. */
export function smartCropWindow(area: Area, by: ContentMeasure, scene: SmartCropScene): Region {
  const { picture } = scene;
  const asked = cropSize(area, picture);
  const size = {
    width: Math.min(asked.width, picture.width),
    height: Math.min(asked.height, picture.height),
  };
  const exact = area.kind === 'ratio' ? largestOfRatio(picture, area.ratio) : size;
  const { x, y } = focusOf(by, exact, scene);
  const place = (share: number, whole: number, part: number) =>
    clamp(Math.round(share * whole - part / 2), 0, whole - part);
  return {
    left: place(x, picture.width, size.width),
    top: place(y, picture.height, size.height),
    ...size,
  };
}

/** A cover that searches as one that has found: centred on a point of the picture. */
export function smartCover(op: ResizeOp, by: ContentMeasure, scene: SmartCropScene): ResizeOp {
  const { width, height } = boxOf(op, scene.picture);
  if (width === undefined || height === undefined) return op;
  const window = largestOfRatio(scene.picture, simplestRatio({ width, height }));
  return { ...op, anchor: { kind: 'focus', ...focusOf(by, window, scene), zoom: 1 } };
}

/**
 * The middle of the best window, as shares of the picture.
 *
 * @param window its size in real pixels of the picture
 */
function focusOf(
  by: ContentMeasure,
  window: Size,
  { info, findings, instructions, picture }: SmartCropScene,
): { readonly x: number; readonly y: number } {
  const shares = { width: window.width / picture.width, height: window.height / picture.height };
  const grid = gridAfter(findings[by] ?? EMPTY_GRID, info, instructions, picture);
  const faces = by === 'saliency' ? facesAfter(findings.faces ?? [], info, instructions) : [];
  return contentWindow(
    grid,
    shares,
    faces.map((face) => keptFace(face, picture)),
  );
}

function keptFace({ bounds, confidence }: Face, picture: Size): KeptFace {
  const { left, top, width, height } = bounds;
  return {
    bounds: {
      left: left / picture.width,
      top: top / picture.height,
      width: width / picture.width,
      height: height / picture.height,
    },
    weight: confidence * Math.sqrt((width * height) / (picture.width * picture.height)),
  };
}

/**
 * The ratio with the smallest numbers whose box may be rounded to this one, half up.
 *
 * 200 × 113 and 2000 × 1125 are both 16:9, and 200 × 133 and 600 × 400 both 3:2, so that they
 * show the same part of a picture.
 */
export function simplestRatio({ width, height }: Size): number {
  const low = Math.max(width - 0.5, width / 2) / (height + 0.5);
  const high = (width + 0.5) / Math.max(height - 0.5, height / 2);
  return simplestBetween(low, high, MOST_STEPS);
}

/** Steps of a continued fraction; sides of five digits take fewer. */
const MOST_STEPS = 32;

/** The fraction with the smallest denominator above `low` and up to `high`. */
function simplestBetween(low: number, high: number, steps: number): number {
  const whole = Math.floor(low);
  if (whole + 1 <= high || steps === 0) return whole + 1;
  if (low === whole) return whole + 1 / (Math.floor(1 / (high - whole)) + 1);
  return whole + 1 / simplestBetween(1 / (high - whole), 1 / (low - whole), steps - 1);
}

/** The part of a grid that a picture shows, as it shows it. */
export function gridAfter(
  grid: ContentGrid,
  info: SourceInfo,
  instructions: readonly Instruction[],
  picture: Size,
): ContentGrid {
  const view = viewAfter(info, instructions);
  const source = uprightSize(info);
  const cell = { width: source.width / grid.columns, height: source.height / grid.rows };
  const at = (x: number, y: number) => {
    const point = pointOfSource(view, { x: x * picture.width, y: y * picture.height });
    return { x: point.x / cell.width, y: point.y / cell.height };
  };
  const [origin, right, bottom] = [at(0, 0), at(1, 0), at(0, 1)];
  const columns = cellsBetween(origin, right, grid);
  const rows = cellsBetween(origin, bottom, grid);
  const weights = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const a = at(column / columns, row / rows);
      const b = at((column + 1) / columns, (row + 1) / rows);
      weights[row * columns + column] = sumOf(grid, a, b);
    }
  }
  return { columns, rows, weights };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** How many cells lie between two points, one at least; more than the grid has would tell nothing more. */
function cellsBetween(a: Place, b: Place, { columns, rows }: ContentGrid): number {
  const count = Math.round(Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)));
  return Math.min(Math.max(columns, rows), Math.max(1, count));
}

/** The weights between two corners, in cells; beyond the grid there is nothing. */
function sumOf({ columns, rows, weights }: ContentGrid, a: Place, b: Place): number {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
  let sum = 0;
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(rows, Math.ceil(bottom)); y++) {
    const high = Math.min(y + 1, bottom) - Math.max(y, top);
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(columns, Math.ceil(right)); x++) {
      sum += weights[y * columns + x]! * high * (Math.min(x + 1, right) - Math.max(x, left));
    }
  }
  return sum;
}

/**
 * Size series: plans that show the same in different sizes, as the widths of a `srcset` do.
 *
 * A warm start from one of them serves the others, and nothing else: a
 * blurred picture, a crop and the whole one are three pictures to an encoder,
 * though their source is one.
 *
 * Pure.
 */
import { hashKey, type Key } from './key.ts';
import type { Length, Op } from './op.ts';
import type { Plan } from './plan.ts';

/** Steps per doubling in which ratios of width to height are told apart: boxes round to whole pixels. */
const RATIO_STEPS = 8;

/**
 * The key of the series that a plan belongs to, on one source.
 *
 * Sizes of resizing are left out and the ratio of its box is kept: 400 × 300 and 800 × 600
 * by cover are one series, 400 × 400 is another. So is all that is not a size, and the
 * output is left out: formats and targets are told apart where warm starts are kept.
 */
export function seriesKey({ frames, ops }: Plan, source: string): Key {
  return hashKey('series', frames, ops.flatMap(sizeless), source);
}

/** The op without the size it makes; none where that is all it does. */
function sizeless(op: Op): object[] {
  switch (op.kind) {
    case 'limit':
      return [];
    case 'resize': {
      const { fit, anchor, position, fill, width, height } = op;
      const ratio = op.ratio ?? ratioOf(width, height);
      const withoutFaces = op.withoutFaces && sizeless(op.withoutFaces);
      const parts = { fit, anchor, position, fill, withoutFaces, ratio: ratio && coarse(ratio) };
      if (anchor?.kind === 'face-area') return [{ kind: 'resize', ...parts }];
      // One side, or a box that the whole picture fits into: only its size is asked for.
      return ratio === undefined || fit === 'inside' ? [] : [{ kind: 'resize', ...parts }];
    }
    default:
      return [op];
  }
}

function ratioOf(width: Length | undefined, height: Length | undefined): number | undefined {
  if (width === undefined || height === undefined) return undefined;
  if ('px' in width && 'px' in height) return width.px / height.px;
  // Shares of either side keep their meaning from size to size.
  return 'share' in width && 'share' in height ? width.share / height.share : undefined;
}

function coarse(ratio: number): number {
  return Math.round(Math.log2(ratio) * RATIO_STEPS);
}

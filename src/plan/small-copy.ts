/** Upright copies of a source for what looks at it: all of it and small, or a part of it. Pure. */
import { clamp, type Region } from '../base/size.ts';
import type { Eye } from '../image/face.ts';
import { type SourceInfo, uprightSize } from '../image/source-info.ts';
import { type LowerState, lowerOp } from './lower-op.ts';
import type { Program } from './program.ts';

/**
 * What renders frame `page` of a source upright, in sRGB, with no side above `side` pixels.
 *
 * @param page from 0, clamped to the pages there are
 */
export function smallCopy(
  info: SourceInfo,
  side: number,
  page = 0,
): Pick<Program, 'instructions' | 'frames' | 'color'> {
  const state: LowerState = {
    size: { width: info.width, height: info.height },
    alpha: info.alpha,
    instructions: [],
  };
  lowerOp(state, { kind: 'orient', by: 'source' }, info);
  lowerOp(state, { kind: 'limit', side }, info);
  const first = Math.min(page, info.pages - 1);
  return { instructions: state.instructions, frames: { first, count: 1 }, color: 'srgb' };
}

/** Most pixels that are looked at around eyes. */
const EYE_PIXELS = 16e6;

/** What renders a part of a source, upright and in sRGB. */
export interface PartCopy extends Pick<Program, 'instructions' | 'frames' | 'color'> {
  /** The part, in pixels of the upright source. */
  readonly region: Region;
  /** Pixels of the copy to a pixel of the source, 0..1. */
  readonly scale: number;
}

/**
 * The part of frame `page` that holds these eyes, pixel by pixel where it is not very large;
 * undefined where there are no eyes in the picture.
 *
 * @param eyes in pixels of the upright source
 * @param reach how far around the middle of an eye, in widths of the eye
 */
export function eyeCopy(
  info: SourceInfo,
  eyes: readonly Eye[],
  reach: number,
  page = 0,
): PartCopy | undefined {
  const { width, height } = uprightSize(info);
  const least = (at: 'x' | 'y') => Math.min(...eyes.map((eye) => eye[at] - reach * eye.width));
  const most = (at: 'x' | 'y') => Math.max(...eyes.map((eye) => eye[at] + reach * eye.width));
  const left = clamp(Math.floor(least('x')), 0, width);
  const top = clamp(Math.floor(least('y')), 0, height);
  const right = clamp(Math.ceil(most('x')), 0, width);
  const bottom = clamp(Math.ceil(most('y')), 0, height);
  if (!(right - left >= 1 && bottom - top >= 1)) return undefined;
  const region = { left, top, width: right - left, height: bottom - top };
  const { instructions, ...reading } = smallCopy(info, Number.POSITIVE_INFINITY, page);
  const scale = Math.min(1, Math.sqrt(EYE_PIXELS / (region.width * region.height)));
  const smaller = {
    width: Math.max(1, Math.floor(region.width * scale)),
    height: Math.max(1, Math.floor(region.height * scale)),
  };
  return {
    ...reading,
    region,
    scale,
    instructions: [
      ...instructions,
      { kind: 'extract', ...region },
      ...(scale < 1 ? [{ kind: 'scale', filter: 'lanczos3', ...smaller } as const] : []),
    ],
  };
}

/**
 * H.264: profiles, and what each level asks of a decoder.
 *
 * Source: ITU-T H.264, Table A-1 (docs/spec/video.md 2).
 */
import type { Size } from '../base/size.ts';

/** Features a decoder must know, least first. */
export type H264Profile = 'baseline' | 'main' | 'high';

/** Of each level: most macroblocks (16 x 16 pixels) per second, and in a frame. */
export const H264_LEVELS = {
  '1.0': [1485, 99],
  '1.1': [3000, 396],
  '1.2': [6000, 396],
  '1.3': [11_880, 396],
  '2.0': [11_880, 396],
  '2.1': [19_800, 792],
  '2.2': [20_250, 1620],
  '3.0': [40_500, 1620],
  '3.1': [108_000, 3600],
  '3.2': [216_000, 5120],
  '4.0': [245_760, 8192],
  '4.1': [245_760, 8192],
  '4.2': [522_240, 8704],
  '5.0': [589_824, 22_080],
  '5.1': [983_040, 36_864],
  '5.2': [2_073_600, 36_864],
  '6.0': [4_177_920, 139_264],
  '6.1': [8_355_840, 139_264],
  '6.2': [16_711_680, 139_264],
} as const satisfies Record<string, readonly [number, number]>;

export type H264Level = keyof typeof H264_LEVELS;

/** The levels, lowest first. */
export const H264_LEVEL_NAMES = Object.keys(H264_LEVELS) as H264Level[];

/**
 * The level that is written where one was asked for: that one, or the lowest above it that holds
 * frames of this size; the highest where none does. 978 x 720 at level 3.0 is 3.1.
 */
export function levelFor(asked: H264Level, { width, height }: Size): H264Level {
  const columns = Math.ceil(width / 16);
  const rows = Math.ceil(height / 16);
  const holds = (level: H264Level) => {
    const most = H264_LEVELS[level][1];
    // No side may be longer than the root of eight times the frame (A.3.1).
    return columns * rows <= most && Math.max(columns, rows) <= Math.sqrt(8 * most);
  };
  const from = H264_LEVEL_NAMES.slice(H264_LEVEL_NAMES.indexOf(asked));
  return from.find(holds) ?? '6.2';
}

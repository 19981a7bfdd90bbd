/** What showing an EXIF orientation takes (docs/spec/fastly-io.md 7.9). Pure. */
import type { Orientation } from '../image/source-info.ts';

/** Mirror left-right first, then turn clockwise. */
export function turnOf(orientation: Orientation): [turn: 0 | 90 | 180 | 270, mirror: boolean] {
  const turns = [0, 0, 180, 180, 270, 90, 90, 270] as const;
  return [turns[orientation - 1]!, [2, 4, 5, 7].includes(orientation)];
}

/** Frame times: for how long a format can show a frame of an animation. */
import type { FormatName } from './format.ts';

/**
 * Milliseconds: hundredths of a second in 16 bits of a GIF (GIF89a, 23.c.vi), milliseconds in 24 bits of a WebP (RFC 9649,
 * 2.7.1.1); absent where nothing is in the way.
 */
export const LONGEST_FRAME: Readonly<Partial<Record<FormatName, number>>> = {
  gif: 655_350,
  webp: 16_777_215,
};

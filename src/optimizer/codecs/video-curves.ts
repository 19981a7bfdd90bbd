/**
 * Prior curves of video: what x264 (`veryfast`) and libvpx (`good`, speed 5) score, on average, at
 * each quality.
 *
 * Measured over eight animations of 24 to 125 frames (a recorded screen, two animated
 * graphics, a photographed toy, pans over four photographs; 38 x 32 to 640 x 472 pixels) with ffmpeg 5.1:
 * each coded at each quality, four frames decoded and compared by SSIMULACRA 2. They
 * scatter more than those of stills, because frames that change little cost little. Data only.
 */
import type { ContentLine, PriorCurve } from '../model/priors.ts';

/** Nothing is known of how the content of a frame moves the score of its video. */
const NOTHING: ContentLine = [0, 0, 0, 0, 0, 0, 0];
const CONTENT: PriorCurve['content'] = [NOTHING, NOTHING, NOTHING, NOTHING, NOTHING];

export const VIDEO_CURVES = {
  h264: {
    name: 'mp4 h264',
    content: CONTENT,
    q: [18, 26, 34, 42, 50, 58, 66, 74],
    mean: [-17.11, 12.34, 39.34, 58.54, 70.9, 78.52, 83.58, 86.3],
    spread: [26.71, 24.8, 15.73, 8.95, 4.96, 3.6, 3.04, 3.32],
    bits: [-3.573, -3.285, -2.978, -2.696, -2.377, -2.046, -1.708, -1.392],
  },
  vp9: {
    name: 'webm vp9',
    content: CONTENT,
    q: [5, 17, 30, 43, 56, 68, 81],
    mean: [34.63, 53.12, 67.26, 76.64, 82.15, 85.25, 87.32],
    spread: [13.86, 10.75, 7.26, 4.46, 3.06, 2.8, 3.21],
    bits: [-3.281, -2.868, -2.48, -2.136, -1.793, -1.493, -1.214],
  },
} as const satisfies Record<string, PriorCurve>;

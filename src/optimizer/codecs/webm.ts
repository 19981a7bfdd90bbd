/**
 * WebM as the optimizer knows it: VP9 by libvpx, wherever a back end has it.
 *
 * The quality is libvpx's constant rate factor turned round. A first answer is coded in
 * real time, in a fifth of what `good` takes for a tenth more bytes at the same score (a recorded
 * screen of 125 frames of 978 x 720: 1.2 s and 5.9 s of processor time); the rest is left to the background.
 */
import type { Encoding } from '../../image/encoding.ts';
import { encodingText } from '../../image/encoding.ts';
import { isPatient } from '../mode.ts';
import { type Codec, NOTHING_FIXED, wholeQuality } from './codec.ts';
import { atEqualScore, capAtEqualScore } from './jpeg-scale.ts';
import { VIDEO_CURVES } from './video-curves.ts';

export type WebmEncoding = Extract<Encoding, { format: 'webm' }>;

/** Rate factors of libvpx, the worst first. */
const RATE_FACTORS = Array.from({ length: 63 }, (_, i) => 62 - i);

export const WEBM = {
  text: encodingText,
  time: {
    encode: ({ deadline, speed }) => (deadline === 'realtime' ? 30 : 400 / (1 + speed)),
    decode: 15,
  },
  lossy: {
    encoding: ({ stage, mode }, quality) => ({
      format: 'webm',
      quality: wholeQuality<'webm'>(quality),
      ...(stage === 'fastest'
        ? { deadline: 'realtime', speed: 8 }
        : stage === 'final' && isPatient(mode)
          ? { deadline: 'good', speed: 2 }
          : { deadline: 'realtime', speed: 6 }),
    }),
    curve: () => VIDEO_CURVES.vp9,
    fromJpegScale: (jpeg) => atEqualScore(VIDEO_CURVES.vp9, jpeg),
    qualitySteps: RATE_FACTORS.map((rate) => Math.round((100 * (63 - rate)) / 63)),
    top: 98,
    unmeasured: ['final', 'search', 'fastest'],
    chroma: { usual: false, sharpFirst: () => false, gain: 0, costly: false },
    sourceCap: { searches: true, quality: (jpeg) => capAtEqualScore(VIDEO_CURVES.vp9, jpeg) },
    transfer: { features: 1, kept: 0.8 },
    postSearch: { tries: 0, scatter: 0.5, neighbours: () => [] },
    fixed: () => ({ ...NOTHING_FIXED, sharpChroma: false }),
  },
} satisfies Codec<WebmEncoding>;

/**
 * MP4 as the optimizer knows it: H.264 by x264, wherever a back end has it.
 *
 * The quality is x264's constant rate factor turned round, in its steps of a
 * half. What the preset `medium` gains, a fifth of the bytes, is left to the
 * background. Profile and level are the plan's; `high` is what all browsers play.
 */
import type { Encoding } from '../../image/encoding.ts';
import { encodingText } from '../../image/encoding.ts';
import { isPatient } from '../mode.ts';
import { ALL_QUALITIES, type Codec, NOTHING_FIXED, wholeQuality } from './codec.ts';
import { atEqualScore, capAtEqualScore } from './jpeg-scale.ts';
import { VIDEO_CURVES } from './video-curves.ts';

export type Mp4Encoding = Extract<Encoding, { format: 'mp4' }>;

export const MP4 = {
  text: encodingText,
  time: {
    encode: ({ preset }) => (preset === 'medium' ? 60 : preset === 'veryfast' ? 25 : 15),
    decode: 15,
  },
  lossy: {
    encoding: ({ stage, mode }, quality) => ({
      format: 'mp4',
      quality: wholeQuality<'mp4'>(quality),
      preset:
        stage === 'fastest'
          ? 'superfast'
          : stage === 'final' && isPatient(mode)
            ? 'medium'
            : 'veryfast',
      profile: 'high',
    }),
    curve: () => VIDEO_CURVES.h264,
    fromJpegScale: (jpeg) => atEqualScore(VIDEO_CURVES.h264, jpeg),
    qualitySteps: ALL_QUALITIES,
    top: 92,
    unmeasured: ['final', 'search', 'fastest'],
    // Players know no other chroma than that of 2 x 2 pixels.
    chroma: { usual: false, sharpFirst: () => false, gain: 0, costly: false },
    sourceCap: { searches: true, quality: (jpeg) => capAtEqualScore(VIDEO_CURVES.h264, jpeg) },
    transfer: { features: 1, kept: 0.8 },
    postSearch: { tries: 0, scatter: 0.5, neighbours: () => [] },
    fixed: () => ({ ...NOTHING_FIXED, sharpChroma: false }),
  },
} satisfies Codec<Mp4Encoding>;

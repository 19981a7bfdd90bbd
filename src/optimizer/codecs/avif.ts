/**
 * AVIF as the optimizer knows it: libaom by way of sharp.
 *
 * At equal score, effort 1 takes twice the time of a JPEG and saves a quarter
 * of the bytes, effort 3 a third for seven times the time. Ten bits save 5 % at
 * score 80 and 12 % at 88, and nothing below 70.
 */
import type { Encoding } from '../../image/encoding.ts';
import { encodingText } from '../../image/encoding.ts';
import { isPatient } from '../mode.ts';
import { AVIF_CURVES } from './avif-curves.ts';
import { type Codec, NOTHING_FIXED, wholeQuality } from './codec.ts';
import { atEqualScore, capAtEqualScore } from './jpeg-scale.ts';

export type AvifEncoding = Extract<Encoding, { format: 'avif' }>;

/** From this target on ten bits are written, where there is time. */
const TEN_BITS_FROM = 80;

/** From this target on ten bits are tried where they are not the rule: 1.5 % at 68, nothing at 55. */
const TEN_BITS_TRIED_FROM = 65;

/** The effort of builds, where nobody waits. */
const SLOWEST = 5;

/**
 * AVIF has about 64 quantisers for 100 qualities; each is named by its lowest quality, as
 * observed on the encoder (a duplicate would cost a trial, nothing more).
 */
const QUALITY_STEPS: readonly number[] = [
  1, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 35, 37, 39, 40, 42, 44, 45, 47,
  49, 50, 52, 54, 55, 56, 58, 59, 60, 62, 63, 64, 66, 67, 68, 70, 71, 72, 74, 75, 76, 78, 79, 80,
  82, 83, 84, 86, 87, 88, 90, 91, 92, 94, 95, 96, 98, 99, 100,
];

export const AVIF = {
  text: encodingText,
  time: {
    encode({ effort, depth }) {
      const cost = [63, 155, 300, 600, 3000, 4000][Math.min(5, effort)]!;
      return depth === 10 ? cost * 1.6 : cost;
    },
    decode: 46,
  },
  lossy: {
    encoding({ stage, mode, sharpChroma, target }, quality) {
      const slow = isPatient(mode) && stage === 'final';
      const deepFrom = mode === 'offline' ? TEN_BITS_TRIED_FROM : TEN_BITS_FROM;
      return {
        format: 'avif',
        quality: wholeQuality<'avif'>(quality),
        effort: slow ? (mode === 'offline' ? SLOWEST : 3) : stage === 'fastest' ? 0 : 1,
        depth: slow && (target ?? 0) >= deepFrom ? 10 : 8,
        chroma: sharpChroma ? '4:4:4' : '4:2:0',
      };
    },
    curve({ chroma, effort, depth }) {
      if (chroma === '4:2:0') return AVIF_CURVES.e2Halved;
      // At equal quality effort 5 scores 0.1 to 0.6 more than 3, in 4 % fewer bytes.
      if (depth === 10) return effort < 3 ? AVIF_CURVES.e1Deep : AVIF_CURVES.e3Deep;
      if (effort < 1) return AVIF_CURVES.e0;
      return effort < 3 ? AVIF_CURVES.e1 : effort < 4 ? AVIF_CURVES.e3 : AVIF_CURVES.e4;
    },
    fromJpegScale: (jpeg) => atEqualScore(AVIF_CURVES.e1, jpeg),
    qualitySteps: QUALITY_STEPS,
    top: 96,
    unmeasured: ['final', 'search', 'fastest'],
    chroma: { usual: true, sharpFirst: () => true, gain: 1.3, costly: false },
    sourceCap: {
      // It reproduces a poor JPEG in fewer bytes than the JPEG has, where WebP takes up to twice as many.
      searches: false,
      quality: (jpeg) => capAtEqualScore(AVIF_CURVES.e1, jpeg),
    },
    transfer: { features: 0.5, kept: 0.9 },
    postSearch: {
      tries: 2,
      scatter: 0.3,
      neighbours(final, target, { kind }) {
        if (kind === 'photo') {
          return final.depth === 8 && target >= TEN_BITS_TRIED_FROM
            ? [{ ...final, depth: 10 }]
            : [];
        }
        // Of graphics some take fewer bytes with eight bits, some with ten.
        return final.depth === 10 && final.effort === SLOWEST ? [{ ...final, depth: 8 }] : [];
      },
    },
    fixed: () => NOTHING_FIXED,
  },
} satisfies Codec<AvifEncoding>;

/**
 * WebP as the optimizer knows it: libwebp by way of sharp.
 *
 * Effort 6 gains 5 % of the bytes over effort 4 at equal score.
 */
import type { Encoding } from '../../image/encoding.ts';
import { encodingText } from '../../image/encoding.ts';
import { isPatient, type Mode } from '../mode.ts';
import {
  ALL_QUALITIES,
  type Codec,
  FLAT_SIZES,
  NOTHING_FIXED,
  paletteSize,
  sharpAbove,
  wholeQuality,
} from './codec.ts';
import { atEqualScore, capAtEqualScore } from './jpeg-scale.ts';
import { WEBP_CURVES } from './webp-curves.ts';

export type WebpEncoding = Extract<Encoding, { format: 'webp' }>;

const losslessEncoding = (mode: Mode): WebpEncoding => ({
  format: 'webp',
  mode: 'lossless',
  quality: wholeQuality<'webp'>(100),
  effort: isPatient(mode) ? 6 : mode === 'online' ? 4 : 2,
  smartSubsample: false,
});

export const WEBP = {
  text: encodingText,
  time: {
    encode({ mode, effort, smartSubsample }) {
      if (mode !== 'lossy') return [75, 300, 300, 300, 400, 400, 800][Math.min(6, effort)]!;
      return (effort < 2 ? 21 : effort < 6 ? 78 : 230) + (smartSubsample ? 80 : 0);
    },
    decode: 22,
  },
  lossy: {
    encoding: ({ stage, mode, sharpChroma }, quality) => ({
      format: 'webp',
      mode: 'lossy',
      quality: wholeQuality<'webp'>(quality),
      effort: stage === 'fastest' ? 0 : isPatient(mode) && stage === 'final' ? 6 : 4,
      smartSubsample: sharpChroma && stage !== 'fastest',
    }),
    curve({ effort, smartSubsample }) {
      if (smartSubsample) return WEBP_CURVES.e4Sharp;
      return effort < 2 ? WEBP_CURVES.e0 : effort < 6 ? WEBP_CURVES.e4 : WEBP_CURVES.e6;
    },
    fromJpegScale: (jpeg) => atEqualScore(WEBP_CURVES.e4, jpeg),
    qualitySteps: ALL_QUALITIES,
    top: 99,
    unmeasured: ['final', 'search', 'fastest'],
    chroma: {
      usual: false,
      sharpFirst: sharpAbove({ from: 75, high: 0, low: 0.001, none: 0 }),
      gain: 0.6,
      costly: false,
    },
    sourceCap: { searches: true, quality: (jpeg) => capAtEqualScore(WEBP_CURVES.e4, jpeg) },
    transfer: { features: 0.75, kept: 0.8 },
    postSearch: {
      tries: 4,
      // Scores jump by a point from one quality to the next.
      scatter: 0.8,
      neighbours(final, _target, { hasAlpha, kind }) {
        // Beside alpha, effort 6 takes ten times as long.
        if (hasAlpha) return [];
        const turned = { ...final, smartSubsample: !final.smartSubsample };
        return kind === 'photo' ? [turned] : [turned, { ...final, deblock: true }];
      },
    },
    fixed: () => NOTHING_FIXED,
  },
  lossless: {
    encoding: losslessEncoding,
    exact: (mode) => ({ ...losslessEncoding(mode), exact: true }),
    fastest: { ...losslessEncoding('instant'), effort: 0 },
    near: {
      encoding: (strength, mode) => ({
        ...losslessEncoding(mode),
        mode: 'near-lossless',
        quality: wholeQuality<'webp'>(strength),
      }),
      // At 65, 52 and 45 % of lossless bytes, graphics score 86 to 91 with 20, 91 to 94 with
      // 40, 94 to 96 with 60. libwebp calls 100 the strength that moves nothing.
      strengths: [
        { strength: 20, upTo: 88 },
        { strength: 40, upTo: 92 },
        { strength: 60, upTo: 96 },
      ],
      leastShare: 0.45,
    },
    flat: {
      trial: (colors) => ({ ...losslessEncoding('online'), palette: paletteSize(colors) }),
      final: (colors) => ({ ...losslessEncoding('background'), palette: paletteSize(colors) }),
      sizes: FLAT_SIZES,
    },
  },
} satisfies Codec<WebpEncoding>;

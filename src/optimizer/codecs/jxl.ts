/**
 * JPEG XL as the optimizer knows it: libjxl by way of wasm-vips.
 *
 * At equal score, effort 3 takes a quarter of the time of AVIF at effort 1 and of its bytes 1 %
 * more at 1200 pixels of width, 6 % at 640, 13 % at 320 (target 75); graphics take a third more.
 * Efforts 4 to 7 save nothing that this score sees and take up to ten times as long, so 7 is
 * tried beside the result, in the background alone.
 */
import type { Encoding } from '../../image/encoding.ts';
import { encodingText } from '../../image/encoding.ts';
import type { Mode } from '../mode.ts';
import type { Content } from '../model/content.ts';
import { type Codec, NOTHING_FIXED } from './codec.ts';
import { atEqualScore, capAtEqualScore } from './jpeg-scale.ts';
import { JXL_CURVES } from './jxl-curves.ts';

export type JxlEncoding = Extract<Encoding, { format: 'jxl' }>;

/** Half steps of libjxl's scale: a whole one is 3 % of the bytes at 80, 6 % at 90. */
const QUALITY_STEPS: readonly number[] = Array.from({ length: 198 }, (_, i) => 1 + i / 2);

/** A number as a quality of 1..100 in half steps. */
function halfQuality(quality: number): JxlEncoding['quality'] {
  return Math.min(100, Math.max(1, Math.round(quality * 2) / 2)) as JxlEncoding['quality'];
}

const LOSSLESS_EFFORT: Readonly<Record<Mode, number>> = {
  instant: 3,
  online: 4,
  background: 7,
  offline: 7,
};

const lossless = (effort: number): JxlEncoding => ({
  format: 'jxl',
  mode: 'lossless',
  quality: halfQuality(100),
  effort,
});

export const JXL = {
  text: encodingText,
  time: {
    encode({ mode, effort }) {
      if (mode === 'lossless') return effort < 4 ? 110 : effort < 7 ? 230 : 550;
      return effort < 5 ? 30 : 270;
    },
    decode: 25,
  },
  lossy: {
    encoding: (_style, quality) => ({
      format: 'jxl',
      mode: 'lossy',
      // 100 would keep every pixel.
      quality: halfQuality(Math.min(99.5, quality)),
      effort: 3,
    }),
    curve: ({ effort }) => (effort < 7 ? JXL_CURVES.e3 : JXL_CURVES.e7),
    fromJpegScale: (jpeg) => atEqualScore(JXL_CURVES.e3, jpeg),
    qualitySteps: QUALITY_STEPS,
    excess,
    top: 98.5,
    unmeasured: ['final'],
    // Chroma is never subsampled.
    chroma: { usual: true, sharpFirst: () => true, gain: 0, costly: false },
    sourceCap: {
      // Like AVIF it reproduces a poor JPEG in fewer bytes than the JPEG has.
      searches: false,
      quality: (jpeg) => capAtEqualScore(JXL_CURVES.e3, jpeg),
    },
    transfer: { features: 0.5, kept: 0.9 },
    postSearch: {
      tries: 2,
      scatter: 0.3,
      neighbours: (final) => [{ ...final, effort: 7 }],
    },
    fixed: () => ({ ...NOTHING_FIXED, sharpChroma: true }),
  },
  lossless: {
    encoding: (mode) => lossless(LOSSLESS_EFFORT[mode]),
    fastest: lossless(1),
  },
} satisfies Codec<JxlEncoding>;

/**
 * Against AVIF at effort 1, fitted to 41 photographs and graphics of 320 to 1200 pixels of width at
 * targets of 61 to 80: clean edges take more than there, fine texture less. It explains half of what
 * distinguishes pictures; a ninth is left (cross-validation, folds by picture).
 */
function excess({ texture, highContrast, repeatedShare }: Content, lnBpp: number): number {
  return 0.12 - 0.16 * texture + 0.36 * highContrast + 0.17 * repeatedShare + 0.09 * lnBpp;
}

/**
 * A codec with a straight curve, for tests of the optimizer by numbers one can
 * do in the head: quality 70 is expected to score 70, one spread is one point,
 * and what an encoding really scores and takes is said by the test.
 */
import type { Encoder, Encoding } from '../image/encoding.ts';
import type { Raster } from '../image/raster.ts';
import type { Score } from '../metrics/metric.ts';
import { ALL_QUALITIES, type LossyCoding, wholeQuality } from './codecs/codec.ts';
import type { WebpEncoding } from './codecs/webp.ts';
import type { ContentFeatures } from './model/content-model.ts';
import type { ContentLine, PriorCurve } from './model/priors.ts';
import type { SearchSettings } from './search/search-settings.ts';
import type { MeasuredAttempt, Tools } from './search/trial-runner.ts';

const NO_CONTENT: ContentLine = [0, 0, 0, 0, 0, 0, 0];

/** Scores as much as its quality; every hundred qualities take e times the bytes. */
export const linearCurve = (name: string): PriorCurve => ({
  name,
  q: [1, 100],
  mean: [1, 100],
  spread: [1, 1],
  bits: [0.01, 1],
  content: [NO_CONTENT, NO_CONTENT, NO_CONTENT, NO_CONTENT, NO_CONTENT],
});

const CURVES = {
  search: linearCurve('search'),
  final: linearCurve('final'),
  sharp: linearCurve('sharp'),
};

/** Written as WebP: effort 4 stands for `search`, 6 for `final`, 0 for `fastest`. */
export const linearCodec = (fields: Partial<LossyCoding> = {}): LossyCoding => ({
  encoding: ({ stage, sharpChroma }, quality) => linearEncoding(quality, { stage, sharpChroma }),
  curve: (encoding) => {
    if (encoding.format !== 'webp') throw new Error('expected a WebP');
    if (encoding.smartSubsample) return CURVES.sharp;
    return encoding.effort === 6 ? CURVES.final : CURVES.search;
  },
  fromJpegScale: (jpeg) => jpeg,
  qualitySteps: ALL_QUALITIES,
  top: 100,
  unmeasured: ['final', 'search', 'fastest'],
  chroma: { usual: false, sharpFirst: () => false, gain: 2, costly: false },
  sourceCap: { searches: false, quality: (jpeg) => jpeg },
  transfer: { features: 1, kept: 0.5 },
  postSearch: { tries: 2, scatter: 1, neighbours: () => [] },
  fixed: () => ({ progressive: false, progressiveForced: false }),
  ...fields,
});

export function linearEncoding(
  quality: number,
  { stage = 'final', sharpChroma = false } = {},
): WebpEncoding {
  return {
    format: 'webp',
    mode: 'lossy',
    quality: wholeQuality<'webp'>(quality),
    effort: stage === 'fastest' ? 0 : stage === 'search' ? 4 : 6,
    smartSubsample: sharpChroma,
  };
}

export const FEATURES: ContentFeatures = {
  texture: 0,
  highContrast: 0,
  lowContrast: 0,
  repeatedShare: 0,
  residualEntropy: 0,
  pixels: 300_000,
};

export const linearSettings = (fields: Partial<SearchSettings> = {}): SearchSettings => ({
  format: 'webp',
  codec: linearCodec(),
  mode: 'online',
  target: 70,
  qualityCap: 100,
  progressive: false,
  progressiveForced: false,
  chroma: { sharp: false, free: true, suspect: false },
  features: FEATURES,
  warmStart: undefined,
  ...fields,
});

/** What an encoding scores and takes; by default its quality, a region 5 under it, as many bytes as ten times the quality. */
export interface Outcome {
  readonly score?: number;
  readonly worst?: number;
  readonly bands?: number;
  readonly bytes?: number;
  readonly byColors?: { readonly score: Score; readonly worst: number };
}

export type Outcomes = (encoding: WebpEncoding) => Outcome;

/** A blank picture. */
export const blank = (width: number, height: number): Raster => ({
  ...{ width, height, channels: 3, pages: 1, delays: [], loop: 0 },
  data: new Uint8Array(width * height * 3),
});

/** Tools whose files are what the test says of them; `tried` is in order. */
export function linearTools(outcomes: Outcomes = () => ({}), pace = 0) {
  const tried: WebpEncoding[] = [];
  const files = new WeakMap<Uint8Array, Outcome & { readonly quality: number }>();
  let time = 0;
  const encoder: Encoder = {
    async encode(_, encoding) {
      if (encoding.format !== 'webp') throw new Error('expected a WebP');
      tried.push(encoding);
      time += pace;
      const outcome = outcomes(encoding);
      const file = new Uint8Array(outcome.bytes ?? encoding.quality * 10);
      files.set(file, { quality: encoding.quality, ...outcome });
      return file;
    },
    decode: async (data) => ({ ...blank(1, 1), data }),
  };
  const tools: Tools = {
    encoder,
    metric: {
      name: 'ssimulacra2',
      setReference() {},
      compare({ data }) {
        const { quality, bytes: _, ...outcome } = files.get(data)!;
        const score = (outcome.score ?? quality) as Score;
        return { worst: score - 5, ...outcome, score };
      },
    },
    now: () => time,
  };
  return { ...tools, tried };
}

/** An encoding as it would be had it been tried. */
export function attempt(
  encoding: Encoding,
  { score, worst = score - 5, bytes = 1000, ...rest }: Outcome & { readonly score: number },
): MeasuredAttempt {
  return { encoding, score, worst, bytes: new Uint8Array(bytes), milliseconds: 0, ...rest };
}

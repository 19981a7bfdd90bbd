/**
 * JPEG as the optimizer knows it: mozjpeg by way of sharp.
 */
import type { Chroma, Encoding } from '../../image/encoding.ts';
import { encodingText } from '../../image/encoding.ts';
import type { OptimizeInput } from '../task.ts';
import {
  ALL_QUALITIES,
  type Codec,
  type FixedSettings,
  type StageName,
  sharpAbove,
  wholeQuality,
} from './codec.ts';
import { JPEG_CURVES } from './jpeg-curves.ts';

export type JpegEncoding = Extract<Encoding, { format: 'jpeg' }>;

/**
 * Quantisation tables that beat the usual one at high targets, in mozjpeg's
 * numbering. Graphics at 80: 7 (Ahumada, Watson and Peterson) and 1 (flat) save
 * 10 % of the bytes at equal score and none to 2 % by MS-SSIM. Photographs: 2 (tuned
 * by MS-SSIM) saves 1 % by either. Table 5 (Klein, Silverstein and Carney) would
 * save 2 to 4 % by this score and costs 1 to 2 % by MS-SSIM: it is not taken.
 */
const TABLES = { photo: [2], graphic: [7, 1] } as const;

/** From this target on other tables are tried; below, the two metrics disagree. */
const TABLES_FROM = 75;

/** Files below this many bytes may be smaller as one baseline scan, whose headers are shorter. */
const SMALL_FILE = 10_000;

/**
 * From this quality on, one that a request names is written without trellis, at the quality of
 * the encoder that looks the same (vips/encode.ts): that takes less than 2 % more bytes at equal
 * score and a fifth of the time; at 70 it would take 4 %, at 40 10 % (bench/results/jpeg-effort.md).
 */
const PLAIN_FROM = 78;

export const JPEG = {
  text: encodingText,
  time: {
    encode({ chroma, effort, progressive }) {
      const more = chroma === '4:4:4' ? 1.6 : 1;
      return more * { fast: 7, plain: 13, trellis: 40, full: progressive ? 60 : 42 }[effort];
    },
    decode: 7,
  },
  lossy: {
    encoding: ({ stage, sharpChroma, progressive }, quality) => ({
      format: 'jpeg',
      quality: wholeQuality<'jpeg'>(quality),
      chroma: sharpChroma ? '4:4:4' : '4:2:0',
      progressive: progressive && stage !== 'search',
      // Without scans to optimise `full` is as quick as `trellis`, and it keeps the deringing
      // that moves text by 20 points.
      effort: effortFor(stage, quality),
    }),
    curve({ effort, chroma }) {
      if (effort === 'fast') return JPEG_CURVES.fast;
      return chroma === '4:4:4' ? JPEG_CURVES.sharp : JPEG_CURVES.full;
    },
    fromJpegScale: (jpeg) => jpeg,
    qualitySteps: ALL_QUALITIES,
    stepless,
    top: 98,
    // A baseline stand-in is no answer where scans are asked for.
    unmeasured: ['final', 'fastest'],
    named: ['named', 'fastest'],
    chroma: {
      usual: false,
      sharpFirst: sharpAbove({ from: 75, high: 0.0024, low: 0.012, none: 65 }),
      gain: 2.5,
      costly: true,
    },
    sourceCap: { searches: true, quality: (jpeg) => jpeg },
    transfer: { features: 0, kept: 0.95 },
    postSearch: {
      tries: 3,
      scatter: 0.15,
      neighbours: (final, target, { kind }) =>
        target < TABLES_FROM ? [] : TABLES[kind].map((table) => ({ ...final, table })),
      shorter: (best, bytes) =>
        bytes < SMALL_FILE ? { ...best, progressive: !best.progressive } : undefined,
    },
    fixed,
  },
} satisfies Codec<JpegEncoding>;

function effortFor(stage: StageName, quality: number): JpegEncoding['effort'] {
  if (stage === 'fastest') return 'fast';
  return stage === 'named' && quality >= PLAIN_FROM ? 'plain' : 'full';
}

/** The step of the mean of a block at quality 50, in eighths of a level: tables 0 and 3 of mozjpeg. */
const MEAN_STEP = 16;

/**
 * The quality at which the mean of a block has steps of so many levels: 74 for one, 49 for two.
 * Tables are scaled as libjpeg does: by 5000 / quality percent below 50, else by 200 - 2 × quality.
 */
function stepless(levels: number): number {
  return ALL_QUALITIES.find((quality) => {
    const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
    return Math.floor((MEAN_STEP * scale + 50) / 100) <= 8 * levels;
  })!;
}

/** Scans and chroma as the plan orders them, or as the source had them. */
function fixed({
  output,
  info,
  identity,
}: Pick<OptimizeInput, 'output' | 'info' | 'identity'>): FixedSettings {
  const { kind, chroma } = output.jpeg;
  // What a source shown pixel for pixel has lost needs no bytes.
  const lost = identity && info.jpeg?.chroma === '4:2:0';
  const forced: Chroma | undefined = chroma !== 'free' ? chroma : lost ? '4:2:0' : undefined;
  return {
    progressive: kind === 'like-source' ? (info.jpeg?.progressive ?? false) : kind !== 'baseline',
    progressiveForced: kind !== 'free',
    ...(forced === undefined ? {} : { sharpChroma: forced === '4:4:4' }),
  };
}

/**
 * A simulated encoder and metric for tests of the optimizer: sizes and scores are
 * those of the prior curves, moved by the picture's deviation. A file holds its
 * own score. Time passes by a fixed step for each encoding.
 */
import type { Encoder, Encoding } from '../image/encoding.ts';
import type { Raster } from '../image/raster.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { Metric, Score } from '../metrics/metric.ts';
import { picture } from '../plan/output.ts';
import type { ChosenFormat } from '../plan/program.ts';
import { CODECS } from './codecs/index.ts';
import { contentOf } from './model/content.ts';
import { contentCurve } from './model/content-model.ts';
import { lnBpp, type PriorCurve } from './model/priors.ts';
import type { Repacker, Tools } from './optimize.ts';
import type { OptimizeInput } from './task.ts';

export interface World {
  /** Spreads above or below the mean curve. */
  readonly deviation?: number;
  /** Points lost without sharp chroma. */
  readonly smear?: number;
  /** Points by which the worst region lies under the whole. */
  readonly uneven?: number;
  /** The score of the worst region, in place of `uneven`. */
  readonly region?: (score: number) => number;
  /** Bytes of encodings without a quality. */
  readonly lossless?: number;
  /** Bytes and score of single encodings without a quality, in place of `lossless` and 100. */
  readonly special?: (
    encoding: Encoding,
  ) => { readonly bytes: number; readonly score: number } | undefined;
  /** Milliseconds per encoding. */
  readonly pace?: number;
  /** Qualities per step: without sharp chroma only every so many give another file. */
  readonly coarse?: number;
  /** Factor on the bytes of a format. */
  readonly weight?: Readonly<Record<string, number>>;
}

export function tools(world: World = {}, repacker?: Repacker): Tools & { encodings: Encoding[] } {
  const encodings: Encoding[] = [];
  let time = 0;
  let reference: Raster | undefined;
  const encoder: Encoder = {
    async encode(raster, encoding) {
      encodings.push(encoding);
      time += world.pace ?? 1;
      const prior = priorOf(encoding);
      const pixels = raster.width * raster.height * raster.pages;
      if (prior === undefined || !('quality' in encoding)) {
        const { bytes, score } = world.special?.(encoding) ?? {
          bytes: world.lossless ?? pixels * 2,
          score: 100,
        };
        return file(bytes, score);
      }
      const sharp =
        prior.name.includes('4:4:4') || prior.name.includes('smart') || encoding.format === 'avif';
      const step = sharp ? 1 : (world.coarse ?? 1);
      const quality = Math.min(100, Math.ceil(encoding.quality / step) * step);
      const score =
        contentCurve(prior, featuresOf(raster)).score(quality, world.deviation ?? 0) -
        (sharp ? 0 : (world.smear ?? 0));
      const weight = world.weight?.[encoding.format] ?? 1;
      return file((weight * pixels * Math.exp(lnBpp(prior, quality))) / 8, score);
    },
    async decode(bytes) {
      return { ...reference!, data: bytes };
    },
  };
  const metric: Metric<'ssimulacra2'> = {
    name: 'ssimulacra2',
    setReference() {},
    compare(candidate) {
      const score = new DataView(candidate.data.buffer).getFloat64(0);
      const worst = world.region?.(score) ?? score - (world.uneven ?? 3);
      return { score: score as Score<'ssimulacra2'>, worst };
    },
  };
  reference = raster();
  return { encoder, metric, now: () => time, encodings, ...(repacker ? { repacker } : {}) };
}

export const featuresOf = (raster: Raster) => ({
  ...contentOf(raster),
  pixels: raster.width * raster.height,
});

function file(bytes: number, score: number): Uint8Array {
  const out = new Uint8Array(Math.max(8, Math.round(bytes)));
  new DataView(out.buffer).setFloat64(0, score);
  return out;
}

/** Grey noise, so that it counts as a photograph. */
export function raster(fields: Partial<Raster> = {}): Raster {
  const [width, height] = [fields.width ?? 200, fields.height ?? 160];
  const data = new Uint8Array(width * height * (fields.channels ?? 3) * (fields.pages ?? 1));
  let seed = 1;
  for (let i = 0; i < data.length; i++) {
    if (i % 3 === 0) seed = (seed * 1103515245 + 12345) % 2147483648;
    data[i] = seed >> 22;
  }
  return { width, height, channels: 3, pages: 1, delays: [], loop: 0, data, ...fields };
}

/** Large enough for the metric to be trusted downwards as well. */
export const large = (): Raster => raster({ width: 300, height: 200 });

export const flat = (): Raster => raster({ data: new Uint8Array(200 * 160 * 3).fill(90) });

/** Noise in runs of four pixels, so that it counts as a graphic that is not plain. */
export const graphic = (): Raster => {
  const noise = raster();
  const row = noise.width * 3;
  const data = noise.data.map((_, i) => {
    const x = Math.floor((i % row) / 3);
    return noise.data[i - 3 * (x % 4)]!;
  });
  return { ...noise, data };
};

export const SOURCE = sourceInfo({ width: 200, height: 160, format: 'png', bytes: 90_000 });

export const JPEG_SOURCE: SourceInfo = {
  ...SOURCE,
  format: 'jpeg',
  lossless: false,
  jpeg: { progressive: false, chroma: '4:2:0', quality: 60 },
};

export const choice = (format: ChosenFormat['format'], fields: Partial<ChosenFormat> = {}) => ({
  format,
  lossless: false,
  rule: 0,
  ...fields,
});

export function task(
  format: ChosenFormat['format'],
  fields: Partial<OptimizeInput> = {},
): OptimizeInput {
  return {
    raster: raster(),
    info: SOURCE,
    chosen: choice(format),
    alternatives: [],
    output: picture({ formats: [{ format }], quality: { kind: 'target', score: 70 } }),
    identity: false,
    budget: { mode: 'online', milliseconds: 60_000 },
    ...fields,
  };
}

export const asked = (quality: Parameters<typeof picture>[0]['quality'], fields = {}) =>
  picture({ formats: [], quality, ...fields });

export const instant = { mode: 'instant', milliseconds: 1000 } as const;
export const strips = (bytes: number, repacked?: number, turned?: number): Repacker => ({
  jpeg: async () => (repacked === undefined ? undefined : new Uint8Array(repacked)),
  png: async () => (repacked === undefined ? undefined : new Uint8Array(repacked)),
  turn: async () => (turned === undefined ? undefined : new Uint8Array(turned)),
  strip: async () => new Uint8Array(bytes),
});

/** The prior curve of an encoding; undefined for those without a quality. */
export function priorOf(encoding: Encoding): PriorCurve | undefined {
  switch (encoding.format) {
    case 'jpeg':
      return CODECS.jpeg.lossy.curve(encoding);
    case 'webp':
      return encoding.mode === 'lossy' ? CODECS.webp.lossy.curve(encoding) : undefined;
    case 'avif':
      return CODECS.avif.lossy.curve(encoding);
    default:
      return undefined;
  }
}

/**
 * "Add a format", tried: a made-up codec (quantised pixels, deflated) reaches the
 * optimizer by the same seam as the built-in ones. Nothing but its record and its
 * encoder knows about it. And every built-in codec writes files that vips reads.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtMetric } from '../../../test/support/metric.ts';
import { committed } from '../../../test/support/pictures.ts';
import type { Encoder, Encoding } from '../../image/encoding.ts';
import { type FormatName, formatCard } from '../../image/format.ts';
import type { Raster } from '../../image/raster.ts';
import { sniffFormat } from '../../image/sniff.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import type { Metric } from '../../metrics/metric.ts';
import { picture, type QualitySpec } from '../../plan/output.ts';
import { vipsEncoder } from '../../vips/encode.ts';
import type { PriorCurve } from '../model/priors.ts';
import { optimize, type Tools } from '../optimize.ts';
import { predict } from '../predict.ts';
import type { OptimizeInput } from '../task.ts';
import {
  ALL_QUALITIES,
  type Codec,
  fastestEncoding,
  keepsPixels,
  NOTHING_FIXED,
  sharpAbove,
  wholeQuality,
} from './codec.ts';
import { CODECS, type EveryCodec } from './index.ts';

/** Stands under a name that has a card but no encoder in this build. */
const NAME = 'heic';

interface Deflated {
  readonly format: typeof NAME;
  /** Absent: every pixel is kept. */
  readonly quality?: number;
  readonly level: number;
}

/** The compiler knows the members of `Encoding`; this one is made up. */
const asEncoding = (encoding: Deflated) => encoding as unknown as Encoding;
const asDeflated = (encoding: Encoding) => encoding as unknown as Deflated;

const isDeflated = (encoding: Encoding) => (encoding.format as FormatName) === NAME;

/** Levels per step of the quantiser. */
const stepOf = ({ quality }: Deflated) =>
  quality === undefined ? 1 : Math.max(1, Math.round((101 - quality) / 1.5));

const encoder: Encoder & { readonly made: Encoding[] } = {
  made: [],
  async encode(raster, encoding) {
    this.made.push(encoding);
    if (!isDeflated(encoding)) return await vipsEncoder.encode(raster, encoding);
    const step = stepOf(asDeflated(encoding));
    const levels = raster.data.map((value) => Math.round(value / step));
    const packed = deflateSync(levels, { level: asDeflated(encoding).level });
    const header = new Uint32Array([0, step, raster.width, raster.height, raster.channels]);
    return new Uint8Array(Buffer.concat([Buffer.from(header.buffer), packed]));
  },
  async decode(bytes, channels) {
    const [magic, step, width, height] = new Uint32Array(bytes.slice(0, 20).buffer);
    if (magic !== 0) return await vipsEncoder.decode(bytes, channels);
    const levels = inflateSync(bytes.subarray(20));
    const data = Uint8Array.from(levels, (level) => Math.min(255, level * step!));
    return { width: width!, height: height!, channels, data, pages: 1, delays: [], loop: 0 };
  },
};

/** The record, with a curve measured below as `model/priors.ts` says. */
function record(curve: PriorCurve, perMegapixel = 20): Codec {
  return {
    text: (encoding) =>
      `deflated q${asDeflated(encoding).quality ?? '-'} l${asDeflated(encoding).level}`,
    time: {
      encode: (encoding) => perMegapixel * asDeflated(encoding).level,
      decode: 5,
    },
    lossy: {
      encoding: ({ stage, mode }, quality) =>
        asEncoding({
          format: NAME,
          quality: wholeQuality(quality),
          level: stage === 'fastest' ? 1 : mode === 'background' && stage === 'final' ? 9 : 6,
        }),
      curve: () => curve,
      fromJpegScale: (jpeg) => Math.min(100, jpeg + 5),
      qualitySteps: ALL_QUALITIES,
      top: 100,
      unmeasured: ['final', 'search', 'fastest'],
      chroma: {
        usual: false,
        sharpFirst: sharpAbove({ from: 75, high: 0, low: 0.001, none: 0 }),
        gain: 0,
        costly: false,
      },
      sourceCap: { searches: true, quality: (jpeg) => jpeg },
      transfer: { features: 0, kept: 1 },
      postSearch: { tries: 2, scatter: 0.5, neighbours: () => [] },
      fixed: () => NOTHING_FIXED,
    },
    lossless: {
      encoding: (mode) => asEncoding({ format: NAME, level: mode === 'background' ? 9 : 6 }),
      fastest: asEncoding({ format: NAME, level: 1 }),
    },
  };
}

let metric: Metric<'ssimulacra2'>;
let coffee: Raster;
let curve: PriorCurve;

beforeAll(async () => {
  metric = await builtMetric();
  coffee = await photograph('coffee.png', 240);
  curve = await measuredCurve([coffee, await photograph('leaves.jpg', 240)]);
});

async function photograph(name: string, width: number): Promise<Raster> {
  const { data, info } = await sharp(committed(name))
    .resize({ width })
    .toColorspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const size = { width: info.width, height: info.height };
  return { ...size, channels: 3, data: new Uint8Array(data), pages: 1, delays: [], loop: 0 };
}

/** Means over some pictures, at every sixth quality; it needs no content lines to work. */
async function measuredCurve(rasters: readonly Raster[]): Promise<PriorCurve> {
  const none = [0, 0, 0, 0, 0, 0, 0] as const;
  const q = Array.from({ length: 15 }, (_, i) => 15 + 6 * i);
  const columns = { mean: [] as number[], bits: [] as number[] };
  for (const quality of q) {
    let [score, bits] = [0, 0];
    for (const raster of rasters) {
      const file = await encoder.encode(raster, asEncoding({ format: NAME, quality, level: 6 }));
      metric.setReference(raster);
      score += metric.compare(await encoder.decode(file, 3)).score / rasters.length;
      bits += Math.log((8 * file.length) / (raster.width * raster.height)) / rasters.length;
    }
    columns.mean.push(Math.max(score, columns.mean.at(-1) ?? score));
    columns.bits.push(bits);
  }
  return {
    name: 'deflated',
    q,
    ...columns,
    spread: q.map(() => 3),
    content: [none, none, none, none, none],
  };
}

/** A clock by the pace of encodings, and every encoding made. */
function tools({ pace = 0, perMegapixel = 20 } = {}): Tools & { made: Encoding[] } {
  const made: Encoding[] = [];
  const { encode, decode } = encoder;
  return {
    encoder: { made, encode, decode } as Encoder,
    codecs: { ...CODECS, [NAME]: record(curve, perMegapixel) },
    metric,
    now: () => pace * made.length,
    made,
  };
}

function task(quality: QualitySpec, fields: Partial<OptimizeInput> = {}): OptimizeInput {
  return {
    raster: coffee,
    info: sourceInfo({ width: coffee.width, height: coffee.height, format: 'png', bytes: 1e9 }),
    chosen: choice(NAME),
    alternatives: [],
    output: picture({ formats: [], quality }),
    identity: false,
    budget: { mode: 'online', milliseconds: 1e6 },
    ...fields,
  };
}

const choice = (format: FormatName) => ({ format, lossless: false, rule: 0 });
const TARGET: QualitySpec = { kind: 'target', score: 70 };

describe('a codec that is only a record and an encoder', () => {
  test.each([
    [{ kind: 'quality', jpeg: 60 }, 65, 'the JPEG scale, mapped by the record'],
    [{ kind: 'quality', jpeg: 60, own: { heic: 40 } }, 40, 'its own number'],
  ] as const)('%j is quality %i (%s)', async (quality, expected, _why) => {
    const { receipt } = await optimize(task(quality), tools());
    expect(receipt).toMatchObject({ format: NAME, quality: expected, kind: 'encoded' });
    expect(receipt.encoding).toBe(`deflated q${expected} l6`);
  });

  test.each(['online', 'background'] as const)('%s reaches a target', async (mode) => {
    const budget = { mode, milliseconds: 1e6 };
    const { receipt } = await optimize(task(TARGET, { budget }), tools());
    expect(receipt.score!).toBeGreaterThanOrEqual(69.5);
    expect(receipt.score!).toBeLessThanOrEqual(76);
    expect(receipt.outOfReach).toBeUndefined();
    expect(receipt.stop).toBeDefined();
    expect(receipt.encoding).toContain(mode === 'background' ? 'l9' : 'l6');
  });

  test('instant encodes once, at the quality of its curve', async () => {
    const budget = { mode: 'instant', milliseconds: 1e6 } as const;
    const used = tools();
    const { receipt } = await optimize(task(TARGET, { budget }), used);
    expect(used.made).toHaveLength(1);
    expect(receipt).toMatchObject({ format: NAME, stop: 'not-measured' });
  });

  test('lossless keeps every pixel', async () => {
    const { receipt, bytes } = await optimize(task({ kind: 'lossless' }), tools());
    expect(receipt).toMatchObject({ kind: 'lossless', score: 100, encoding: 'deflated q- l6' });
    expect((await encoder.decode(bytes, 3)).data).toEqual(coffee.data);
  });

  test('the next width starts from what this one left', async () => {
    const { warmStart } = await optimize(task(TARGET), tools());
    expect(Object.keys(warmStart.offsets)).toEqual(['deflated']);
    const used = tools();
    await optimize(task(TARGET, { warmStart }), used);
    expect(used.made.length).toBeLessThanOrEqual(2);
  });

  test('its fastest settings are used where time allows nothing else', async () => {
    const used = tools({ pace: 5, perMegapixel: 100 });
    const budget = { mode: 'online', milliseconds: 6 } as const;
    const { receipt } = await optimize(task(TARGET, { budget }), used);
    expect(used.made).toMatchObject([{ format: NAME, level: 1 }]);
    expect(receipt.score).toBeUndefined();
  });

  test('its time costs decide against it where another accepted format is in time', async () => {
    const used = tools({ perMegapixel: 10_000 });
    const budget = { mode: 'online', milliseconds: 20 } as const;
    const alternatives = [choice('jpeg')];
    const { receipt } = await optimize(task(TARGET, { budget, alternatives }), used);
    expect(receipt.format).toBe('jpeg');
  });

  test('as an alternative it wins where its curve promises fewer bytes', async () => {
    const fields = { chosen: choice('png'), alternatives: [choice(NAME)] };
    const { receipt } = await optimize(task(TARGET, fields), tools());
    expect(receipt.format).toBe(NAME);
    const dearer = { chosen: choice('webp'), alternatives: [choice(NAME)] };
    const used = tools();
    await optimize(task(TARGET, dearer), used);
    expect(used.made.some(isDeflated)).toBe(false);
  });

  test('explain predicts it', () => {
    const { info, output, chosen } = task(TARGET);
    const input = {
      info,
      output,
      chosen,
      size: { width: 600, height: 400 },
      mode: 'online',
    } as const;
    const text = predict(input, { ...CODECS, [NAME]: record(curve) });
    expect(text).toMatch(/^deflated q\d+ l6 for a score of 70, about \d+ kB$/);
  });

  test('without its record the format cannot be written', async () => {
    const refused = optimize(task(TARGET), { encoder: vipsEncoder, metric, now: () => 0 });
    await expect(refused).rejects.toMatchObject({ code: 'not-implemented' });
  });
});

test('a format without its record, or with half of one, does not compile', () => {
  const { gif, ...others } = CODECS;
  const { lossy, ...half } = CODECS.jpeg;
  // @ts-expect-error: the card of GIF says that it can be written
  const missing: EveryCodec = others;
  // @ts-expect-error: a JPEG has a quality, so it needs the lossy part
  const incomplete: EveryCodec = { ...CODECS, jpeg: half };
  expect([missing, incomplete, gif, lossy]).toHaveLength(4);
});

test.each([
  [1, 74, 8],
  [2, 49, 16],
])('a JPEG whose steps are %i levels has quality %i', async (levels, quality, step) => {
  expect(CODECS.jpeg.lossy.stepless(levels)).toBe(quality);
  const data = new Uint8Array(3 * 64 * 64).fill(40);
  const stepAt = async (at: number) => {
    const bytes = await sharp(data, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg({ quality: at, quantisationTable: 3 })
      .toBuffer();
    return bytes[bytes.indexOf('ffdb', 'hex') + 5]!;
  };
  expect([await stepAt(quality), (await stepAt(quality - 1)) > step]).toEqual([step, true]);
});

describe('every codec of this build', () => {
  const records = Object.entries(CODECS) as [keyof typeof CODECS, Codec][];

  test.each(records)('%s has a card that says what the record says', (format, codec) => {
    const card = formatCard(format);
    expect(card.encodable).toBe(true);
    expect(card.lossy).toBe(codec.lossy !== undefined);
    if (card.lossless) expect(keepsPixels(codec)).toBe(true);
  });

  // Videos are written by other programs: video/encoder.test.ts.
  const pictures = records.filter(([format]) => formatCard(format).still);
  test.each(
    pictures.flatMap(([format, codec]) =>
      waysOf(codec).map((encoding) => [codec.text(encoding), format, encoding] as const),
    ),
  )('%s: 8 x 8 pixels are written and read again', async (_text, format, encoding) => {
    const data = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => 30 + (i % 24) * 8);
    const raster: Raster = { ...STILL, width: 8, height: 8, data };
    const bytes = await vipsEncoder.encode(raster, encoding);
    expect(sniffFormat(bytes)).toBe(format);
    const shown = await vipsEncoder.decode(bytes, 3);
    expect(shown).toMatchObject({ width: 8, height: 8, channels: 3 });
    const off = shown.data.reduce((sum, value, i) => sum + Math.abs(value - data[i]!), 0);
    expect(off / data.length).toBeLessThan(16);
  });
});

const STILL = { channels: 3, pages: 1, delays: [], loop: 0 } as const;

/** Each way of coding that a record names, in every mode and stage. */
function waysOf(codec: Codec): Encoding[] {
  const { lossy, lossless, palette } = codec;
  const modes = ['instant', 'online', 'background'] as const;
  const all = modes.flatMap((mode) => [
    ...(lossy?.unmeasured ?? []).flatMap((stage) =>
      [false, true].map((sharpChroma) =>
        lossy!.encoding({ stage, mode, sharpChroma, target: 85, progressive: true }, 80),
      ),
    ),
    ...(lossless ? [lossless.encoding(mode)] : []),
    ...(lossless?.near?.strengths.map((s) => lossless.near!.encoding(s.strength, mode)) ?? []),
    ...(palette ? [palette.encoding(64, mode)] : []),
  ]);
  all.push(fastestEncoding(codec));
  return [...new Map(all.map((encoding) => [codec.text(encoding), encoding])).values()];
}

/**
 * Test of a part: a known computation, and whether its result is what it has to be.
 *
 * An encoder writes a tiny picture that is made here, and what it decodes to is compared with the
 * picture. The reduction is compared with its plain twin, the metric with the score that its twin
 * gives. So a decoder that is not there, a processor that computes otherwise and a file that was
 * damaged on the way are found before a visitor finds them.
 *
 * Free of Node: what is tested comes as an argument.
 */
import type { Encoder } from '../../image/encoding.ts';
import { formatCard } from '../../image/format.ts';
import type { Raster } from '../../image/raster.ts';
import type { Metric } from '../../metrics/metric.ts';
import { fastestEncoding } from '../../optimizer/codecs/codec.ts';
import { CODECS } from '../../optimizer/codecs/index.ts';
import { still } from '../../raster/pixels.ts';
import type { Reduce } from '../../raster/reduction/reduce.ts';
import { reduceTwin } from '../../raster/reduction/reduce-twin.ts';
import type { SelfTestPart } from './self-test-part.ts';

/** What is tested. */
export interface TestedTools {
  readonly encoder: Encoder;
  readonly reduce: Reduce;
  readonly metric: Metric<'ssimulacra2'>;
}

/** Side lengths of the picture. */
const SIZE = { width: 48, height: 40 } as const;

/** Columns of the picture on its right that grow clear. */
const CLEAR = 16;

/** Score of the picture in steps of 16 levels against itself, by the twin of the kernel. */
export const STEPPED_SCORE = 82.624;

/** Points that a score may be off: the last digits of a power differ from machine to machine. */
const SCORE_TOLERANCE = 0.01;

/** Mean levels by which what is decoded may differ: what is lossy moves the picture by one or two. */
const MOST_OFF = 6;

/** What is wrong with a part; undefined where it does what it should. */
export async function testPart(
  part: SelfTestPart,
  { encoder, reduce, metric }: TestedTools,
): Promise<string | undefined> {
  try {
    if (part === 'metric') return testMetric(metric);
    if (part === 'reduction') return testReduction(reduce);
    return await testEncoder(part, encoder);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function testMetric(metric: Metric<'ssimulacra2'>): string | undefined {
  const picture = madePicture(3);
  metric.setReference(picture);
  const { score } = metric.compare(stepped(picture));
  return Math.abs(score - STEPPED_SCORE) <= SCORE_TOLERANCE
    ? undefined
    : `expected a score of ${STEPPED_SCORE}, got ${score}`;
}

function testReduction(reduce: Reduce): string | undefined {
  const picture = madePicture(4);
  const reduction = { to: { width: 13, height: 9 }, filter: 'lanczos3' } as const;
  const [made, right] = [reduce(picture, reduction), reduceTwin(picture, reduction)];
  return meanOff(made.data, right.data) === 0 ? undefined : 'expected the pixels of its twin';
}

async function testEncoder(
  format: Exclude<SelfTestPart, 'metric' | 'reduction'>,
  { encode, decode }: Encoder,
): Promise<string | undefined> {
  const codec = CODECS[format];
  // A palette has pixels that are clear or are not
  const soft = formatCard(format).alpha && format !== 'gif';
  const picture = madePicture(soft ? 4 : 3);
  const shown = await decode(await encode(picture, fastestEncoding(codec)), picture.channels);
  if (shown.width !== picture.width || shown.height !== picture.height) {
    return `expected ${SIZE.width}x${SIZE.height} pixels back, got ${shown.width}x${shown.height}`;
  }
  const off = meanOff(seen(picture), seen(shown));
  const most = formatCard(format).lossy || format === 'gif' ? MOST_OFF : 0;
  return off <= most ? undefined : `what it wrote is off by ${off.toFixed(1)} levels`;
}

/** Waves of three colors, and on the right clear ones where there is alpha. */
export function madePicture(channels: 3 | 4): Raster {
  const { width, height } = SIZE;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      data[at] = 60 + x * 3;
      data[at + 1] = 200 - y * 4;
      data[at + 2] = 40 + (x + y) * 2;
      if (channels === 4) data[at + 3] = Math.min(255, (width - 1 - x) * (256 / CLEAR));
    }
  }
  return still(width, height, channels, data);
}

/** A picture with 16 levels of each channel left. */
export function stepped(raster: Raster): Raster {
  return { ...raster, data: raster.data.map((value) => (value & 0xf0) | 8) };
}

/** Samples as they weigh: colors by their alpha, and the alpha. */
function seen({ channels, data }: Raster): Uint8Array {
  if (channels === 3) return data;
  return data.map((value, at) => {
    const alpha = data[at | 3]!;
    return (at & 3) === 3 ? value : Math.round((value * alpha) / 255);
  });
}

function meanOff(one: Uint8Array, other: Uint8Array): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;
}

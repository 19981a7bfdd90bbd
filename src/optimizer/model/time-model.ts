/**
 * Time model: how long a trial is likely to take, before the first one is made.
 *
 * Encoding and decoding times stand in the codec records, in milliseconds per
 * megapixel; comparing takes the same time for every format.
 */
import type { Encoding } from '../../image/encoding.ts';
import { type Codecs, codecFor } from '../codecs/codec.ts';

/** Milliseconds per megapixel for one comparison by the metric. */
const COMPARE = 13;

/** Milliseconds per megapixel for encoding alone. */
export function encodeCost(codecs: Codecs, encoding: Encoding): number {
  return codecFor(codecs, encoding.format).time.encode(encoding);
}

/** Milliseconds per megapixel for decoding the result and comparing it. */
export function measureCost(codecs: Codecs, { format }: Encoding): number {
  return codecFor(codecs, format).time.decode + COMPARE;
}

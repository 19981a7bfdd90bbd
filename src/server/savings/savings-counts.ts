/**
 * Savings counts: what was sent of a source on a day, and what would have been sent in its place.
 *
 * All are sums of whole numbers, so that counts of moments, processes and days may be added in any
 * order. Pure.
 */
import type { Writable } from '../../base/writable.ts';
import type { Rendition } from '../../engine/engine.ts';

export interface SavingsCounts {
  /** Pictures and videos that were sent from the store, and those that were made or read for the answer. */
  readonly hits: number;
  readonly misses: number;
  /** Answers that said that nothing has changed, and sent nothing. */
  readonly notModified: number;
  /** Bytes of the bodies of hits and of misses. */
  readonly hitBytes: number;
  readonly missBytes: number;
  /** Bytes of the originals in place of these bodies. */
  readonly originalBytes: number;
  /** Of the bytes that were sent, those whose picture has a size known at the fixed quality. */
  readonly comparedBytes: number;
  /** Bytes of these pictures as JPEG of the fixed quality (`FIXED_QUALITY`). */
  readonly fixedBytes: number;
  /** Of `fixedBytes`, those that were measured; the others are estimated. */
  readonly measuredBytes: number;
}

export const COUNT_NAMES = [
  'hits',
  'misses',
  'notModified',
  'hitBytes',
  'missBytes',
  'originalBytes',
  'comparedBytes',
  'fixedBytes',
  'measuredBytes',
] as const satisfies readonly (keyof SavingsCounts)[];

/** What an answer with a picture counts, where it is sent whole. */
export interface CountedPicture {
  readonly bytes: number;
  readonly sourceBytes: number;
  /** At the fixed quality; absent where nothing is known of that. */
  readonly fixedBytes?: number;
  /** `fixedBytes` was measured. */
  readonly measured?: true;
}

/** How an answer ended, as far as it counts here. */
export interface CountedEnd {
  readonly status: number;
  /** Of its body. */
  readonly bytes: number;
  readonly rendition?: Rendition | undefined;
  /** What was sent in place of an error. */
  readonly fallback?: 'source' | 'picture' | undefined;
}

export function noCounts(): Writable<SavingsCounts> {
  return {
    ...{ hits: 0, misses: 0, notModified: 0, hitBytes: 0, missBytes: 0, originalBytes: 0 },
    ...{ comparedBytes: 0, fixedBytes: 0, measuredBytes: 0 },
  };
}

/** Adds counts to others. */
export function addCounts(to: Writable<SavingsCounts>, more: SavingsCounts): void {
  for (const name of COUNT_NAMES) to[name] += more[name];
}

export function isEmpty(counts: SavingsCounts): boolean {
  return COUNT_NAMES.every((name) => counts[name] === 0);
}

/** What a rendition counts; undefined for data, such as the colors of a picture in JSON. */
export function countedPicture({
  mediaType,
  source,
  result,
  receipt,
}: Rendition): CountedPicture | undefined {
  if (!/^(?:image|video)\//.test(mediaType)) return undefined;
  const { fixedQuality } = receipt ?? {};
  const facts = { bytes: result.bytes, sourceBytes: source.bytes };
  // They come from a store that others may write to
  if (!Object.values(facts).every(isCount)) return undefined;
  if (fixedQuality === undefined || !isCount(fixedQuality.bytes)) return facts;
  return {
    ...facts,
    fixedBytes: fixedQuality.bytes,
    ...(fixedQuality.measured ? { measured: true } : {}),
  };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Adds a hit that was sent whole: what an answer that stands ready pays for, every time. */
export function addHit(to: Writable<SavingsCounts>, picture: CountedPicture): void {
  const { bytes, sourceBytes, fixedBytes } = picture;
  to.hits += 1;
  to.hitBytes += bytes;
  to.originalBytes += sourceBytes;
  if (fixedBytes === undefined) return;
  to.comparedBytes += bytes;
  to.fixedBytes += fixedBytes;
  if (picture.measured) to.measuredBytes += fixedBytes;
}

/**
 * Adds any answer. A part of a picture stands for the same part of its original; HEAD and errors
 * count nothing, and the source that is sent in place of an error saves nothing.
 */
export function addAnswer(
  to: Writable<SavingsCounts>,
  { status, bytes, rendition, fallback }: CountedEnd,
): void {
  if (fallback === 'source' && status === 200) {
    if (bytes === 0) return;
    to.misses += 1;
    to.missBytes += bytes;
    to.originalBytes += bytes;
    return;
  }
  const picture = rendition && countedPicture(rendition);
  if (rendition === undefined || picture === undefined) return;
  if (status === 304) to.notModified += 1;
  if (bytes === 0 || (status !== 200 && status !== 206)) return;
  const part = (whole: number) => Math.round((whole * bytes) / Math.max(1, picture.bytes));
  if (rendition.cache.hit) {
    to.hits += 1;
    to.hitBytes += bytes;
  } else {
    to.misses += 1;
    to.missBytes += bytes;
  }
  to.originalBytes += part(picture.sourceBytes);
  if (picture.fixedBytes === undefined) return;
  to.comparedBytes += bytes;
  to.fixedBytes += part(picture.fixedBytes);
  if (picture.measured) to.measuredBytes += part(picture.fixedBytes);
}

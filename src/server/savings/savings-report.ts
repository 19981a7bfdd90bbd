/**
 * Savings report: what the page and its JSON say of a span of days.
 *
 * Money is what the bytes that were not sent would have cost at the prices of the configuration as
 * it is now, per source; of currencies each has its own sum. Pure.
 */
import type { Money } from '../../base/options.ts';
import { JPEG_CURVES } from '../../optimizer/codecs/jpeg-curves.ts';
import { lnBpp } from '../../optimizer/model/priors.ts';
import { FIXED_QUALITY } from '../../optimizer/receipt.ts';
import { addCounts, noCounts, type SavingsCounts } from './savings-counts.ts';
import { type DayCounts, dayBefore } from './savings-ledger.ts';

/** Bytes that a price is for, as CDNs count them. */
const GIGABYTE = 1e9;

export interface ReportSettings {
  /** JPEG quality that is compared with, 1..100. */
  readonly quality: number;
  /** Of a gigabyte (10^9 bytes) that is sent, by source; undefined where none is said. */
  readonly priceOf: (source: string) => Money | undefined;
}

/** Figures of a span, of all sources or of one. Bytes and answers are whole numbers. */
export interface Figures {
  readonly answers: { readonly hit: number; readonly miss: number; readonly notModified: number };
  readonly sentBytes: { readonly hit: number; readonly miss: number; readonly all: number };
  /** Of the originals in their place. */
  readonly originalBytes: number;
  /** `originalBytes` less what was sent; below 0 where more was sent. */
  readonly savedBytes: number;
  /** Against JPEG of the fixed quality, of the pictures that have such a size. */
  readonly fixedQuality: {
    /** Bytes that were sent of these pictures. */
    readonly sentBytes: number;
    readonly jpegBytes: number;
    readonly savedBytes: number;
    /** Share of `jpegBytes` that was measured rather than estimated, 0..1. */
    readonly measured: number;
  };
  /** What the saved bytes would have cost, by currency; absent where no source has a price. */
  readonly money?: {
    readonly saved: Readonly<Record<string, number>>;
    readonly savedAgainstFixedQuality: Readonly<Record<string, number>>;
  };
}

export interface SavingsReport {
  /** Both ends included, UTC. */
  readonly from: string;
  readonly to: string;
  readonly fixedQuality: { readonly format: 'jpeg'; readonly quality: number };
  readonly all: Figures;
  readonly sources: readonly ({
    readonly source: string;
    readonly pricePerGB?: Money;
  } & Figures)[];
  /** Every day of the span. */
  readonly days: readonly ({
    readonly day: string;
    readonly sources: readonly ({ readonly source: string } & Figures)[];
  } & Figures)[];
}

/**
 * What a JPEG of another quality takes beside one of the fixed quality: 1.37 for 90. The mean over
 * pictures (`optimizer/model/priors.ts`), so that it holds for sums better than for one picture.
 */
export function fixedFactor(quality: number): number {
  const bits = (of: number) => lnBpp(JPEG_CURVES.full, of);
  return Math.exp(bits(quality) - bits(FIXED_QUALITY));
}

/** The report of the days up to one. @param length days, from 1 on */
export function savingsReport(
  counted: DayCounts,
  to: string,
  length: number,
  settings: ReportSettings,
): SavingsReport {
  const days = Array.from({ length }, (_, index) => dayBefore(to, length - 1 - index));
  const bySource = new Map<string, SavingsCounts[]>();
  const dayRows = days.map((day) => {
    const sources = [...(counted.get(day) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [source, counts] of sources) {
      bySource.set(source, [...(bySource.get(source) ?? []), counts]);
    }
    const rows = sources.map(([source, counts]) => ({
      source,
      ...figures([[source, counts]], settings),
    }));
    return { day, ...figures(sources, settings), sources: rows };
  });
  const sums = [...bySource].map(([source, all]) => [source, sumOf(all)] as const);
  const sources = sums.map(([source, counts]) => {
    const price = settings.priceOf(source);
    const priced = price === undefined ? {} : { pricePerGB: price };
    return { source, ...priced, ...figures([[source, counts]], settings) };
  });
  return {
    from: days[0] ?? to,
    to,
    fixedQuality: { format: 'jpeg', quality: settings.quality },
    all: figures(sums, settings),
    sources: sources.sort((a, b) => b.savedBytes - a.savedBytes || (a.source < b.source ? -1 : 1)),
    days: dayRows,
  };
}

function sumOf(all: readonly SavingsCounts[]): SavingsCounts {
  const sum = noCounts();
  for (const counts of all) addCounts(sum, counts);
  return sum;
}

function figures(
  sources: readonly (readonly [source: string, counts: SavingsCounts])[],
  { quality, priceOf }: ReportSettings,
): Figures {
  const factor = fixedFactor(quality);
  const sum = sumOf(sources.map(([, counts]) => counts));
  const { hits, misses, notModified, hitBytes, missBytes } = sum;
  const money = { saved: {}, savedAgainstFixedQuality: {} } as {
    readonly [Name in 'saved' | 'savedAgainstFixedQuality']: Record<string, number>;
  };
  let priced = false;
  for (const [source, counts] of sources) {
    const price = priceOf(source);
    if (price === undefined) continue;
    priced = true;
    const pay = (to: Record<string, number>, bytes: number) => {
      const cost = (to[price.currency] ?? 0) + (bytes / GIGABYTE) * price.amount;
      to[price.currency] = Number(cost.toPrecision(12));
    };
    pay(money.saved, counts.originalBytes - counts.hitBytes - counts.missBytes);
    const jpeg = Math.round(counts.fixedBytes * factor);
    pay(money.savedAgainstFixedQuality, jpeg - counts.comparedBytes);
  }
  const all = hitBytes + missBytes;
  const jpegBytes = Math.round(sum.fixedBytes * factor);
  // Of another quality nothing was measured
  const measured = quality === FIXED_QUALITY ? sum.measuredBytes / Math.max(1, sum.fixedBytes) : 0;
  return {
    answers: { hit: hits, miss: misses, notModified },
    sentBytes: { hit: hitBytes, miss: missBytes, all },
    originalBytes: sum.originalBytes,
    savedBytes: sum.originalBytes - all,
    fixedQuality: {
      sentBytes: sum.comparedBytes,
      jpegBytes,
      savedBytes: jpegBytes - sum.comparedBytes,
      measured: Math.round(measured * 1000) / 1000,
    },
    ...(priced ? { money } : {}),
  };
}

/**
 * RenditionMeta: what is stored beside the bytes of a rendition, and what
 * weighs and compares renditions.
 *
 * Pure.
 */
import { createHash } from 'node:crypto';
import type { Body } from '../base/body.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { FormatName } from '../image/format.ts';
import { PASS_BELOW, type Receipt } from '../optimizer/receipt.ts';
import type { Key } from '../plan/key.ts';
import type { Timings } from './engine.ts';
import type { WorkerResult } from './worker-protocol.ts';

/** What is kept beside the bytes of a rendition. */
export interface RenditionMeta {
  readonly etag: string;
  readonly mediaType: string;
  readonly source: WorkerResult['source'];
  readonly result: WorkerResult['result'];
  readonly receipt?: Receipt;
  readonly diagnostics: readonly Diagnostic[];
  readonly timings: Timings;
  readonly storedAt: number;
  /** Made under a client's deadline that left less than the usual time: not kept for long. */
  readonly deadlineBound?: boolean;
  /** Nothing is left to improve. */
  readonly refined?: boolean;
}

export interface StoredRendition {
  readonly meta: RenditionMeta;
  readonly body: Body;
}

/** Weights of codecs for the predicted cost, per source megabyte; ratios of encoding times. */
const COST: Partial<Record<FormatName, number>> = { avif: 4, webp: 2, png: 2, gif: 3 };

/** About seconds of work: megabytes of the source times the weight of the heaviest codec in question. */
export function predictedCost(bytes: number, formats: readonly FormatName[]): number {
  const weight = Math.max(1, ...formats.map((format) => COST[format] ?? 1));
  return Math.max(0.5, bytes / 1e6) * weight;
}

/** Smaller at no lower score; or the first to reach the target. */
export function isBetter(now: Receipt | undefined, before: Receipt | undefined): boolean {
  if (!now || !before) return false;
  const target = now.target ?? Number.NEGATIVE_INFINITY;
  const reaches = ({ score }: Receipt) => score === undefined || score >= target - PASS_BELOW;
  if (reaches(now) !== reaches(before)) return reaches(now);
  return now.bytes < before.bytes;
}

/** Strong: names exactly these bytes of exactly this rendition. @param hash SHA-256 of the bytes, hexadecimal */
export function etagOf(key: Key, hash: string): string {
  return `"${createHash('sha256').update(key).update(hash).digest('hex').slice(0, 32)}"`;
}

/**
 * RenditionMeta: what is stored beside the bytes of a rendition, and what
 * compares renditions.
 *
 * Pure.
 */
import { createHash } from 'node:crypto';
import type { Body } from '../../base/body.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { PASS_BELOW, type Receipt } from '../../optimizer/receipt.ts';
import type { Key } from '../../plan/key.ts';
import type { Timings } from '../timings.ts';
import type { WorkerResult } from '../worker-protocol.ts';

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
  /**
   * A first answer that had less than the time it takes: by a visitor's `deadline`, by a long
   * `queue` behind it, or because the work did not end in the usual time; or a picture made without what could not
   * be found on its source (`findings`), or without the manifest it should have (`unsigned`). It
   * counts for a minute.
   */
  readonly cutShort?: 'deadline' | 'queue' | 'latency' | 'findings' | 'unsigned';
  /** Nothing is left to improve. */
  readonly refined?: boolean;
}

export interface StoredRendition {
  readonly meta: RenditionMeta;
  readonly body: Body;
}

/** Whether what was read is what this version keeps, as far as answers need it. */
export function isRenditionMeta(value: unknown): value is RenditionMeta {
  if (typeof value !== 'object' || value === null) return false;
  const { etag, mediaType, source, result, diagnostics, timings, storedAt } =
    value as Partial<RenditionMeta>;
  return (
    /^"[0-9a-f]+"$/.test(etag ?? '') &&
    typeof mediaType === 'string' &&
    typeof storedAt === 'number' &&
    Array.isArray(diagnostics) &&
    [source, result, timings].every((facts) => typeof facts === 'object' && facts !== null)
  );
}

/** Whether it lacks what more time would not give: it is made again when its minute is over. */
export function isLacking({ cutShort }: Pick<RenditionMeta, 'cutShort'>): boolean {
  return cutShort === 'findings' || cutShort === 'unsigned';
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

/**
 * Blank source: one clear pixel, under what a plan draws by itself.
 */
import { createHash } from 'node:crypto';
import { hashKey } from '../../plan/key.ts';
import type { CachedSource } from './source-cache.ts';

/** A PNG of one clear pixel. */
export const BLANK_BYTES: Uint8Array = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR4nGNgAAIAAAUAAXpeqz8AAAAASUVORK5CYII=',
  'base64',
);

const HASH = createHash('sha256').update(BLANK_BYTES).digest('hex');

/** It never changes, so that it is as fresh as the moment. */
export function blankSource(now: number): CachedSource {
  return {
    ...{ key: hashKey('blank'), hash: HASH, bytes: BLANK_BYTES.length, format: 'png' },
    ...{ size: { width: 1, height: 1 }, headers: {}, checkedAt: now, state: 'fresh' },
  };
}

export function isBlank({ hash }: CachedSource): boolean {
  return hash === HASH;
}

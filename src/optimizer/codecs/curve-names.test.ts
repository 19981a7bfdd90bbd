/**
 * Curves by their names: warm starts and answers are kept under these, so that a curve whose numbers
 * change takes another name (`PriorCurve.name`). A new row is what was measured anew.
 */
import { expect, test } from 'vitest';
import { hashKey } from '../../plan/key.ts';
import type { PriorCurve } from '../model/priors.ts';
import { AVIF_CURVES } from './avif-curves.ts';
import { JPEG_CURVES } from './jpeg-curves.ts';
import { JXL_CURVES } from './jxl-curves.ts';
import { VIDEO_CURVES } from './video-curves.ts';
import { WEBP_CURVES } from './webp-curves.ts';

const curves: readonly PriorCurve[] = [
  ...[AVIF_CURVES, JPEG_CURVES, JXL_CURVES, VIDEO_CURVES, WEBP_CURVES].flatMap((table) =>
    Object.values<PriorCurve>(table),
  ),
];

/** The first digits of the hash of all that stands under a name. */
const MEASURED = [
  'avif e0: 76c22edeb46e',
  'avif e1: a2036b0834d5',
  'avif e1 10bit: 893a113ef1ac',
  'avif e2 4:2:0: f39b54a0c342',
  'avif e3: 56dae894feff',
  'avif e3 10bit: a036944fdc21',
  'avif e4: 75927fd9c344',
  'jpeg: 3221e30edc40',
  'jpeg 4:4:4: 3b70d48836fd',
  'jpeg fast: d9124e711bb4',
  'jxl e3: ac2eb5589bf8',
  'jxl e7: 9dd10f02f080',
  'mp4 h264: 7370dbcef6c5',
  'webm vp9: 5abf12797c0b',
  'webp e0: a4fc9d7e6366',
  'webp e4: d213681df9e6',
  'webp e4 smart: 977322066e4e',
  'webp e6: b94a957ebdfd',
];

test('a name stands for the numbers that were measured', () => {
  const table = curves.map((curve) => `${curve.name}: ${hashKey(curve).slice(0, 12)}`);
  expect(table).toEqual(MEASURED);
});

test('no two curves share a name', () => {
  expect(new Set(curves.map(({ name }) => name)).size).toBe(curves.length);
});

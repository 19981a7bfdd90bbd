import { describe, expect, test } from 'vitest';
import type { SourceInfo } from '../../image/source-info.ts';
import { picture, type QualitySpec } from '../../plan/output.ts';
import { CODECS } from '../codecs/index.ts';
import type { OptimizeInput } from '../task.ts';
import { sourceQualityCap } from './source-quality-cap.ts';

const TARGET: QualitySpec = { kind: 'target', score: 75 };
const FIXED: QualitySpec = { kind: 'quality', jpeg: 90 };

function capFor(
  format: 'jpeg' | 'webp' | 'avif',
  source: { quality?: number; format?: SourceInfo['format']; identity?: boolean },
  quality: QualitySpec = TARGET,
): number {
  const task = {
    info: {
      format: source.format ?? 'jpeg',
      jpeg: { progressive: false, chroma: '4:2:0', ...source },
    },
    identity: source.identity ?? true,
    output: picture({ formats: [], quality }),
  } as unknown as OptimizeInput;
  return sourceQualityCap(task, CODECS[format].lossy);
}

describe('sourceQualityCap', () => {
  test.each([
    ['jpeg', { quality: 40 }, TARGET, 40, 'its own quality'],
    ['jpeg', { quality: 40, identity: false }, TARGET, 100, 'resizing shrinks the artefacts'],
    ['jpeg', { format: 'png' }, TARGET, 100, 'a lossless source has none'],
    ['jpeg', {}, TARGET, 100, 'an unreadable quality bounds nothing'],
    ['avif', { quality: 40 }, TARGET, 100, 'AVIF on its way to a target is free'],
  ] as const)('%s from %j, %j: %i (%s)', (format, source, quality, result, _why) => {
    expect(capFor(format, source, quality)).toBe(result);
  });

  test.each(['webp', 'avif'] as const)('%s is bounded at equal mean score', (format) => {
    const [poor, good] = [40, 90].map((quality) => capFor(format, { quality }, FIXED));
    expect(poor!).toBeLessThan(60);
    expect(good!).toBeGreaterThan(poor! + 15);
  });
});

import { describe, expect, test } from 'vitest';
import { picture, type QualitySpec } from '../../plan/output.ts';
import { CODECS } from '../codecs/index.ts';
import { effectiveTarget, qualityRequestFor } from './quality-request.ts';

describe('effectiveTarget', () => {
  test.each([
    // score density result why
    [75, 1, 75, 'as asked'],
    [75, 1.5, 75, 'still told apart'],
    [75, 2, 67, '8 lower on a dense screen'],
    [75, 3, 67, 'and no lower on a denser one'],
    [50, 2, 45, 'the floor'],
    [40, 2, 40, 'a target under the floor stays'],
  ])('%i at density %f is %i (%s)', (score, density, result) => {
    expect(effectiveTarget(score, density)).toBe(result);
  });
});

describe('qualityRequestFor', () => {
  const ask = (quality: QualitySpec, format: 'jpeg' | 'png' | 'avif' | 'webp', identity = true) =>
    qualityRequestFor(
      picture({ formats: [], quality }),
      { format, lossless: false, rule: 0 },
      identity,
      CODECS[format],
    );

  test.each([
    ['lossless WebP keeps pixels', { kind: 'lossless' }, 'webp', { kind: 'lossless' }],
    ['JPEG cannot', { kind: 'lossless' }, 'jpeg', { kind: 'target', score: 90 }],
    ['AVIF could, at the size of PNG', { kind: 'lossless' }, 'avif', { kind: 'target', score: 90 }],
    ['PNG has no quality', { kind: 'quality', jpeg: 75 }, 'png', { kind: 'lossless' }],
    [
      'JPEG on its own scale',
      { kind: 'quality', jpeg: 75 },
      'jpeg',
      { kind: 'quality', quality: 75 },
    ],
    [
      'an own number',
      { kind: 'quality', jpeg: 75, own: { avif: 44 } },
      'avif',
      { kind: 'quality', quality: 44 },
    ],
  ] as const)('%s', (_why, quality, format, result) => {
    expect(ask(quality, format)).toEqual(result);
  });

  test('lossless with a score for resized pictures depends on identity', () => {
    const quality = { kind: 'lossless', resized: 85 } as const;
    expect(ask(quality, 'webp', true)).toEqual({ kind: 'lossless' });
    expect(ask(quality, 'webp', false)).toEqual({ kind: 'target', score: 85 });
  });

  test('a rule that says lossless goes before any quality', () => {
    const output = picture({ formats: [], quality: { kind: 'target', score: 60 } });
    const chosen = { format: 'webp', lossless: true, rule: 0 } as const;
    expect(qualityRequestFor(output, chosen, false, CODECS.webp)).toEqual({ kind: 'lossless' });
  });
});

import { describe, expect, test } from 'vitest';
import { sourceInfo } from '../image/source-info.suite.ts';
import { picture, type QualitySpec } from '../plan/output.ts';
import { predict } from './predict.ts';
import type { Mode } from './task.ts';

const info = sourceInfo({
  width: 1200,
  height: 800,
  bytes: 200_000,
  jpeg: { progressive: true, chroma: '4:2:0' },
});

const say = (
  format: 'jpeg' | 'webp' | 'avif' | 'png' | 'gif',
  quality: QualitySpec,
  mode: Mode = 'online',
) =>
  predict({
    output: picture({ formats: [], quality }),
    chosen: { format, lossless: false, rule: 0 },
    info,
    size: { width: 600, height: 400 },
    mode,
  });

describe('predict', () => {
  test('names encoding, score and size', () => {
    expect(say('avif', { kind: 'target', score: 68 })).toMatch(
      /^avif q5\d e1 4:4:4 8bit for a score of 68, about [12]\d kB$/,
    );
  });

  test('background is said with its efforts', () => {
    expect(say('avif', { kind: 'target', score: 85 }, 'background')).toContain('e3 4:4:4 10bit');
  });

  test('a fixed quality has no score', () => {
    expect(say('jpeg', { kind: 'quality', jpeg: 75 })).toMatch(/^jpeg q75 .*, about \d+ kB$/);
  });

  test.each([
    ['png', /^png e3$/],
    ['gif', /^gif palette-256/],
  ] as const)('%s has no size to predict', (format, text) => {
    expect(say(format, { kind: 'target', score: 68 })).toMatch(text);
  });
});

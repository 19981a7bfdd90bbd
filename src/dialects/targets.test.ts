import { describe, expect, test } from 'vitest';
import { type TargetName, targetFor } from './targets.ts';

describe('targetFor', () => {
  test.each<[TargetName, number, string]>([
    ['fastly-low', 85, 'similar to the input'],
    ['fastly-medium', 75, 'preserve the visual quality'],
    ['fastly-high', 60, 'minor visual artifacts may be visible'],
    ['imageoptim-high', 85, 'avoids visible artefacts'],
    ['imageoptim-medium', 68, 'barely noticeable in normal viewing'],
    ['imageoptim-low', 50, 'artefacts will be noticeable'],
    ['imgix-compress', 61, 'the mean score of libjpeg quality 45'],
  ])('%s is %d (%s)', (name, score) => {
    expect(targetFor(name)).toBe(score);
  });
});

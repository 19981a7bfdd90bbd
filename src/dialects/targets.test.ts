import { describe, expect, test } from 'vitest';
import { type TargetName, targetFor } from './targets.ts';

describe('targetFor', () => {
  test.each<[TargetName, number, number, string]>([
    // name             density score  why
    ['fastly-low', 1, 85, 'similar to the input'],
    ['fastly-medium', 1, 75, 'preserve the visual quality'],
    ['fastly-high', 1, 60, 'minor visual artifacts may be visible'],
    ['imageoptim-high', 1, 85, 'avoids visible artefacts'],
    ['imageoptim-medium', 1, 68, 'barely noticeable in normal viewing'],
    ['imageoptim-low', 1, 50, 'artefacts will be noticeable'],
    ['imgix-compress', 1, 61, 'the mean score of libjpeg quality 45'],
    ['fastly-medium', 1.99, 75, 'below density 2 nothing is given away'],
    ['fastly-medium', 2, 67, 'density 2: 8 lower'],
    ['fastly-medium', 3, 67, 'and no lower beyond'],
    ['imageoptim-low', 2, 45, 'the floor: 50 - 8 would be 42'],
  ])('%s at density %d is %d (%s)', (name, density, score) => {
    expect(targetFor(name, density)).toBe(score);
  });
});

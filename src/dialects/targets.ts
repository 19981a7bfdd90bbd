/**
 * Targets: the score that each vendor's own words ask for.
 *
 * One table for the three dialects, one place to tune. Scores stand on the
 * SSIMULACRA 2 scale, whose published ladder reads: 50 medium, 70 high
 * (artefacts perceptible but not annoying), 80 very high (not told apart side
 * by side by an average viewer), 90 visually lossless even when flickered.
 */

/** A degree of compression, in the words of the service that offers it. */
export type TargetName = keyof typeof TARGETS;

interface TargetRow {
  /** SSIMULACRA 2 at density 1. */
  readonly score: number;
  /** The vendor's words that the score stands for. */
  readonly words: string;
}

export const TARGETS = {
  'fastly-low': { score: 85, words: 'similar to the input' },
  'imageoptim-high': { score: 85, words: 'avoids visible artefacts' },
  'fastly-medium': { score: 75, words: 'preserve the visual quality' },
  'imageoptim-medium': { score: 68, words: 'barely noticeable in normal viewing' },
  'imgix-compress': {
    score: 61,
    words: 'quality standard 45: the mean score of libjpeg quality 45',
  },
  'fastly-high': { score: 60, words: 'minor visual artifacts may be visible' },
  'imageoptim-low': { score: 50, words: 'artefacts will be noticeable' },
} as const satisfies Record<string, TargetRow>;

/** The score that a degree of compression asks for at density 1; the optimizer lowers it for dense screens. */
export function targetFor(name: TargetName): number {
  return TARGETS[name].score;
}

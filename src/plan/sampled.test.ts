import { describe, expect, test } from 'vitest';
import type { Instruction, Program } from './program.ts';
import { sampled } from './sampled.ts';

const of = (...instructions: readonly Instruction[]): Program => ({
  ...{ frames: { first: 0, count: 1 }, color: 'srgb', instructions, alternatives: [] },
  ...{ size: { width: 9, height: 9 }, alpha: false, identity: false, unchanged: false },
  ...{ upright: false, output: { kind: 'source', sanitize: false } },
});
const scale = (filter: 'nearest' | 'lanczos3') =>
  ({ kind: 'scale', filter, width: 9, height: 9 }) as const;
const cut = { kind: 'extract', left: 1, top: 1, width: 9, height: 9 } as const;

describe('sampled', () => {
  test('scales by nearest pixels and leaves every other step', () => {
    const program = of(cut, scale('lanczos3'));
    expect(sampled(program)).toEqual({ ...program, instructions: [cut, scale('nearest')] });
  });

  test.each<[string, Program]>([
    ['nothing is scaled', of(cut)],
    ['nothing is blended', of(scale('nearest'))],
  ])('is none where %s', (_, program) => {
    expect(sampled(program)).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import { sourceInfo } from '../image/source-info.suite.ts';
import type { SourceInfo } from '../image/source-info.ts';
import { lower } from './lower.ts';
import { type Op, px } from './op.ts';
import { picture } from './output.ts';
import type { Plan } from './plan.ts';
import type { Instruction } from './program.ts';

const output = picture({ formats: [{ format: 'webp' }], quality: { kind: 'lossless' } });

function programOf(
  ops: readonly Op[],
  facts: Partial<SourceInfo>,
  frames: Plan['frames'] = { kind: 'all' },
) {
  const lowered = lower({ frames, ops, output }, sourceInfo(facts), new Set());
  if (lowered.kind !== 'program') throw new Error('expected a program');
  return lowered.program;
}

const instructions = (op: Op, width: number, height: number): readonly Instruction[] =>
  programOf([op], { width, height }).instructions;

describe('a blur', () => {
  test.each([
    // sigma, instructions, why
    [0.3, 1, 'the least that sharp does'],
    [0.29, 0, 'below, nothing changes'],
  ])('of sigma %d is %i instructions (%s)', (sigma, count) => {
    expect(instructions({ kind: 'blur', sigma: px(sigma) }, 90, 90)).toHaveLength(count);
  });
});

describe('a blurred frame', () => {
  const around = { top: px(0), right: px(0), bottom: px(0) };
  test.each([
    // width, height, sigma, why
    [980, 600, 30, 'a twentieth of the shorter side of the frame'],
    [30, 60, 4, 'four at least'],
    [9000, 8000, 200, 'two hundred at most'],
  ])('around %i x %i has sigma %d (%s)', (width, height, sigma) => {
    const pad: Op = { kind: 'pad', ...around, left: px(20), fill: { kind: 'blur' } };
    expect(instructions(pad, width, height)).toMatchObject([{ fill: { kind: 'blur', sigma } }]);
  });
});

describe('round corners', () => {
  test('are a fifth of the shorter side by default', () => {
    const [step] = instructions({ kind: 'mask', shape: { kind: 'corners' } }, 300, 200);
    expect(step).toMatchObject({ radii: [40, 40, 40, 40] });
  });

  test('are half of the shorter side at most', () => {
    const shape = { kind: 'corners', radii: [10, 100, 101, 999] } as const;
    const [step] = instructions({ kind: 'mask', shape }, 300, 200);
    expect(step).toMatchObject({ radii: [10, 100, 100, 100] });
  });
});

describe('frames', () => {
  const moving = { format: 'webp', pages: 4, delays: [10, 10, 10, 10] } as const;

  test.each([
    // asked, first, why
    [2, 2, 'by its index'],
    [3, 3, 'the last'],
    [4, 3, 'past the last'],
  ])('frame %i of four is %i (%s)', (index, first) => {
    const { frames, identity } = programOf([], moving, { kind: 'one', index });
    expect(frames).toEqual({ first, count: 1 });
    expect(identity).toBe(false);
  });

  test('all of them, unchanged, are the source itself', () => {
    expect(programOf([], moving)).toMatchObject({ frames: { count: 4 }, identity: true });
  });
});

import { describe, expect, test } from 'vitest';
import type { Instruction, Program } from './program.ts';
import { patterned, sampled } from './sampled.ts';

const of = (...instructions: readonly Instruction[]): Program => ({
  ...{ frames: { first: 0, count: 1 }, color: 'srgb', instructions, alternatives: [] },
  ...{ size: { width: 9, height: 9 }, alpha: false, identity: false, unchanged: false },
  ...{ upright: false, output: { kind: 'source', sanitize: false } },
});
const scale = (filter: 'nearest' | 'lanczos3') =>
  ({ kind: 'scale', filter, width: 9, height: 9 }) as const;
const cut = { kind: 'extract', left: 1, top: 1, width: 9, height: 9 } as const;

describe('sampled', () => {
  const thin = { kind: 'thin', by: 'lines', width: 9, height: 9 } as const;
  test.each<[string, number, Instruction[]]>([
    ['a ninth of the source by nearest pixels', 81, [scale('nearest')]],
    ['a side a little smaller by fewer lines first', 12, [thin, scale('nearest')]],
    ['a side made larger by nearest pixels', 6, [scale('nearest')]],
  ])('scales %s, and leaves every other step', (_, width, steps) => {
    const source = { width, height: 9 };
    const alone = sampled(source, of(scale('lanczos3')));
    expect(alone.map(({ instructions }) => instructions)).toEqual(steps.map((step) => [step]));
    const part = { ...cut, width };
    const behind = sampled({ width: 99, height: 99 }, of(part, scale('lanczos3')));
    expect(behind.map(({ instructions }) => instructions)).toEqual(
      steps.map((step) => [part, step]),
    );
  });

  test.each<[string, Program]>([
    ['nothing is scaled', of(cut)],
    ['nothing is blended', of(scale('nearest'))],
  ])('is none where %s', (_, program) => {
    expect(sampled({ width: 9, height: 9 }, program)).toEqual([]);
  });
});

describe('patterned', () => {
  const ways = (width: number, program: Program) =>
    patterned({ width, height: 9 }, program).map(({ instructions }) => instructions);

  test('leaves lines out in every way for patterns, then between bytes, the nearest first', () => {
    const made = ways(12, of(scale('lanczos3')));
    expect(made.map(([step]) => step?.kind === 'thin' && step.by)).toEqual([
      ...[
        'tiles',
        'own-tiles',
        'small-tiles',
        'packed-tiles',
        'large-cells',
        'cells',
        'packed-cells',
        'own-cells',
      ],
      ...['aligned-a-little', 'aligned-more', 'small-cells'],
      ...['aligned', 'aligned-much', 'aligned-most'],
      ...['most-rows', 'many-rows', 'half-rows', 'few-rows'],
    ]);
  });

  test.each<[string, number, Program]>([
    ['a side gets much smaller', 81, of(scale('lanczos3'))],
    ['a side gets larger', 6, of(scale('lanczos3'))],
    ['nothing is scaled', 12, of(cut)],
    ['the source is large', 60_000, of({ ...scale('lanczos3'), width: 50_000 })],
    ['it moves', 12, { ...of(scale('lanczos3')), frames: { first: 0, count: 2 } }],
  ])('is none where %s', (_, width, program) => {
    expect(ways(width, program)).toEqual([]);
  });
});

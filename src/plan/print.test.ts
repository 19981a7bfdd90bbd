import { describe, expect, test } from 'vitest';
import { sourceInfo } from '../image/source-info.suite.ts';
import { lower } from './lower.ts';
import { type Op, px, share } from './op.ts';
import { picture } from './output.ts';
import type { Plan } from './plan.ts';
import { printPlan, printProgram } from './print.ts';

const half: Op = {
  ...{ kind: 'resize', fit: 'inside', enlarge: 'never', filter: 'lanczos3' },
  width: share(0.5),
};
const film = sourceInfo({
  ...{ format: 'gif', width: 60, height: 40, pages: 5 },
  delays: [40, 40, 40, 40, 40],
});
const plan = (frames: Plan['frames'], format: 'gif' | 'png'): Plan => ({
  frames,
  ops: [half],
  output: picture({ formats: [{ format }], quality: { kind: 'lossless' } }),
});
const lines = (frames: Plan['frames'], format: 'gif' | 'png', info = film) => {
  const lowered = lower(plan(frames, format), info, new Set());
  if (lowered.kind !== 'program') throw new Error('expected a program');
  return printProgram(lowered.program);
};
const scale = 'scale filter lanczos3 -> 30x20';

describe('printProgram', () => {
  test.each<[string, string[], string[]]>([
    ['all frames', lines({ kind: 'all' }, 'gif'), ['frames 0..4', scale, 'encode gif 30x20']],
    ['the third', lines({ kind: 'one', index: 2 }, 'png'), ['frames 2..2', scale]],
    ['the last, asked for one too many', lines({ kind: 'one', index: 9 }, 'png'), ['frames 4..4']],
    ['the first goes without saying', lines({ kind: 'one', index: 0 }, 'png'), [scale]],
    [
      'a still',
      lines({ kind: 'all' }, 'gif', sourceInfo({ width: 60, height: 40 })),
      [scale, 'encode gif 30x20'],
    ],
  ])('%s', (_, printed, first) => {
    expect(printed.slice(0, first.length)).toEqual(first);
  });
});

describe('printPlan', () => {
  test('a frame, a share, a rule with all it may say', () => {
    const output = picture({
      formats: [
        { format: 'png', palette: 16, lossless: true, when: { alpha: true, accepts: 'png' } },
        { format: 'jpeg' },
      ],
      quality: { kind: 'target', score: 68 },
    });
    const text = printPlan({
      frames: { kind: 'one', index: 3 },
      ops: [half, { kind: 'blur', sigma: px(1.5) }],
      output,
    });
    expect(text.split('\n').slice(0, 6)).toEqual([
      'frame 3',
      'resize fit inside enlarge never filter lanczos3 width 50%',
      'blur sigma 1.5',
      'format png lossless palette 16 when alpha true, accepts png',
      'format jpeg',
      'quality (target score 68)',
    ]);
  });
});

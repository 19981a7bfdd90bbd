/** Which color space a program works in, where a request names colors. */
import { describe, expect, test } from 'vitest';
import { BLACK, type Color, WHITE } from '../../base/color.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { lower } from '../lower.ts';
import { type Op, px } from '../op.ts';
import { picture } from '../output.ts';
import type { Plan } from '../plan.ts';
import type { Program } from '../program.ts';

const PNG = picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } });

function program(
  ops: readonly Op[],
  { info, plan }: { info: Partial<SourceInfo>; plan: Pick<Plan, 'output'> },
): Program {
  const facts = sourceInfo({ width: 200, height: 100, ...info });
  const lowered = lower({ frames: { kind: 'all' }, ops, ...plan }, facts, new Set());
  if (lowered.kind !== 'program') throw new Error('expected a program');
  return lowered.program;
}

describe('a source whose profile is made of tables', () => {
  const output = { ...PNG, profile: 'keep' } as const;
  const tables: Partial<SourceInfo> = { profile: 'other', profileTables: true };
  const pad = (color: Color): Op => ({
    ...{ kind: 'pad', top: px(1), left: px(0), right: px(0), bottom: px(0) },
    fill: { kind: 'color', color },
  });
  const ink = { red: 9, green: 80, blue: 200, alpha: 1 };

  test.each<readonly [string, Program['color'], readonly Op[]]>([
    ['without steps', 'keep', []],
    ['beside white', 'keep', [pad(WHITE)]],
    ['beside black', 'keep', [pad(BLACK)]],
    ['beside a color', 'srgb', [pad(ink)]],
    [
      'under a border',
      'srgb',
      [{ kind: 'border', color: ink, sides: { top: 1, right: 1, bottom: 1, left: 1 } }],
    ],
    ['in one hue', 'srgb', [{ kind: 'tone', steps: [{ kind: 'monochrome', color: ink }] }]],
  ])('%s is read as %s', (_, color, ops) => {
    expect(program(ops, { info: tables, plan: { output } }).color).toBe(color);
    // One of colors and curves is kept, and the color is turned to its space.
    expect(program(ops, { info: { profile: 'other' }, plan: { output } }).color).toBe('keep');
  });

  test('on a background that may be seen comes to sRGB', () => {
    const on = (background: Color, alpha: boolean) =>
      program([], { info: { ...tables, alpha }, plan: { output: { ...output, background } } })
        .color;
    expect([on(ink, true), on(ink, false), on(WHITE, true)]).toEqual(['srgb', 'keep', 'keep']);
  });
});

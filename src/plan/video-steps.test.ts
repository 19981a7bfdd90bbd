/** What becomes of a plan whose output is a video (docs/spec/video.md 1). */
import { describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import type { SourceInfo } from '../image/source-info.ts';
import { lower } from './lower.ts';
import { picture } from './output.ts';
import type { Plan } from './plan.ts';
import type { Program } from './program.ts';

const output = picture({
  ...{ formats: [{ format: 'mp4' }, { format: 'gif' }], profile: 'keep' },
  quality: { kind: 'target', score: 70 },
});

function program(info: Partial<SourceInfo>, plan: Partial<Plan> = {}): Program {
  const lowered = lower(
    { frames: { kind: 'all' }, ops: [], output, ...plan },
    sourceInfo({
      ...{ format: 'gif', width: 40, height: 30, pages: 3, delays: [40, 50, 60], loop: 0 },
      ...info,
    }),
    new Set(),
  );
  if (lowered.kind !== 'program') throw new Error('expected a program');
  return lowered.program;
}

const fault = (code: Parameters<typeof isFault>[1]) =>
  expect.toSatisfy((error) => isFault(error, code));

describe('both sides are even (1.4)', () => {
  test.each<[number, number, number, number, string | undefined]>([
    // width, height, width and height after it, step
    [40, 30, 40, 30, undefined],
    [41, 30, 40, 30, 'extract'],
    [40, 31, 40, 30, 'extract'],
    [41, 31, 40, 30, 'extract'],
    [3, 3, 2, 2, 'extract'],
    [2, 2, 2, 2, undefined],
    [1, 1, 2, 2, 'scale'],
    [1, 30, 2, 30, 'scale'],
    [1, 31, 2, 30, 'scale'],
    [31, 1, 30, 2, 'scale'],
    [2, 1, 2, 2, 'scale'],
  ])('%i x %i becomes %i x %i', (width, height, evenWidth, evenHeight, kind) => {
    const { size, instructions } = program({ width, height });
    const even = { width: evenWidth, height: evenHeight };
    expect(size).toEqual(even);
    expect(instructions).toMatchObject(kind === undefined ? [] : [{ kind, ...even }]);
    if (kind === 'extract') expect(instructions).toMatchObject([{ left: 0, top: 0 }]);
    if (kind === 'scale') expect(instructions).toMatchObject([{ filter: 'nearest' }]);
  });
});

test('a video is no file as it was, has all its frames, and says no color space but its own', () => {
  expect(program({ profile: 'other' })).toMatchObject({
    ...{ unchanged: false, identity: false, color: 'srgb', chosen: { format: 'mp4' } },
    frames: { first: 0, count: 3 },
  });
});

describe('at most an hour (1.7)', () => {
  const hour = Array.from({ length: 360 }, () => 10_000);
  test('a second more is refused', () => {
    expect(program({ pages: 360, delays: hour }).frames.count).toBe(360);
    const more = [...hour, 1000];
    expect(() => program({ pages: 361, delays: more })).toThrow(fault('result-too-large'));
  });

  test('frames count as long as they are shown (1.2)', () => {
    const short = Array.from({ length: 36_001 }, () => 10);
    expect(() => program({ pages: 36_001, delays: short, width: 2, height: 2 })).toThrow(
      fault('result-too-large'),
    );
    const long = Array.from({ length: 36_001 }, () => 11);
    expect(program({ pages: 36_001, delays: long, width: 2, height: 2 }).frames.count).toBe(36_001);
  });

  test('the times that are played count, not those of the source', () => {
    const played = { playing: { rate: 1 } };
    const quick = (pages: number) => ({ pages, delays: Array.from({ length: pages }, () => 40) });
    expect(() => program(quick(3601), played)).toThrow(fault('result-too-large'));
    expect(program(quick(3600), played).playing?.delays[0]).toBe(1000);
    expect(program({ pages: 361, delays: [...hour, 1000] }, played).frames.count).toBe(361);
  });
});

/** Frames of an animation in a plan: their one spelling, their program, their text. */
import { describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { FrameChoice, Playing } from './animation/frame-choice.ts';
import { canonicalize, canonicalPlan } from './canonicalize.ts';
import { lower } from './lower.ts';
import { picture } from './output.ts';
import { freezePlan, type Plan } from './plan.ts';
import { printPlan, printProgram } from './print.ts';

const DELAYS = [40, 50, 60, 70, 80];
const FILM = sourceInfo({
  ...{ format: 'gif', width: 60, height: 40, pages: 5, delays: DELAYS, loop: 2 },
});

const plan = (
  choice?: FrameChoice,
  playing?: Playing,
  output: Partial<Parameters<typeof picture>[0]> = {},
): Plan => ({
  frames: { kind: 'all', ...(choice ? { choice } : {}) },
  ops: [],
  output: picture({ formats: [{ format: 'gif' }], quality: { kind: 'lossless' }, ...output }),
  ...(playing ? { playing } : {}),
});

const program = (given: Plan, info: SourceInfo = FILM) => {
  const lowered = lower(given, info, new Set());
  if (lowered.kind !== 'program') throw new Error('expected a program');
  return lowered.program;
};

describe('a choice of frames', () => {
  test.each<[FrameChoice, number[]]>([
    [{ first: 1 }, [1, 2, 3, 4]],
    [{ last: 2 }, [0, 1, 2]],
    [{ every: 2 }, [0, 2, 4]],
    [{ without: 2 }, [0, 2, 4]],
    [{ reverse: true }, [4, 3, 2, 1, 0]],
    [{ first: 1, last: 3, reverse: true }, [3, 2, 1]],
  ])('%j plays %j, each as long as in the source', (choice, pages) => {
    const { frames, playing, unchanged } = program(plan(choice));
    expect(frames).toStrictEqual({ first: pages[0], count: pages.length, pages });
    expect(playing).toStrictEqual({ delays: pages.map((page) => DELAYS[page]), loop: 2 });
    expect(unchanged).toBe(false);
    // A meaning of its own, and its only spelling.
    expect(canonicalize(plan(choice)).frames).toStrictEqual({ kind: 'all', choice });
  });

  test.each<[FrameChoice]>([
    [{ first: 0 }],
    [{ every: 1 }],
    [{ without: 1 }],
    [{ without: 0, first: 0, every: 1 }],
  ])('%j keeps all, and goes without saying', (choice) => {
    expect(canonicalize(plan(choice)).frames).toStrictEqual({ kind: 'all' });
    const { frames, unchanged, ...rest } = program(plan(choice));
    expect(frames).toStrictEqual({ first: 0, count: 5 });
    expect(rest).not.toHaveProperty('playing');
    expect(unchanged).toBe(true);
  });

  test('that has all frames in their order changes nothing either', () => {
    expect(program(plan({ last: 4 }))).toMatchObject({ unchanged: true });
    expect(program(plan({ last: 4 })).frames).toStrictEqual({ first: 0, count: 5 });
  });

  test('of one frame is a still of it', () => {
    const { frames, ...rest } = program(plan({ first: 3, last: 3 }));
    expect(frames).toStrictEqual({ first: 3, count: 1 });
    expect(rest).not.toHaveProperty('playing');
    expect(rest.unchanged).toBe(false);
  });

  test('where the format does not move, its first frame is shown', () => {
    const still = plan({ reverse: true }, undefined, { formats: [{ format: 'jpeg' }] });
    expect(program(still).frames).toStrictEqual({ first: 4, count: 1 });
  });

  test('means nothing for a still', () => {
    const photo = sourceInfo({ format: 'gif', width: 60, height: 40 });
    expect(program(plan({ first: 3, reverse: true }), photo).frames).toStrictEqual({
      first: 0,
      count: 1,
    });
  });
});

describe('how frames are played', () => {
  test.each<[Playing, Playing | undefined, object | undefined]>([
    // asked, canonical, in the program
    [{ loop: 0 }, { loop: 0 }, { delays: DELAYS, loop: 0 }],
    [{ loop: 2 }, { loop: 2 }, undefined],
    [{ rate: 25 }, { rate: 25 }, { delays: [40, 40, 40, 40, 40], loop: 2 }],
    [
      { rate: 10, loop: 7 },
      { rate: 10, loop: 7 },
      { delays: Array(5).fill(100), loop: 7 },
    ],
    [{}, undefined, undefined],
  ])('%j', (asked, canonical, lowered) => {
    expect(canonicalize(plan(undefined, asked)).playing).toStrictEqual(canonical);
    const made = program(plan(undefined, asked));
    expect(made.playing).toStrictEqual(lowered);
    expect(made.unchanged).toBe(lowered === undefined);
  });
});

describe('a plan for animations alone', () => {
  const only = plan(undefined, undefined, { onlyAnimations: true });
  const codeOf = (info: Partial<SourceInfo>, given = only) => {
    try {
      program(given, sourceInfo(info));
      return 'fine';
    } catch (error) {
      return isFault(error) ? error.code : String(error);
    }
  };

  test.each<[string, Partial<SourceInfo>, string]>([
    ['an animation', FILM, 'fine'],
    ['a still', { format: 'gif' }, 'bad-parameter'],
    ['pages of a document', { format: 'tiff', pages: 3 }, 'bad-parameter'],
    ['frames that are not read', { format: 'png', animated: true }, 'source-unsupported'],
  ])('%s: %s', (_, info, code) => {
    expect(codeOf(info)).toBe(code);
    expect(codeOf(info, plan())).toBe('fine');
  });

  test('one frame of an animation is a still', () => {
    expect(codeOf(FILM, { ...only, frames: { kind: 'one', index: 0 } })).toBe('bad-parameter');
  });
});

test('frames, times and inks stand in the text before the steps', () => {
  const text = printPlan({
    ...plan({ first: 1, reverse: true }, { loop: 0, rate: 25 }),
    cmyk: 'press',
  });
  expect(text.split('\n').slice(0, 4)).toEqual([
    'frames first 1 reverse true',
    'playing loop 0 rate 25',
    'cmyk press',
    'format gif',
  ]);
  expect(printProgram(program(plan({ reverse: true })))[0]).toBe('frames 4 3 2 1 0');
});

test('a plan that is asked about again has the same canonical plan', () => {
  const given = freezePlan(plan({ every: 1 }));
  const canonical = canonicalPlan(given);
  expect(canonical).toStrictEqual(canonicalize(given));
  expect(canonicalPlan(given)).toBe(canonical);
  expect(canonicalPlan(freezePlan(plan({ every: 2 })))).not.toEqual(canonical);
});

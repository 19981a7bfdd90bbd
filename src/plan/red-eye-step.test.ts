import { describe, expect, test } from 'vitest';
import { sourceInfo } from '../image/source-info.suite.ts';
import { lower } from './lower.ts';
import type { Op } from './op.ts';
import { picture } from './output.ts';
import { freezePlan } from './plan.ts';
import type { Instruction } from './program.ts';
import { withRedEyes } from './red-eye-step.ts';

const INFO = sourceInfo({ width: 800, height: 600 });
const EYE = { x: 200, y: 100, radius: 10 };

const extract = { kind: 'extract', left: 100, top: 50, width: 400, height: 400 } as const;
const scale = { kind: 'scale', filter: 'lanczos3', width: 200, height: 100 } as const;
const blur = { kind: 'blur', sigma: 2, width: 800, height: 600 } as const;

describe('where red is taken out', () => {
  test.each<[string, readonly Instruction[], number, object]>([
    ['no step', [], 0, { x: 200, y: 100, radiusX: 10, radiusY: 10 }],
    ['a window', [extract], 1, { x: 100, y: 50, radiusX: 10, radiusY: 10 }],
    ['a stretch', [extract, scale], 2, { x: 50, y: 12.5, radiusX: 5, radiusY: 2.5 }],
    [
      'a quarter turn',
      [{ kind: 'orient', turn: 90, mirror: false, width: 600, height: 800 }],
      1,
      { x: 500, y: 200, radiusX: 10, radiusY: 10 },
    ],
    ['a blur', [blur], 0, { x: 200, y: 100, radiusX: 10, radiusY: 10 }],
  ])('beside %s', (_name, instructions, place, disc) => {
    const steps = withRedEyes(instructions, [EYE], INFO);
    const { width, height } = instructions[place - 1] ?? INFO;
    expect(steps[place]).toMatchObject({ kind: 'red-eye', width, height });
    const step = steps[place];
    if (step?.kind !== 'red-eye') throw new Error('expected a red-eye step');
    for (const [name, value] of Object.entries(disc)) {
      expect(step.discs[0]?.[name as 'x']).toBeCloseTo(value, 6);
    }
    expect(steps.filter(({ kind }) => kind !== 'red-eye')).toEqual(instructions);
  });

  test('a program that does not show the eye has no such step', () => {
    const beside = { ...extract, left: 300 };
    expect(withRedEyes([beside], [EYE], INFO)).toEqual([beside]);
    expect(withRedEyes([], [], INFO)).toEqual([]);
  });
});

const OUTPUT = picture({ formats: [{ format: 'source' }], quality: { kind: 'quality', jpeg: 75 } });
const planOf = (...ops: Op[]) => freezePlan({ frames: { kind: 'all' }, ops, output: OUTPUT });
const jpeg = sourceInfo({ width: 800, height: 600, format: 'jpeg' });
const faces = [
  {
    confidence: 0.9,
    bounds: { left: 100, top: 50, width: 200, height: 200 },
    leftEye: { ...EYE, width: 40 },
    rightEye: { x: 260, y: 100, width: 40 },
    mouth: { x: 230, y: 200 },
  },
];

describe('lowering', () => {
  test('red-eye asks for faces, then for red eyes in them', () => {
    const plan = planOf({ kind: 'red-eye' });
    const none = new Set<never>();
    expect(lower(plan, jpeg, none)).toEqual({ kind: 'find', finding: 'faces' });
    const known = { findings: { faces } };
    expect(lower(plan, jpeg, none, known)).toEqual({ kind: 'find', finding: 'redEyes' });
    const all = { findings: { faces, redEyes: [EYE] } };
    expect(lower(plan, jpeg, none, all)).toMatchObject({
      program: { instructions: [{ kind: 'red-eye' }], identity: false, unchanged: false },
    });
  });

  test.each([
    ['no faces', { faces: [] }],
    ['faces without red eyes', { faces, redEyes: [] }],
  ])('%s leave the source as it is', (_name, findings) => {
    expect(lower(planOf({ kind: 'red-eye' }), jpeg, new Set(), { findings })).toMatchObject({
      program: { instructions: [], identity: true },
    });
  });

  test('enhance asks for the curve, and a source that needs none stays as it is', () => {
    const plan = planOf({ kind: 'enhance' });
    expect(lower(plan, jpeg, new Set())).toEqual({ kind: 'find', finding: 'enhancement' });
    const none = { findings: { enhancement: 'none' as const } };
    expect(lower(plan, jpeg, new Set(), none)).toMatchObject({
      program: { instructions: [], identity: true },
    });
    const enhancement = { black: 9, white: 240, exponent: 1, contrast: 0.1, vibrance: 0 };
    expect(lower(plan, jpeg, new Set(), { findings: { enhancement } })).toMatchObject({
      program: {
        instructions: [{ kind: 'enhance', ...enhancement, width: 800, height: 600 }],
        identity: false,
      },
    });
  });

  test.each([
    ['an animation', sourceInfo({ format: 'webp', pages: 5, delays: [9, 9, 9, 9, 9] })],
    ['an animated PNG', sourceInfo({ format: 'png', animated: true })],
    ['a still of an animation', sourceInfo({ format: 'gif', pages: 5 })],
  ])('%s is not looked at', (_name, info) => {
    for (const kind of ['red-eye', 'enhance'] as const) {
      expect(lower(planOf({ kind }), info, new Set()).kind).toBe('program');
    }
  });

  test.each([
    ['a palette', sourceInfo({ format: 'png', palette: 40 })],
    ['a drawing', sourceInfo({ format: 'svg' })],
  ])('%s is not enhanced', (_name, info) => {
    expect(lower(planOf({ kind: 'enhance' }), info, new Set())).toMatchObject({
      program: { instructions: [] },
    });
  });

  test('pages of a document are pictures of their own', () => {
    const info = sourceInfo({ format: 'tiff', pages: 3 });
    expect(lower(planOf({ kind: 'enhance' }), info, new Set()).kind).toBe('find');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Face } from '../../image/face.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import { canonicalize } from '../canonicalize.ts';
import { lower } from '../lower.ts';
import type { Op, OpOf } from '../op.ts';
import { picture } from '../output.ts';
import { freezePlan } from '../plan.ts';
import type { Instruction } from '../program.ts';
import { withHiddenFaces } from './hide-faces-step.ts';

const INFO = sourceInfo({ width: 800, height: 600, format: 'jpeg' });
const OP: OpOf<'hide-faces'> = { kind: 'hide-faces', by: 'blur', strength: 0.1 };

function faceAt(left: number, top: number, width: number, height: number): Face {
  return {
    confidence: 0.9,
    bounds: { left, top, width, height },
    leftEye: { x: left, y: top, width: 5 },
    rightEye: { x: left, y: top, width: 5 },
    mouth: { x: left, y: top },
  };
}

const FACE = faceAt(200, 100, 100, 200);
const extract = { kind: 'extract', left: 100, top: 50, width: 400, height: 400 } as const;
const scale = { kind: 'scale', filter: 'lanczos3', width: 200, height: 100 } as const;
const blur = { kind: 'blur', sigma: 2, width: 800, height: 600 } as const;
const quarter = { kind: 'orient', turn: 90, mirror: false, width: 600, height: 800 } as const;

describe('where faces are hidden', () => {
  test.each<[string, readonly Instruction[], number, object]>([
    ['no step', [], 0, { left: 185, top: 50, width: 130, height: 280, detail: 20 }],
    ['a window', [extract], 1, { left: 85, top: 0, width: 130, height: 280, detail: 20 }],
    ['a stretch', [extract, scale], 2, { left: 42.5, top: 0, width: 65, height: 70, detail: 5 }],
    // The forehead is on the right then.
    ['a quarter turn', [quarter], 1, { left: 270, top: 185, width: 280, height: 130, detail: 20 }],
    ['a blur', [blur], 0, { left: 185, top: 50, width: 130, height: 280, detail: 20 }],
  ])('beside %s', (_name, instructions, at, place) => {
    const steps = withHiddenFaces(instructions, [OP], [FACE], INFO);
    const { width, height } = instructions[at - 1] ?? INFO;
    expect(steps[at]).toMatchObject({ kind: 'hide-faces', by: 'blur', width, height });
    const step = steps[at];
    if (step?.kind !== 'hide-faces') throw new Error('expected a step that hides faces');
    for (const [name, value] of Object.entries(place)) {
      expect(step.places[0]?.[name as 'left']).toBeCloseTo(value, 6);
    }
    expect(steps.filter(({ kind }) => kind !== 'hide-faces')).toEqual(instructions);
  });

  test('a part of a face is hidden as well, however small', () => {
    const rim = { ...extract, left: 310, width: 100 };
    expect(withHiddenFaces([rim], [OP], [FACE], INFO)).toHaveLength(2);
    expect(withHiddenFaces([{ ...extract, left: 320 }], [OP], [FACE], INFO)).toHaveLength(1);
  });

  test('each op is a step, and all faces are in it', () => {
    const blocks: OpOf<'hide-faces'> = { ...OP, by: 'blocks', strength: 0.5 };
    const steps = withHiddenFaces([], [OP, blocks], [FACE, faceAt(500, 100, 60, 60)], INFO);
    expect(steps).toMatchObject([
      { by: 'blur', places: [{ detail: 20 }, { detail: 6 }] },
      { by: 'blocks', places: [{ detail: 100 }, { detail: 30 }] },
    ]);
  });

  test('every face that is in the picture at all has its place', () => {
    const side = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), side, side, (left, width, height) => {
        const window = { kind: 'extract', left, top: 100, width, height } as const;
        const shown = left < 300 && left + width > 200;
        const steps = withHiddenFaces([window], [OP], [FACE], INFO);
        if (shown) expect(steps).toHaveLength(2);
      }),
    );
  });
});

const OUTPUT = picture({ formats: [{ format: 'source' }], quality: { kind: 'quality', jpeg: 75 } });
const planOf = (...ops: Op[]) => freezePlan({ frames: { kind: 'all' }, ops, output: OUTPUT });
const none = new Set<never>();

describe('lowering', () => {
  test('asks for faces, and hides them behind red eyes', () => {
    const plan = planOf(OP, { kind: 'red-eye' });
    expect(lower(plan, INFO, none)).toEqual({ kind: 'find', finding: 'faces' });
    const findings = { faces: [FACE], redEyes: [{ x: 250, y: 200, radius: 5 }] };
    expect(lower(plan, INFO, none, { findings })).toMatchObject({
      program: { instructions: [{ kind: 'red-eye' }, { kind: 'hide-faces' }], identity: false },
    });
  });

  test('a picture without faces stays as it is', () => {
    expect(lower(planOf(OP), INFO, none, { findings: { faces: [] } })).toMatchObject({
      program: { instructions: [], identity: true },
    });
  });

  test('an animation is asked for the faces of all its frames, one frame for its own', () => {
    const moving = { ...INFO, format: 'webp' as const, pages: 9, delays: Array(9).fill(100) };
    expect(lower(planOf(OP), moving, none)).toEqual({ kind: 'find', finding: 'facesInMotion' });
    const frame = freezePlan({ ...planOf(OP), frames: { kind: 'one', index: 3 } });
    expect(lower(frame, moving, none)).toEqual({ kind: 'find', finding: 'faces' });
    const findings = { facesInMotion: [FACE] };
    expect(lower(planOf(OP), moving, none, { findings })).toMatchObject({
      program: { instructions: [{ kind: 'hide-faces' }], frames: { count: 9 } },
    });
  });

  test('no strength is no step', () => {
    expect(canonicalize(planOf({ ...OP, strength: 0 })).ops).toEqual([]);
  });
});

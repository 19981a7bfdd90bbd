import { describe, expect, test } from 'vitest';
import { joinPng, pngChunks } from '../png.ts';
import { type TestApng, type TestFrame, testApng } from './apng.suite.ts';
import { leavesClear, readApng } from './apng.ts';

const RED: TestFrame = { color: [200, 0, 0] };
const BLUE: TestFrame = { color: [0, 0, 200], box: [2, 1, 3, 2] };
const MOVING: TestApng = { width: 8, height: 6, frames: [RED, BLUE, RED] };

/** The file with its chunks made otherwise. */
const remade = (change: (names: string[], wholes: Uint8Array[]) => Uint8Array[]) => {
  const { chunks } = pngChunks(testApng(MOVING));
  return joinPng(
    change(
      chunks.map(({ name }) => name),
      chunks.map(({ whole }) => whole),
    ),
  );
};

describe('readApng', () => {
  test('tells frames, their places and how often they play', () => {
    const apng = readApng(testApng({ ...MOVING, plays: 3 }));
    expect(apng).toMatchObject({ size: { width: 8, height: 6 }, plays: 3 });
    expect(apng?.frames.map(({ left, top, width, height }) => [left, top, width, height])).toEqual([
      [0, 0, 8, 6],
      [2, 1, 3, 2],
      [0, 0, 8, 6],
    ]);
    expect(apng?.frames.map(({ data }) => data.length)).toEqual([1, 2, 2]);
    expect(apng?.shared.map(({ name }) => name)).toEqual(['IHDR']);
  });

  test.each<[TestFrame['delay'], number, string]>([
    [[1, 10], 100, 'a tenth'],
    [[7, 0], 70, 'without a denominator hundredths'],
    [[0, 25], 0, 'as short as can be'],
    [[1, 30], 33, 'rounded'],
    [[65535, 1], 65_535_000, 'the longest'],
  ])('a delay of %j is %i milliseconds (%s)', (delay, expected) => {
    const frames = [{ ...RED, ...(delay ? { delay } : {}) }, BLUE];
    expect(readApng(testApng({ ...MOVING, frames }))?.frames[0]?.delay).toBe(expected);
  });

  test.each<[number, number, string, string]>([
    [0, 0, 'keep', 'source'],
    [1, 1, 'clear', 'over'],
    [2, 0, 'restore', 'source'],
  ])('disposal %i and blending %i are %s and %s', (dispose, blend, disposal, how) => {
    const frames = [RED, { ...BLUE, dispose, blend }];
    const apng = readApng(testApng({ ...MOVING, frames }));
    expect(apng?.frames[1]).toMatchObject({ disposal, blend: how });
  });

  test('the picture for stills is no frame unless one is told before it', () => {
    const apng = readApng(testApng({ ...MOVING, hidden: [0, 200, 0] }));
    expect(apng?.frames.length).toBe(3);
    expect(apng?.frames[0]?.data.length).toBe(2);
  });

  test('no more frames count than are told, and none that are missing', () => {
    expect(readApng(testApng({ ...MOVING, told: 2 }))?.frames.length).toBe(2);
    expect(readApng(testApng({ ...MOVING, told: 9 }))?.frames.length).toBe(3);
  });

  test.each<[string, Uint8Array]>([
    ['one frame is told', testApng({ ...MOVING, told: 1 })],
    ['one frame', testApng({ ...MOVING, frames: [RED] })],
    [
      'a frame beyond the canvas',
      testApng({ ...MOVING, frames: [RED, { ...BLUE, box: [6, 1, 3, 2] }] }),
    ],
    ['an unknown disposal', testApng({ ...MOVING, frames: [RED, { ...BLUE, dispose: 3 }] })],
    ['an unknown blending', testApng({ ...MOVING, frames: [RED, { ...BLUE, blend: 2 }] })],
    ['a first frame smaller than IDAT', testApng({ ...MOVING, frames: [BLUE, RED] })],
    [
      'a number is missing',
      remade((names, wholes) => wholes.filter((_, i) => i !== names.indexOf('fdAT'))),
    ],
    [
      'a frame without pixels',
      remade((names, wholes) => wholes.filter((_, i) => names[i] !== 'fdAT')),
    ],
    ['no end', testApng(MOVING).subarray(0, -12)],
    [
      'told behind the pixels',
      remade((names, wholes) => {
        const at = names.indexOf('acTL');
        return [...wholes.slice(0, at), ...wholes.slice(at + 1, -1), wholes[at]!, wholes.at(-1)!];
      }),
    ],
    ['nothing', new Uint8Array(0)],
  ])('a still: %s', (_, bytes) => {
    expect(readApng(bytes)).toBeUndefined();
  });
});

describe('leavesClear', () => {
  test.each<[Partial<TestApng>, boolean, string]>([
    [{}, false, 'frames that stay'],
    [{ frames: [RED, { ...BLUE, dispose: 1 }, RED] }, true, 'one that is cleared away'],
    [{ frames: [RED, { ...BLUE, dispose: 1 }] }, false, 'the last one is not seen cleared'],
    [{ frames: [RED, { ...BLUE, dispose: 2 }, RED] }, false, 'what was there is opaque'],
    [{ frames: [{ ...RED, dispose: 2 }, BLUE] }, true, 'before the first there was nothing'],
    [{ hidden: [0, 0, 0], frames: [BLUE, RED] }, true, 'the first covers a part'],
  ])('%j: %s (%s)', (change, expected) => {
    expect(leavesClear(readApng(testApng({ ...MOVING, ...change }))!)).toBe(expected);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerTime } from './answer-time.ts';

function taught(...milliseconds: number[]): AnswerTime {
  const time = new AnswerTime();
  for (const one of milliseconds) time.note(one);
  return time;
}
const times = (count: number, milliseconds: number) => Array<number>(count).fill(milliseconds);

describe('the wait for a store', () => {
  test.each([
    // answers               work   wait  why
    [[], 1000, 150, 'nothing is known: a near one is supposed'],
    [times(20, 5), 1000, 150, 'near: longer than any usual answer'],
    [times(20, 5), 10, 150, 'near: whatever the work takes'],
    [[...times(20, 5), 300], 1000, 337, 'one slow answer among quick ones is waited for'],
    [times(20, 300), 1000, 100, 'slow: a tenth of the work'],
    [times(20, 300), 50, 5, 'slow: a tenth of little'],
    [times(20, 300), 0, 0, 'slow: not at all'],
  ] as const)('after %j, beside work of %i ms, is %i ms (%s)', (answers, work, wait, _why) => {
    expect(Math.round(taught(...answers).wait(work))).toBe(wait);
  });

  test('is short from the third slow answer on, and long again when it is near', () => {
    const time = taught(...times(50, 5));
    for (let i = 0; i < 3; i++) time.note(300);
    expect(time.wait(1000)).toBeLessThanOrEqual(100);
    for (let i = 0; i < 20; i++) time.note(5);
    expect(time.wait(1000)).toBeGreaterThanOrEqual(150);
  });

  test('is never negative, endless or more than its bounds', () => {
    const answer = fc.double({ min: 0, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(fc.array(answer), answer, (answers, work) => {
        const wait = taught(...answers).wait(work);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(Math.max(400, work / 10));
      }),
    );
  });
});

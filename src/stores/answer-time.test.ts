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
  test.each<[number[], number, string]>([
    // answers                   wait  why
    [[], 250, 'nothing is known: a near one is supposed'],
    [times(20, 5), 250, 'near: longer than any usual answer'],
    [[...times(20, 5), 300], 337, 'one slow answer among quick ones is waited for'],
    [times(20, 300), 0, 'slow: not at all'],
  ])('after %j is %i ms (%s)', (answers, wait, _why) => {
    expect(Math.round(taught(...answers).wait())).toBe(wait);
  });

  test('is none from the third slow answer on, and there again when it is near', () => {
    const time = taught(...times(50, 5));
    for (let i = 0; i < 3; i++) time.note(300);
    expect(time.wait()).toBe(0);
    for (let i = 0; i < 20; i++) time.note(5);
    expect(time.wait()).toBeGreaterThanOrEqual(250);
  });

  test('is none, or between its bounds', () => {
    const answer = fc.double({ min: 0, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(fc.array(answer), (answers) => {
        const wait = taught(...answers).wait();
        expect(wait === 0 || (wait >= 250 && wait <= 1000)).toBe(true);
      }),
    );
  });
});

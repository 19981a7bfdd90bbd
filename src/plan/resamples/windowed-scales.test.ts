import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instruction } from '../program.ts';
import { withWindowedScales } from './windowed-scales.ts';

const LONGEST = 1000;
const tooLarge = ({ width, height }: { width: number; height: number }) =>
  Math.max(width, height) > LONGEST;
const windowed = (instructions: readonly Instruction[], width: number, height: number) =>
  withWindowedScales(instructions, { width, height }, tooLarge);
const scale = (width: number, height: number): Instruction => ({
  kind: 'scale',
  filter: 'lanczos3',
  width,
  height,
});
const extract = (left: number, top: number, width: number, height: number): Instruction => ({
  kind: 'extract',
  left,
  top,
  width,
  height,
});

describe('a scale that is cut afterwards', () => {
  test('is cut before where it is too large', () => {
    expect(windowed([scale(10_000, 100), extract(4950, 0, 100, 100)], 2000, 20)).toEqual([
      extract(987, 0, 26, 20),
      scale(130, 100),
      extract(15, 0, 100, 100),
    ]);
  });

  test('stays as it is where it is not, where nothing is cut, and where something stands between', () => {
    const turned: Instruction = {
      kind: 'orient',
      turn: 90,
      mirror: false,
      width: 20,
      height: 3000,
    };
    for (const steps of [
      [scale(900, 90), extract(0, 0, 10, 10)],
      [scale(3000, 20)],
      [scale(3000, 20), turned, extract(0, 0, 10, 10)],
      [extract(0, 0, 10, 10), scale(20, 20)],
    ]) {
      expect(windowed(steps, 1500, 30)).toEqual(steps);
    }
  });

  test('counts from the size that the step before left', () => {
    const before = extract(0, 0, 100, 20);
    expect(windowed([before, scale(2000, 400), extract(0, 0, 200, 400)], 1500, 30)).toEqual([
      before,
      extract(0, 0, 13, 20),
      scale(260, 400),
      extract(0, 0, 200, 400),
    ]);
  });

  test('shows the same part of the source, at the same size', () => {
    const side = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(
        side,
        side,
        fc.double({ min: 1, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (width, height, factor, share, place) => {
          const whole = { width: Math.round(width * factor), height: Math.round(height * factor) };
          const part = Math.max(1, Math.round(whole.width * share));
          const left = Math.round((whole.width - part) * place);
          const steps = [scale(whole.width, whole.height), extract(left, 0, part, whole.height)];
          const made = windowed(steps, width, height);
          const last = made.at(-1)!;
          expect([last.width, last.height]).toEqual([part, whole.height]);
          if (made.length === 2) return;
          const [first, enlarged, cut] = made;
          if (first?.kind !== 'extract' || cut?.kind !== 'extract')
            throw new Error('expected windows');
          expect(first.left >= 0 && first.left + first.width <= width).toBe(true);
          expect(cut.left >= 0 && cut.left + cut.width <= enlarged!.width).toBe(true);
          // Both ends stand where they stood in the source, to a pixel of the result and the rounding of the scale
          const exact = whole.width / width;
          for (const at of [0, part]) {
            const was = (left + at) / exact;
            const is = first.left + ((cut.left + at) * first.width) / enlarged!.width;
            expect(Math.abs(is - was) * exact).toBeLessThan(2);
          }
        },
      ),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import type { Instruction } from '../plan/program.ts';
import { card } from '../raster/pictures.suite.ts';
import { extract } from './geometry.ts';
import { setUpVips } from './loader-policy.ts';
import { orient } from './pipeline.ts';
import { foldIntoLoad, type LoadTransform } from './shrink-on-load.ts';

setUpVips({ concurrency: 1 });

const turns = fc.record({
  turn: fc.constantFrom(0, 90, 180, 270),
  mirror: fc.boolean(),
});

/** A program of turns and windows that fits a picture of 12 by 7. */
const programs = fc.array(fc.oneof(turns, fc.constant('window' as const)), { maxLength: 5 });

async function stepwise(start: Raster, steps: readonly Instruction[]): Promise<Raster> {
  let raster = start;
  for (const step of steps) {
    if (step.kind === 'orient') raster = await orient(raster, step);
    if (step.kind === 'extract') raster = extract(raster, step);
  }
  return raster;
}

async function atOnce(start: Raster, transform: LoadTransform): Promise<Raster> {
  return orient(transform.window ? extract(start, transform.window) : start, transform.turn);
}

describe('foldIntoLoad', () => {
  test('turns and windows as one step show the same pixels', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        let size = { width: 12, height: 7 };
        const steps = program.map((part): Instruction => {
          if (part === 'window') {
            size = { width: Math.max(1, size.width - 2), height: Math.max(1, size.height - 1) };
            return { kind: 'extract', left: Math.min(1, size.width - 1), top: 0, ...size };
          }
          const sideways = part.turn % 180 === 90;
          size = sideways ? { width: size.height, height: size.width } : size;
          return { kind: 'orient', turn: part.turn as 90, mirror: part.mirror, ...size };
        });
        // A window of a side that is one pixel already stays at its place.
        const start = card(12, 7);
        const { transform, rest } = foldIntoLoad(start, steps);
        expect(rest).toEqual([]);
        expect((await atOnce(start, transform)).data).toEqual((await stepwise(start, steps)).data);
      }),
      { numRuns: 60 },
    );
  });

  test('a scale is said in the axes of the stored picture', () => {
    const { transform, rest } = foldIntoLoad({ width: 400, height: 200 }, [
      { kind: 'orient', turn: 90, mirror: false, width: 200, height: 400 },
      { kind: 'scale', width: 50, height: 100, filter: 'lanczos3' },
      { kind: 'extract', left: 0, top: 0, width: 50, height: 50 },
    ]);
    expect(transform.scale).toEqual({ width: 100, height: 50, filter: 'lanczos3' });
    expect(transform.turn).toEqual({ turn: 90, mirror: false });
    expect(rest.map(({ kind }) => kind)).toEqual(['extract']);
  });
});

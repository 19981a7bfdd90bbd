import { randomInt } from 'node:crypto';
import { defineConfig } from 'vitest/config';

/** Seed of every property of this run, a whole number of 32 bits; see test/support/seed.ts. */
const seed = process.env.FC_SEED ?? String(randomInt(2 ** 31));
if (!/^-?\d{1,10}$/.test(seed)) throw new Error(`expected a whole number for FC_SEED, got ${seed}`);
process.env.FC_SEED = seed;

/**
 * Rooms whose modules keep nothing that a test could leave behind for another: their files share
 * one process, which saves starting Node and compiling the same modules anew for each.
 */
const PURE = ['base', 'containers', 'dialects', 'gif', 'image', 'jpeg', 'metadata', 'metrics']
  .concat(['optimizer', 'plan', 'raster', 'svg', 'vips', 'vision'])
  .map((room) => `src/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    setupFiles: ['test/support/seed.ts'],
    globalSetup: ['test/support/seed-report.ts'],
    env: { FC_SEED: seed },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores are the machine this is developed on; native image work brings its own threads.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      {
        extends: true,
        test: { name: 'whole', include: ['src/**/*.test.ts', 'test/**/*.test.ts'], exclude: PURE },
      },
    ],
  },
});

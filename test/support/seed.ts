/**
 * One seed for every property of a run, so that a run can be repeated: `FC_SEED=123 npm test`.
 *
 * `vitest.config.ts` takes the seed from the environment or draws one; each
 * test file begins by handing it to fast-check, and the last line of the run
 * names it, passed or failed.
 */
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.FC_SEED) });

/** What the tests of the tables use. */
export { EXPECTATIONS, judge } from './judge.mjs';
export { MOUNTS } from './mounts.mjs';
export { openPlace } from './place.mjs';
export { figuresIn, figuresOf, rateOf, withFigures } from './readme.mjs';
export { isOfCorpus, parseName } from './sources.mjs';
export { readTables, stepsOf, TABLES } from './tables.mjs';

/** The dialects by the names that a configuration calls them. */
import type { Dialect } from './dialect.ts';
import { fastly } from './fastly/index.ts';
import { imageoptim } from './imageoptim/index.ts';
import { imgix } from './imgix/index.ts';

export const DIALECTS: Readonly<Record<Dialect['name'], Dialect>> = { fastly, imgix, imageoptim };

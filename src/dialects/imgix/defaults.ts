/**
 * Defaults: whether the parameters that a source adds to every request can be
 * used at all (docs/spec/imgix.md 1.7).
 */
import { isFault } from '../../base/fault.ts';
import { nearest } from '../../base/nearest.ts';
import type { DefaultProblem } from '../dialect.ts';
import type { Param } from '../params.ts';
import { didYouMean } from '../shortfall.ts';
import { KNOWN_NAMES, PARAMS, spellingOf } from './params.ts';
import { fromBase64 } from './query.ts';

/** Names that are no parameter, and values that cannot be read in full. What is not built warns on every answer instead. */
export function checkDefaults(given: Readonly<Record<string, string>>): DefaultProblem[] {
  return Object.entries(given).flatMap(([name, text]) => {
    const message = problemOf(name, text);
    return message === undefined ? [] : [{ name, message }];
  });
}

function problemOf(name: string, given: string): string | undefined {
  const spelling = spellingOf(name);
  if (spelling === undefined) {
    return `expected the name of a parameter${didYouMean(nearest(name, KNOWN_NAMES.index))}`;
  }
  if (spelling.name === 'ch') return 'expected in URLs only: client hints are no default';
  const text = spelling.twin ? decoded(name, given) : given;
  if (text === undefined) return 'expected URL-safe base64 without padding';
  const { read, silent }: Param<unknown> = PARAMS[spelling.name];
  if (silent) return 'expected in URLs only: it says who calls';
  const { expected } = read(text);
  return expected === undefined ? undefined : `expected ${expected}, got ${JSON.stringify(text)}`;
}

function decoded(name: string, text: string): string | undefined {
  try {
    return fromBase64(name, text);
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

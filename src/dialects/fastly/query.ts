/**
 * Query: from the raw target to names and texts.
 *
 * The last of several equal names wins, an empty value is as good as none,
 * names are case-sensitive (docs/spec/fastly-io.md 18.17). A source may give
 * parameters further names (docs/spec/fastly-io.md 3.2).
 */
import { nameIndex, nearest } from '../../base/nearest.ts';
import type { DefaultProblem } from '../dialect.ts';
import { didYouMean } from '../shortfall.ts';
import { PARAMS } from './params.ts';

export interface FastlyTarget {
  /** Percent-encoded as received, without the leading slash. */
  readonly path: string;
  /** Decoded texts of this dialect's parameters. */
  readonly given: ReadonlyMap<string, string>;
  /** The other parameters, as received and in their order, joined by `&`. */
  readonly unknown: string;
  /** Their decoded names. */
  readonly unknownNames: readonly string[];
}

export type Aliases = Readonly<Record<string, string>>;

/** A raw request target taken apart; never fails. Beside its own name an alias of a parameter does not count. */
export function readTarget(target: string, aliases: Aliases = {}): FastlyTarget {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const given = new Map<string, string>();
  const byAlias = new Map<string, string>();
  const unknown: string[] = [];
  const unknownNames: string[] = [];
  for (const pair of mark < 0 ? [] : target.slice(mark + 1).split('&')) {
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const text = equals < 0 ? '' : decoded(pair.slice(equals + 1));
    const meant = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
    if (Object.hasOwn(PARAMS, name)) {
      if (text !== '') given.set(name, text);
    } else if (meant !== undefined && Object.hasOwn(PARAMS, meant)) {
      if (text !== '') byAlias.set(meant, text);
    } else {
      if (pair !== '') unknown.push(pair);
      if (name !== '') unknownNames.push(name);
    }
  }
  return {
    path: path.startsWith('/') ? path.slice(1) : path,
    given: new Map([...byAlias, ...given]),
    unknown: unknown.join('&'),
    unknownNames,
  };
}

const NAMES = nameIndex(Object.keys(PARAMS));

/** Aliases that hide a parameter, and names that are none. */
export function checkAliases(aliases: Aliases): DefaultProblem[] {
  return Object.entries(aliases).flatMap(([name, meant]) => {
    if (name === '' || Object.hasOwn(PARAMS, name)) {
      return [{ name, message: 'expected a name that is no parameter itself' }];
    }
    if (Object.hasOwn(PARAMS, meant)) return [];
    const hint = didYouMean(nearest(meant, NAMES));
    return [{ name, message: `expected the name of a parameter${hint}` }];
  });
}

/** Percent-decoded; text that is not well encoded stays as it is. A plus stays a plus. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

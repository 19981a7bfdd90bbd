/**
 * Query: from the raw target to names and texts.
 *
 * The last of several equal names wins, an empty value is as good as none,
 * names are case-sensitive (docs/spec/fastly-io.md 18.17).
 */
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

/** A raw request target taken apart; never fails. */
export function readTarget(target: string): FastlyTarget {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const given = new Map<string, string>();
  const unknown: string[] = [];
  const unknownNames: string[] = [];
  for (const pair of mark < 0 ? [] : target.slice(mark + 1).split('&')) {
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const text = equals < 0 ? '' : decoded(pair.slice(equals + 1));
    if (!Object.hasOwn(PARAMS, name)) {
      if (pair !== '') unknown.push(pair);
      if (name !== '') unknownNames.push(name);
    } else if (text !== '') given.set(name, text);
  }
  return {
    path: path.startsWith('/') ? path.slice(1) : path,
    given,
    unknown: unknown.join('&'),
    unknownNames,
  };
}

/** Percent-decoded; text that is not well encoded stays as it is. A plus stays a plus. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Locked: a query by what its source lets URLs say, with the parameters of its preset
 * (docs/spec/http.md 17.6 and 17.7).
 */
import type { DialectSettings } from '../dialect.ts';
import { checkNames, presetWords, takePreset } from '../lockdown.ts';
import { spellingOf } from './params.ts';
import { decodeText, splitPair } from './query.ts';

/** Names that say nothing of the picture: of the signature, and what clients of the vendor append. */
const ALWAYS: ReadonlySet<string> = new Set(['s', 'expires', 'ixlib', 'ixid']);

/** The query as it is read, and the defaults below it. @throws Fault bad-parameter */
export function lockedQuery(
  query: string,
  { parameters, presets, defaults = {} }: DialectSettings,
): { readonly query: string; readonly defaults: Readonly<Record<string, string>> } {
  const { name, rest } =
    presets === undefined ? { rest: query } : takePreset(query, '&', decodeText);
  checkNames(namesOf(rest), parameters, ALWAYS);
  if (name === undefined || presets === undefined) return { query: rest, defaults };
  const preset = Object.fromEntries(pairsOf(presetWords(name, presets)));
  return { query: rest, defaults: { ...defaults, ...preset } };
}

function namesOf(query: string): string[] {
  return pairsOf(query).map(([name]) => spellingOf(name)?.name ?? name);
}

function pairsOf(query: string): (readonly [name: string, value: string])[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map(splitPair);
}

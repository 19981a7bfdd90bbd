/**
 * Locked: options by what their source lets URLs say, with those of their preset
 * (docs/spec/http.md 17.6 and 17.7).
 */
import type { DialectSettings } from '../dialect.ts';
import { checkNames, presetWords, takePreset } from '../lockdown.ts';
import { optionNames } from './read.ts';
import { decodeOnce } from './text.ts';

/** The word for no options. */
const ALWAYS: ReadonlySet<string> = new Set(['full']);

/** The options segment as it is read. @throws Fault bad-parameter */
export function lockedOptions(segment: string, { parameters, presets }: DialectSettings): string {
  if (presets === undefined) {
    if (parameters !== undefined) checkNames(optionNames(segment), parameters, ALWAYS);
    return segment;
  }
  const { name, rest } = takePreset(decodeOnce(segment), ',', (word) => word);
  checkNames(optionNames(rest), parameters, ALWAYS);
  return name === undefined ? rest : `${presetWords(name, presets)},${rest}`;
}

/**
 * Locked: a target by what its source lets URLs say, with the parameters of its preset
 * (docs/spec/http.md 17.6 and 17.7).
 */
import type { DialectSettings } from '../dialect.ts';
import { checkNames, PRESET_PARAM, presetWords, takePreset } from '../lockdown.ts';
import { decoded, type FastlyTarget, readTarget } from './query.ts';

/** The target as it is read. @throws Fault bad-parameter */
export function lockedTarget(
  target: FastlyTarget,
  { parameters, presets, aliases }: DialectSettings,
): FastlyTarget {
  if (presets === undefined) {
    checkNames([...target.given.keys(), ...target.unknownNames], parameters);
    return target;
  }
  const { name, rest } = takePreset(target.unknown, '&', decoded);
  const unknownNames = target.unknownNames.filter((unknown) => unknown !== PRESET_PARAM);
  checkNames([...target.given.keys(), ...unknownNames], parameters);
  const own = { ...target, unknown: rest, unknownNames };
  if (name === undefined) return own;
  const preset = readTarget(`?${presetWords(name, presets)}`, aliases);
  return { ...own, given: new Map([...preset.given, ...target.given]) };
}

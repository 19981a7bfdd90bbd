/**
 * Lockdown: which parameters a source lets a URL say, and names for sets of them
 * (docs/spec/http.md 17.6 and 17.7).
 *
 * What a preset says is the operator's, so it is not held against what a URL may say; what the URL
 * says beside it goes before it.
 *
 * Pure.
 */
import { Fault } from '../base/fault.ts';

/** The parameter (ImageOptim: option) that names a preset. */
export const PRESET_PARAM = 'preset';

/** One of the two: what alone may be said, or what may not. Names as in the table of the dialect. */
export interface ParameterRules {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

/** By name, in the words of a URL: `width=300&quality=70`, for ImageOptim `300x200,2x`. */
export type Presets = Readonly<Record<string, string>>;

/**
 * Nothing, where a URL says only what it may.
 *
 * @param names canonical where the dialect knows them
 * @param always those that say nothing of the picture
 * @throws Fault bad-parameter
 */
export function checkNames(
  names: Iterable<string>,
  rules: ParameterRules | undefined,
  always: ReadonlySet<string> = NOTHING,
): void {
  if (rules === undefined) return;
  for (const name of names) {
    const said = name.length > 40 ? `${name.slice(0, 40)}…` : name;
    const { allow, deny } = rules;
    const refused = (allow !== undefined && !allow.includes(name)) || deny?.includes(name) === true;
    if (refused && !always.has(name)) {
      throw new Fault('bad-parameter', `Parameter ${JSON.stringify(said)} may not be used here.`);
    }
  }
}

const NOTHING: ReadonlySet<string> = new Set();

/** The words of a preset. @throws Fault bad-parameter for one that there is not */
export function presetWords(name: string, presets: Presets): string {
  const words = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (words !== undefined) return words;
  throw new Fault('bad-parameter', 'Expected the name of a preset of this source, got another.');
}

/** A list of pairs or words without those that name a preset, and the last name. */
export interface PresetTaken {
  readonly name?: string;
  readonly rest: string;
}

/**
 * Takes the name of a preset out of a query, or out of other words.
 *
 * @param separator between two of them
 * @param decode reads the text of a name and of a value
 */
export function takePreset(
  text: string,
  separator: '&' | ',',
  decode: (text: string) => string,
): PresetTaken {
  let name: string | undefined;
  const rest = text.split(separator).filter((pair) => {
    const equals = pair.indexOf('=');
    if (equals < 0 || decode(pair.slice(0, equals)).trim() !== PRESET_PARAM) return true;
    name = decode(pair.slice(equals + 1)).trim();
    return false;
  });
  return { ...(name === undefined ? {} : { name }), rest: rest.join(separator) };
}

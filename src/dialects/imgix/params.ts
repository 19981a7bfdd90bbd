/**
 * Params: every parameter of imgix in one table, and the way from a spelling
 * to its row (docs/spec/imgix.md 1.4, 1.5 and 10).
 */
import type { Param, Values } from '../params.ts';
import { knownNames } from '../shortfall.ts';
import { ANIMATION_PARAMS } from './params/animation.ts';
import { COMPOSITION_PARAMS } from './params/composition.ts';
import { GRADIENT_PARAMS } from './params/gradient.ts';
import { LOOK_PARAMS } from './params/look.ts';
import { OUTPUT_PARAMS } from './params/output.ts';
import { SIZE_PARAMS } from './params/size.ts';
import { TEXT_PARAMS } from './params/text.ts';
import { IGNORED_PARAMS, PREMIUM_PARAMS } from './params/unbuilt.ts';

export const PARAMS = {
  ...SIZE_PARAMS,
  ...LOOK_PARAMS,
  ...GRADIENT_PARAMS,
  ...COMPOSITION_PARAMS,
  ...ANIMATION_PARAMS,
  ...TEXT_PARAMS,
  ...OUTPUT_PARAMS,
  ...PREMIUM_PARAMS,
  ...IGNORED_PARAMS,
};

export type ParamName = keyof typeof PARAMS;
export type ImgixValues = Values<typeof PARAMS>;

/** Parameters that the vendor gives no base64 twin. */
const WITHOUT_TWIN: ReadonlySet<string> = new Set(['auto', 'ch', 's', 'ixlib', 'ixid']);

/** A parameter as it was spelled. */
export interface Spelling {
  readonly name: ParamName;
  /** The value is base64. */
  readonly twin: boolean;
  /** Not an alias. */
  readonly canonical: boolean;
}

/**
 * The parameter that a name spells, or undefined for an unknown one.
 *
 * `markalign64` is the base64 twin of an alias of `mark-align`.
 */
export function spellingOf(text: string): Spelling | undefined {
  const plain = SPELLINGS.get(text);
  if (plain !== undefined || !text.endsWith('64')) return plain;
  const base = SPELLINGS.get(text.slice(0, -2));
  return base === undefined || WITHOUT_TWIN.has(base.name) ? undefined : { ...base, twin: true };
}

const SPELLINGS: ReadonlyMap<string, Spelling> = new Map(
  (Object.keys(PARAMS) as ParamName[]).flatMap((name) =>
    [name, ...PARAMS[name].aliases].map((text): [string, Spelling] => [
      text,
      { name, twin: false, canonical: text === name },
    ]),
  ),
);

/** Whether a parameter can change an answer of this build. */
export function hasEffect(name: ParamName): boolean {
  const { support }: Param<unknown> = PARAMS[name];
  return support === 'full' || support === 'partial';
}

/** Every spelling of every parameter, base64 twins left out. */
export const KNOWN_NAMES = knownNames([...SPELLINGS.keys()]);

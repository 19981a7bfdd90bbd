/**
 * Read: from texts to values, by the table, with a remark for everything that
 * is not honoured as written (docs/spec/imgix.md 7.2).
 */
import { type Diagnostic, notBuilt, notUsed } from '../../base/diagnostic.ts';
import { Fault } from '../../base/fault.ts';
import { decimal, type Param, type Reading } from '../params.ts';
import { missingNeeds } from './params/needs.ts';
import { LONGEST_TEXT } from './params/readers.ts';
import { hasEffect, type ImgixValues, PARAMS, type ParamName } from './params.ts';
import { type Given, quote } from './query.ts';

export interface Read {
  readonly values: ImgixValues;
  readonly diagnostics: readonly Diagnostic[];
}

/** Sides that are an error when they are zero or negative (docs/spec/imgix.md 4.6). */
const POSITIVE: ReadonlySet<string> = new Set(['w', 'h']);

/** Free texts, whose length is bounded. */
const TEXTS: ReadonlySet<string> = new Set([
  'dl',
  'txt',
  'bg-replace',
  'bg-replace-neg-prompt',
  'fill-gen-prompt',
  'fill-gen-neg-prompt',
  'object-removal-prompt',
  'object-removal-negative-prompt',
]);

/**
 * The values of the parameters that can be read.
 * @throws Fault bad-parameter for w or h of zero or less, and for texts above 2000 characters
 *   that have an effect
 */
export function readValues(given: ReadonlyMap<ParamName, Given>): Read {
  const values: Record<string, unknown> = {};
  const diagnostics: Diagnostic[] = [];
  for (const [name, one] of given) {
    const { text, spelled } = one;
    const param: Param<unknown> = PARAMS[name];
    if (param.silent) continue;
    refuse(name, text, spelled);
    const reading = param.read(text);
    if (reading.value !== undefined) values[name] = reading.value;
    diagnostics.push(...remarksOn(name, one, reading));
  }
  const read = values as ImgixValues;
  for (const [name, needed] of missingNeeds(read)) {
    const { spelled = name, byDefault } = given.get(name) ?? {};
    // A default waits for the requests that it is meant for.
    if (!byDefault)
      diagnostics.push(notUsed(`${spelled} has an effect only with ${needed}.`, name));
  }
  return { values: read, diagnostics };
}

/** What is lost of one parameter; nothing where it asks for nothing, as `bg-remove=false`. */
function remarksOn(
  name: ParamName,
  { text, spelled }: Given,
  { value, expected, notBuilt: missing }: Reading<unknown>,
): Diagnostic[] {
  if (!hasEffect(name)) {
    return value === false || text.trim() === ''
      ? []
      : [notBuilt(`${spelled} has no effect here: it is not built.`, name)];
  }
  if (missing !== undefined) return [notBuilt(`${spelled}: ${missing}.`, name)];
  if (expected === undefined) return [];
  const used = value === undefined ? 'ignored' : 'used as far as it goes';
  return [notUsed(`Expected ${expected} for ${spelled}, got ${quote(text)}; ${used}.`, name)];
}

function refuse(name: ParamName, text: string, spelled: string): void {
  if (POSITIVE.has(name) && (decimal(text) ?? 1) <= 0) {
    throw new Fault(
      'bad-parameter',
      `Expected a length above 0 for ${spelled}, got ${quote(text)}.`,
    );
  }
  if (TEXTS.has(name) && hasEffect(name) && text.length > LONGEST_TEXT) {
    throw new Fault(
      'bad-parameter',
      `Expected at most ${LONGEST_TEXT} characters for ${spelled}, got ${text.length}.`,
    );
  }
}

/**
 * Read: from texts to values, by the table, with a remark for everything that
 * is not honoured as written (docs/spec/imgix.md 7.2).
 */
import { type Diagnostic, note, warning } from '../../base/diagnostic.ts';
import { Fault } from '../../base/fault.ts';
import { decimal, type Param } from '../params.ts';
import { missingNeeds } from './params/needs.ts';
import { LONGEST_TEXT } from './params/readers.ts';
import { type ImgixValues, PARAMS, type ParamName } from './params.ts';
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

/** Names of callers, not of steps: no remark that they do nothing. */
const SILENT: ReadonlySet<string> = new Set(['s', 'ixlib', 'ixid']);

/**
 * The values of the parameters that can be read.
 * @throws Fault bad-parameter for w or h of zero or less, and for texts above 2000 characters
 */
export function readValues(given: ReadonlyMap<ParamName, Given>): Read {
  const values: Record<string, unknown> = {};
  const diagnostics: Diagnostic[] = [];
  for (const [name, { text, spelled }] of given) {
    if (SILENT.has(name)) continue;
    refuse(name, text, spelled);
    const param: Param<unknown> = PARAMS[name];
    const { value, expected } = param.read(text);
    if (value !== undefined) values[name] = value;
    if (param.support === 'planned' || param.support === 'ignored') {
      diagnostics.push(note(`${spelled} has no effect here. ${param.note ?? ''}`.trim(), spelled));
    } else if (expected !== undefined) {
      diagnostics.push(
        warning(
          `Expected ${expected} for ${spelled}, got ${quote(text)}; ${value === undefined ? 'ignored' : 'brought into range'}.`,
          spelled,
        ),
      );
    }
  }
  const read = values as ImgixValues;
  for (const [name, needed] of missingNeeds(read)) {
    const spelled = given.get(name)?.spelled ?? name;
    diagnostics.push(note(`${spelled} has an effect only with ${needed}.`, spelled));
  }
  return { values: read, diagnostics };
}

function refuse(name: ParamName, text: string, spelled: string): void {
  if (POSITIVE.has(name) && (decimal(text) ?? 1) <= 0) {
    throw new Fault(
      'bad-parameter',
      `Expected a length above 0 for ${spelled}, got ${quote(text)}.`,
    );
  }
  if (TEXTS.has(name) && text.length > LONGEST_TEXT) {
    throw new Fault(
      'bad-parameter',
      `Expected at most ${LONGEST_TEXT} characters for ${spelled}, got ${text.length}.`,
    );
  }
}

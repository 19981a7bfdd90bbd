/**
 * Read: from texts to values, by the table, with a remark for everything that
 * has no effect (docs/spec/fastly-io.md 2.5, 13.4).
 */
import type { Diagnostic } from '../../base/diagnostic.ts';
import { Fault } from '../../base/fault.ts';
import type { Param } from '../params.ts';
import { didYouMean, knownNames, lookalikes, printable } from '../shortfall.ts';
import { missingNeeds } from './params/needs.ts';
import { type FastlyValues, PARAMS } from './params.ts';
import type { FastlyTarget } from './query.ts';
import type { ServiceSettings } from './settings.ts';

/** Takes a remark on one parameter; `not-used` where it does not say otherwise. */
export type Remark = (
  param: string,
  reason: string,
  shortfall?: NonNullable<Diagnostic['shortfall']>,
) => void;

/**
 * The values of the parameters that can be read, in the order of the table, so
 * that the order in the URL shows nowhere, not even in the warnings.
 *
 * @throws Fault bad-parameter with `strict_params`, for a value outside its grammar
 */
export function readValues(
  { given, unknownNames }: FastlyTarget,
  settings: ServiceSettings,
  remark: Remark,
): FastlyValues {
  const values: Record<string, unknown> = {};
  for (const [name, param] of Object.entries<Param<unknown>>(PARAMS)) {
    const text = given.get(name);
    if (text === undefined) continue;
    const { value, expected } = param.read(text);
    if (value !== undefined) values[name] = value;
    if (expected !== undefined) {
      const reason = `expected ${expected}, got ${excerpt(text)}`;
      if (settings.strict) throw new Fault('bad-parameter', `Parameter ${name}: ${reason}`);
      remark(name, reason);
    } else if (param.support === 'ignored' && !param.silent) {
      remark(name, 'it has no effect here', 'not-built');
    }
  }
  const read = values as FastlyValues;
  for (const [name, reason] of missingNeeds(read)) remark(name, reason);
  for (const { name, near } of lookalikes(unknownNames, KNOWN_NAMES)) {
    remark(excerpt(name), `it is not known${didYouMean(near)}`);
  }
  return read;
}

const KNOWN_NAMES = knownNames(Object.keys(PARAMS));

const LONGEST_EXCERPT = 40;

function excerpt(text: string): string {
  const shown = printable(text.slice(0, LONGEST_EXCERPT));
  return text.length > LONGEST_EXCERPT ? `"${shown}..."` : `"${shown}"`;
}

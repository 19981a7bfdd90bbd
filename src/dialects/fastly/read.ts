/**
 * Read: from texts to values, by the table, with a remark for every text that
 * cannot be used (docs/spec/fastly-io.md 2.5, 13.4).
 */
import { Fault } from '../../base/fault.ts';
import { type FastlyValues, PARAMS } from './params.ts';
import { printable } from './present.ts';
import type { FastlyTarget } from './query.ts';
import type { ServiceSettings } from './settings.ts';

/** In the order of the table, so that the order in the URL shows nowhere, not even in the warnings. */
export function readValues(
  { given }: FastlyTarget,
  settings: ServiceSettings,
  remark: (param: string, reason: string) => void,
): FastlyValues {
  const values: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(PARAMS)) {
    const text = given.get(name);
    if (text === undefined) continue;
    const { value, expected } = param.read(text);
    if (value !== undefined) values[name] = value;
    if (expected === undefined) continue;
    const reason = `expected ${expected}, got ${excerpt(text)}`;
    if (settings.strict) throw new Fault('bad-parameter', `Parameter ${name}: ${reason}`);
    remark(name, reason);
  }
  return values as FastlyValues;
}

const LONGEST_EXCERPT = 40;

function excerpt(text: string): string {
  const shown = printable(text.slice(0, LONGEST_EXCERPT));
  return text.length > LONGEST_EXCERPT ? `"${shown}..."` : `"${shown}"`;
}

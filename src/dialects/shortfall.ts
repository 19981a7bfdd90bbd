/**
 * Shortfalls: parameters without effect, in whole or in part, are never passed
 * over in silence.
 *
 * Each is a diagnostic with the parameter's name. It shows in `explain`, in
 * the `Fovea-Warning` header, in a counter by name, and, where the source says
 * `unsupported: refuse`, it refuses the request.
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import { Fault } from '../base/fault.ts';
import { type NameIndex, nameIndex, nearest } from '../base/nearest.ts';
import type { DialectSettings } from './dialect.ts';
import type { ParamTable } from './params.ts';

/** Most characters of the header and of one of its items, quotes not counted. */
const LONGEST_HEADER = 1500;
const LONGEST_ITEM = 200;

/** Most unknown names of one URL that are compared with the known ones. */
const MOST_COMPARED = 8;

/** The name under which the counter has parameters that no table knows. */
const OTHER = 'other';

/**
 * The warnings as quoted strings with commas between them (RFC 9110 5.6.4),
 * each once: `"mark has no effect here: it is not built.", "..."`; undefined
 * for none. What is beyond the length is counted in the last item.
 */
export function foveaWarning(diagnostics: readonly Diagnostic[]): string | undefined {
  const all = [...new Set(warningTexts(diagnostics))];
  const items: string[] = [];
  let length = 0;
  for (const [index, text] of all.entries()) {
    const item = quotedString(text.slice(0, LONGEST_ITEM));
    length += item.length + 2;
    if (length > LONGEST_HEADER) {
      items.push(quotedString(`${all.length - index} more`));
      break;
    }
    items.push(item);
  }
  return items.length === 0 ? undefined : items.join(', ');
}

/** The messages of the warnings, in characters that a header may hold. */
export function warningTexts(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics
    .filter(({ severity }) => severity === 'warning')
    .map(({ message }) => printable(message));
}

/** Text fit for a header: printable ASCII, everything else a question mark. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

function quotedString(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * The parameters that fell short, each once, by their names in the table.
 * Names that no table has, and features of the whole request, are `other`.
 */
export function shortfallNames(
  params: ParamTable,
  diagnostics: readonly Diagnostic[],
): ReadonlySet<string> {
  return new Set(
    diagnostics
      .filter(({ shortfall }) => shortfall !== undefined)
      .map(({ param }) => (param !== undefined && Object.hasOwn(params, param) ? param : OTHER)),
  );
}

/**
 * Nothing, or the refusal of a request that asks for what is not built.
 * @throws Fault `bad-parameter` with `unsupported: refuse` where a documented parameter has no effect
 */
export function refuseShortfalls(
  { unsupported }: DialectSettings,
  diagnostics: readonly Diagnostic[],
): void {
  if (unsupported !== 'refuse') return;
  const missing = diagnostics.find(({ shortfall }) => shortfall === 'not-built');
  if (missing === undefined) return;
  throw new Fault('bad-parameter', `${missing.message} This source refuses such requests.`, {
    param: missing.param,
  });
}

/** A name that the table lacks, and what makes it look like one of the service's. */
export interface Lookalike {
  readonly name: string;
  /** The known name it is near; absent where it only begins like a group of names, as `mark-glow` does. */
  readonly near?: string;
}

/**
 * Those of some unknown names that look like a parameter of the service. Only
 * the first eight are compared, so that no URL makes this slow.
 */
export function lookalikes(unknown: readonly string[], { index, groups }: KnownNames): Lookalike[] {
  const found: Lookalike[] = [];
  let compared = 0;
  for (const name of new Set(unknown)) {
    if (compared === MOST_COMPARED) break;
    compared += 1;
    const near = nearest(name, index);
    const group = name.slice(0, name.indexOf('-') + 1).toLowerCase();
    if (near !== undefined) found.push({ name, near });
    else if (groups.has(group)) found.push({ name });
  }
  return found;
}

/** The names of a dialect, ordered once. */
export interface KnownNames {
  readonly index: NameIndex;
  /** Beginnings of names, such as `mark-`. */
  readonly groups: ReadonlySet<string>;
}

export function knownNames(names: readonly string[]): KnownNames {
  return { index: nameIndex(names), groups: groupsOf(names) };
}

/** Beginnings such as `mark-` that at least two known names share. */
function groupsOf(known: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const groups = new Set<string>();
  for (const name of known) {
    const group = name.slice(0, name.indexOf('-') + 1);
    if (group === '') continue;
    if (seen.has(group)) groups.add(group);
    seen.add(group);
  }
  return groups;
}

/** `; did you mean "fit"?`, or nothing. */
export function didYouMean(near: string | undefined): string {
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

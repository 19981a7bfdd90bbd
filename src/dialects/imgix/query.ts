/**
 * Query: from the raw query string to one text per parameter
 * (docs/spec/imgix.md 1.3 to 1.5, 1.7).
 *
 * Pairs split on `&`, name and value on the first `=`. Values are
 * percent-decoded as UTF-8 and `+` is a space. Of several spellings of one
 * parameter the base64 twin wins over the plain one, the canonical name over
 * an alias, and the last of equals; only `auto` accumulates.
 */
import { type Diagnostic, note, notUsed } from '../../base/diagnostic.ts';
import { Fault } from '../../base/fault.ts';
import { didYouMean, lookalikes } from '../shortfall.ts';
import { hasEffect, KNOWN_NAMES, type ParamName, type Spelling, spellingOf } from './params.ts';

/** A parameter that was given, by the URL or by the defaults of its source. */
export interface Given {
  readonly text: string;
  /** As the client, or the configuration, wrote it. */
  readonly spelled: string;
  /** From the defaults of the source, not from the URL. */
  readonly byDefault?: true;
}

export interface Gathered {
  readonly given: ReadonlyMap<ParamName, Given>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Remarks beyond this many help nobody. */
const MOST_REMARKS = 20;

/**
 * The parameters of a raw query, united with the defaults of the source.
 *
 * `auto` of both is one list; of everything else the URL's own value wins.
 * @throws Fault bad-parameter for a base64 twin that is not base64url of UTF-8, where the parameter has an effect
 */
export function gather(rawQuery: string, defaults: Readonly<Record<string, string>>): Gathered {
  const unknown: string[] = [];
  const own = pick(
    rawQuery
      .split('&')
      .filter((pair) => pair !== '')
      .map(splitPair),
    unknown,
  );
  const base = pick(
    Object.entries(defaults).filter(([name]) => spellingOf(name)?.name !== 'ch'),
    unknown,
  );
  const given = new Map<ParamName, Given>([
    ...[...base].map(([name, one]) => [name, { ...one, byDefault: true }] as const),
    ...own,
  ]);
  const autos = [base.get('auto'), own.get('auto')].filter((auto) => auto !== undefined);
  if (autos.length > 0) {
    given.set('auto', { spelled: 'auto', text: autos.map((auto) => auto.text).join(',') });
  }
  return { given, diagnostics: remarksOn(unknown) };
}

/** A warning for unknown names that look like one of the service's, a note for the others. */
function remarksOn(unknown: readonly string[]): Diagnostic[] {
  const similar = new Map(lookalikes(unknown, KNOWN_NAMES).map((one) => [one.name, one]));
  return unknown.slice(0, MOST_REMARKS).map((name) => {
    const like = similar.get(name);
    const expected = `Expected the name of a parameter, got ${quote(name)}`;
    return like === undefined
      ? note(`${expected}; ignored.`, name)
      : notUsed(`${expected}; ignored${didYouMean(like.near) || '.'}`, name);
  });
}

/** Of the pairs, the one text that counts for each parameter. */
function pick(
  pairs: readonly (readonly [name: string, value: string])[],
  unknown: string[],
): Map<ParamName, Given> {
  const picked = new Map<ParamName, Given & { readonly rank: number }>();
  for (const [spelled, value] of pairs) {
    const spelling = spellingOf(spelled);
    if (spelling === undefined) {
      unknown.push(spelled);
      continue;
    }
    const { name } = spelling;
    const text = spelling.twin ? twinText(name, spelled, value) : value;
    const before = picked.get(name);
    const rank = rankOf(spelling);
    if (before === undefined || rank >= before.rank) {
      const united = name === 'auto' && before ? `${before.text},${text}` : text;
      picked.set(name, { text: united, spelled, rank });
    }
  }
  return picked;
}

/**
 * The text of a twin. Of a parameter without effect it may be anything: some clients put plain
 * text there, and nothing that changes no picture shall cost one (docs/spec/imgix.md 1.5).
 */
function twinText(name: ParamName, spelled: string, value: string): string {
  try {
    return fromBase64(spelled, value);
  } catch (error) {
    if (hasEffect(name)) throw error;
    return value;
  }
}

function rankOf({ twin, canonical }: Spelling): number {
  return (twin ? 2 : 0) + (canonical ? 1 : 0);
}

export function splitPair(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  return at < 0
    ? [decodeText(pair), '']
    : [decodeText(pair.slice(0, at)), decodeText(pair.slice(at + 1))];
}

/**
 * A text with its escapes decoded once and `+` as a space. Escapes that are
 * none stay as they are; bytes that are no UTF-8 become U+FFFD.
 */
export function decodeText(raw: string): string {
  return raw.replaceAll('+', ' ').replace(/(%[0-9a-f]{2})+/gi, (escapes) => {
    const bytes = escapes
      .slice(1)
      .split('%')
      .map((hex) => Number.parseInt(hex, 16));
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
  });
}

/**
 * The text of a base64 twin: URL-safe alphabet, no padding, UTF-8.
 * `SGVsbG8sIFdvcmxkIQ` is "Hello, World!" (docs/spec/imgix.md 1.5).
 */
export function fromBase64(spelled: string, value: string): string {
  const wrong = () =>
    new Fault(
      'bad-parameter',
      `Expected URL-safe base64 without padding for ${quote(spelled)}, got something else.`,
    );
  if (!/^[\w-]*$/.test(value) || value.length % 4 === 1) throw wrong();
  const bytes = Uint8Array.from(
    atob(value.replaceAll('-', '+').replaceAll('_', '/')),
    (char) => char.codePointAt(0)!,
  );
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw wrong();
  }
}

/** A text of the client for a message: short, printable, in quotes. */
export function quote(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return JSON.stringify(short.replace(/[^\x20-\x7e…]/g, '?'));
}

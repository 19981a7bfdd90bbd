/**
 * Read: from the words of the second path segment to one set of wishes.
 *
 * Words are told apart by their shape, in a fixed order, so `2x` is a density,
 * `2x3` a box and `960` a width. The order of the words never matters, except
 * that of two contradicting values of one option the last counts.
 *
 * A word that nobody knows is remarked on and left out, because a page shall
 * not lose its picture to a stray word. A known option with a value that
 * cannot be read, and options that contradict one another, stop the request:
 * those are mistakes that their author wants to see.
 *
 * Source of the rules: docs/spec/imageoptim.md 2, 3 and 4.
 */
import { type Color, WHITE } from '../../base/color.ts';
import { type Diagnostic, notUsed, warning } from '../../base/diagnostic.ts';
import { Fault } from '../../base/fault.ts';
import type { Values } from '../params.ts';
import { didYouMean, knownNames, lookalikes } from '../shortfall.ts';
import {
  type CropAt,
  DEFAULT_TIMEOUT,
  type FormatWord,
  type Preset,
  type SizeOption,
} from './params/readers.ts';
import { type OptionName, PARAMS } from './params.ts';
import { decodeOnce, quoted } from './text.ts';

export type SizeMode =
  | { readonly kind: 'scale-down' | 'fit' | 'pad' | 'stretch' }
  | { readonly kind: 'crop'; readonly at: CropAt };

export interface Options {
  /** Absent: no resizing. */
  readonly box?: SizeOption;
  /** Device pixels per CSS pixel. */
  readonly density: number;
  readonly mode: SizeMode;
  readonly trim: boolean;
  readonly background: Color;
  readonly quality: Preset;
  /** Absent: chosen automatically. */
  readonly format?: FormatWord;
  /** Seconds. */
  readonly timeout: number;
  readonly meta: boolean;
}

export interface ReadOptions {
  readonly options: Options;
  readonly diagnostics: readonly Diagnostic[];
}

type Given = Values<typeof PARAMS>;

/** A word with its meaning: which option, and its value as text. */
interface Word {
  readonly name: OptionName;
  readonly value: string;
  /** The documented spelling, where the client used another. */
  readonly formal?: string;
}

/**
 * The wishes that a raw options segment holds, percent-decoded once.
 *
 * `160x100,2x` is a box of 160 by 100 at density 2; empty words are skipped.
 *
 * @throws Fault `bad-parameter` for an unreadable value or a contradiction
 */
export function readOptions(segment: string): ReadOptions {
  const given: Given = {};
  const diagnostics: Diagnostic[] = [];
  const unknown: string[] = [];
  const point: { x?: string; y?: string } = {};
  const words = wordsOf(segment);
  for (const token of words.slice(0, MOST_WORDS)) {
    const [, axis, share] = /^crop([xy])=(.*)$/i.exec(token) ?? [];
    if (axis !== undefined && share !== undefined) {
      point[axis.toLowerCase() === 'x' ? 'x' : 'y'] = share.trim();
      continue;
    }
    const word = classify(token.toLowerCase());
    if (word === undefined) {
      unknown.push(token);
    } else {
      take(word, token, given, diagnostics);
    }
  }
  if (point.x !== undefined || point.y !== undefined) {
    const word = focalPoint(point);
    take(word, 'cropX, cropY', given, diagnostics);
  }
  const options = combine(given, diagnostics);
  const remarks = [...onLength(words.length), ...remarksOn(unknown), ...diagnostics];
  return { options, diagnostics: remarks.slice(0, MOST_REMARKS) };
}

/** The options that a raw segment names, each by its name in the table; unknown ones by their own. */
export function optionNames(segment: string): string[] {
  return wordsOf(segment).map((word) => {
    const token = word.toLowerCase();
    if (/^crop[xy]=/.test(token)) return 'crop';
    return classify(token)?.name ?? token.split('=', 1)[0] ?? token;
  });
}

function wordsOf(segment: string): string[] {
  return decodeOnce(segment)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** Words beyond this many are no list of options. */
const MOST_WORDS = 100;

/** Remarks beyond this many help nobody. */
const MOST_REMARKS = 50;

function onLength(words: number): Diagnostic[] {
  return words <= MOST_WORDS
    ? []
    : [notUsed(`Expected at most ${MOST_WORDS} options, got ${words}; the rest is ignored.`)];
}

function remarksOn(unknown: readonly string[]): Diagnostic[] {
  if (unknown.length === 0) return [];
  const nameOf = (token: string) => token.split('=', 1)[0]?.trim() ?? '';
  const similar = lookalikes(unknown.map(nameOf), KNOWN_NAMES);
  const near = new Map(similar.map((one) => [one.name, one.near]));
  return unknown.map((token) => {
    const hint = didYouMean(near.get(nameOf(token))) || '.';
    return notUsed(`Unknown option ${quoted(token)} is ignored${hint}`, quoted(token));
  });
}

const WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ...(['full', 'scale-down', 'fit', 'crop', 'pad', 'stretch', 'meta'] as const).map(
    (name): [string, Word] => [name, { name, value: '' }],
  ),
  ['trim', { name: 'trim', value: 'border', formal: 'trim=border' }],
  ['scaledown', { name: 'scale-down', value: '', formal: 'scale-down' }],
  ['optimize', { name: 'full', value: '', formal: 'full' }],
  ...['low', 'medium', 'high', 'lossless'].map((value): [string, Word] => [
    value,
    { name: 'quality', value, formal: `quality=${value}` },
  ]),
]);

const KEYS: ReadonlySet<string> = new Set<OptionName>([
  'crop',
  'trim',
  'bgcolor',
  'quality',
  'format',
  'timeout',
]);

const KNOWN_NAMES = knownNames([...WORDS.keys(), ...KEYS]);

/** What a lower-case token means; undefined for an unknown one (docs/spec/imageoptim.md 2.6). */
function classify(token: string): Word | undefined {
  if (/^\d+(x\d+)?$/.test(token)) return { name: 'size', value: token };
  if (/^\d+(\.\d+)?x$/.test(token)) return { name: 'density', value: token };
  const word = WORDS.get(token);
  if (word !== undefined) return word;
  const equals = token.indexOf('=');
  if (equals >= 0) return keyed(token.slice(0, equals).trim(), token.slice(equals + 1).trim());
  if (/^([0-9a-f]{3}|[0-9a-f]{6})$/.test(token)) {
    return { name: 'bgcolor', value: token, formal: `bgcolor=${token}` };
  }
  return /^[\d.]+x[\d.]+$/.test(token)
    ? { name: 'crop', value: token, formal: `crop=${token}` }
    : undefined;
}

function keyed(key: string, value: string): Word | undefined {
  if (key === 'multiply') {
    const density = /x$/.test(value) ? value : `${value}x`;
    return { name: 'density', value: density, formal: density };
  }
  if (!KEYS.has(key)) return undefined;
  // the empty text would be the bare word
  return { name: key as OptionName, value: value === '' ? '(nothing)' : value };
}

/** `cropX=a` and `cropY=b` as one point; the axis left out is centred. */
function focalPoint({ x, y }: { x?: string; y?: string }): Word {
  const centre = Number(x ?? y) > 1 ? '50' : '0.5';
  const value = `${x ?? centre}x${y ?? centre}`;
  return { name: 'crop', value, formal: `crop=${value}` };
}

/** Reads a word into `given`, with remarks on odd spellings and on repetition. */
function take(word: Word, token: string, given: Given, diagnostics: Diagnostic[]): void {
  const { name, value, formal } = word;
  const reading = PARAMS[name].read(value);
  if (reading.value === undefined) {
    throw new Fault(
      'bad-parameter',
      `Expected ${reading.expected ?? 'another value'} for ${name}, got ${quoted(token)}.`,
    );
  }
  const spelled = quoted(token);
  if (formal !== undefined) {
    diagnostics.push(warning(`${spelled} is read as ${quoted(formal)}.`, name));
  }
  if (reading.expected !== undefined) {
    const message = `Expected ${reading.expected} for ${name}, got ${spelled}.`;
    // Other readings with both are spellings that the service does not document.
    diagnostics.push(name === 'timeout' ? notUsed(message, name) : warning(message, name));
  }
  if (name in given) {
    // said twice, and a bare crop beside its argument, is the same wish
    if (value === '') return;
    if (!(name === 'crop' && isCentre(given.crop))) {
      diagnostics.push(notUsed(`Of several values for ${name} the last counts.`, name));
    }
  }
  Object.assign(given, { [name]: reading.value });
}

function isCentre(at: CropAt | undefined): boolean {
  return at?.kind === 'side' && at.side === 'centre';
}

const MODES = ['scale-down', 'fit', 'crop', 'pad', 'stretch'] as const;

/** The table of combinations (docs/spec/imageoptim.md 4). */
function combine(given: Given, diagnostics: Diagnostic[]): Options {
  const modes = MODES.filter((mode) => given[mode] !== undefined);
  const [mode = 'scale-down', other] = modes;
  if (other !== undefined) contradiction(`${mode} and ${other} exclude each other.`);
  const exact = mode === 'crop' || mode === 'pad' || mode === 'stretch';
  if (given.full && given.size !== undefined) {
    contradiction('full means no resizing and cannot stand beside a size.');
  }
  if (given.full && exact) contradiction(`full means no resizing and excludes ${mode}.`);
  // A bare stretch is on many pages, which show the picture it gives (docs/spec/imageoptim.md 3.8).
  const bareStretch = mode === 'stretch' && given.size === undefined;
  if (exact && !bareStretch && given.size?.height === undefined) {
    contradiction(`Expected width and height, such as 300x200, for ${mode}.`);
  }
  if (modes.length > 0 && given.size === undefined && !given.full) {
    diagnostics.push(notUsed(`${mode} has no effect without a size.`, mode));
  }
  for (const name of ['quality', 'format', 'bgcolor'] as const) {
    if (!given.meta || given[name] === undefined) continue;
    diagnostics.push(notUsed(`${name} has no effect beside meta.`, name));
  }
  return {
    density: given.density ?? 1,
    mode: mode === 'crop' ? { kind: mode, at: given.crop ?? { kind: 'auto' } } : { kind: mode },
    trim: given.trim !== undefined,
    background: given.bgcolor ?? WHITE,
    quality: given.quality ?? 'medium',
    timeout: given.timeout ?? DEFAULT_TIMEOUT,
    meta: given.meta ?? false,
    ...(given.size === undefined ? {} : { box: given.size }),
    ...(given.format === undefined ? {} : { format: given.format }),
  };
}

function contradiction(message: string): never {
  throw new Fault('bad-parameter', message);
}

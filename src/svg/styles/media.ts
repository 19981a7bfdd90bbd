/**
 * Media: whether a list of media queries holds for a picture on a page (Media Queries 4 specification, sections 2 and 3).
 *
 * A picture is shown on a screen of one pixel to a pixel of CSS, in light colors, without a pointer, at its size, which is the window
 * that its styles see. What is not known stays not known, whichever way it is asked, and does not hold in the end.
 */
import type { Size } from '../../base/size.ts';
import { splitOutside } from './sheet.ts';

const TYPES: Readonly<Record<string, boolean>> = { all: true, screen: true };

/** What a feature has to be. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  'prefers-color-scheme': ['light'],
  'prefers-reduced-motion': ['no-preference'],
  'prefers-contrast': ['no-preference'],
  'forced-colors': ['none'],
  scripting: ['none'],
  hover: ['none'],
  'any-hover': ['none'],
  pointer: ['none'],
  'any-pointer': ['none'],
  'color-gamut': ['srgb'],
};

/** Brackets in brackets; what is deeper is not known. */
const MOST_DEPTH = 16;

/** Undefined: not known. */
type Holds = boolean | undefined;

/** @param text queries apart by commas; the empty list holds */
export function mediaHolds(text: string, drawn: Size): boolean {
  const queries = text.toLowerCase().replace(/\s+/g, ' ').trim();
  if (queries === '') return true;
  return splitOutside(queries, ',').some((query) => queryHolds(query.trim(), drawn) === true);
}

function queryHolds(query: string, drawn: Size): Holds {
  const typed = /^(?:(not|only) )?([a-z][a-z-]*)(?: and (.+))?$/.exec(query);
  if (!typed || typed[2] === 'not') return conditionHolds(query, drawn, 0);
  const [, word, type = '', rest] = typed;
  const both = every([TYPES[type] ?? false, rest ? conditionHolds(rest, drawn, 0) : true]);
  return word === 'not' ? opposite(both) : both;
}

function opposite(holds: Holds): Holds {
  return holds === undefined ? undefined : !holds;
}

function every(all: readonly Holds[]): Holds {
  return all.includes(undefined) ? undefined : all.every(Boolean);
}

function conditionHolds(condition: string, drawn: Size, depth: number): Holds {
  const text = condition.trim();
  if (depth > MOST_DEPTH) return undefined;
  if (/^not[\s(]/.test(text)) return opposite(conditionHolds(text.slice(3), drawn, depth + 1));
  const parts = splitOutside(text.replace(/\)\s*(and|or)\s*\(/g, ')\n$1\n('), '\n');
  if (parts.length > 1) {
    const all = parts
      .filter((_, at) => at % 2 === 0)
      .map((part) => conditionHolds(part, drawn, depth + 1));
    const words = new Set(parts.filter((_, at) => at % 2 === 1));
    if (words.size > 1) return undefined;
    if (words.has('and')) return every(all);
    return all.includes(undefined) ? undefined : all.some(Boolean);
  }
  const inside = /^\(([\s\S]*)\)$/.exec(text)?.[1]?.trim();
  if (inside === undefined) return undefined;
  return /^(?:\(|not[\s(])/.test(inside)
    ? conditionHolds(inside, drawn, depth + 1)
    : featureHolds(inside, drawn);
}

function featureHolds(text: string, drawn: Size): Holds {
  const compared = text.split(/(<=|>=|<|>|=)/);
  if (compared.length > 1) return rangeHolds(compared, drawn);
  const [name = '', value] = text.split(':').map((part) => part.trim());
  if (name === 'orientation') {
    const is = drawn.height >= drawn.width ? 'portrait' : 'landscape';
    return value === undefined || value === is;
  }
  const known = WORDS[name];
  if (known) return value === undefined ? !known.includes('none') : known.includes(value);
  const bound = /^(min|max)-/.exec(name)?.[1];
  const is = amountOf(bound ? name.slice(4) : name, drawn);
  if (is === undefined) return undefined;
  if (value === undefined) return bound ? undefined : is > 0;
  return comparison(is, bound === 'min' ? '>=' : bound === 'max' ? '<=' : '=', numberOf(value));
}

/** `(width >= 40px)`, `(40px < width)` and `(30px <= width <= 80px)`. */
function rangeHolds([first, sign, second, next, third, ...more]: string[], drawn: Size): Holds {
  if (more.length > 0) return undefined;
  const name = amountOf(second!.trim(), drawn);
  if (next !== undefined) {
    return every([
      comparison(numberOf(first!), sign!, name),
      comparison(name, next, numberOf(third!)),
    ]);
  }
  if (name !== undefined) return comparison(numberOf(first!), sign!, name);
  return comparison(amountOf(first!.trim(), drawn), sign!, numberOf(second!));
}

function comparison(a: number | undefined, sign: string, b: number | undefined): Holds {
  if (a === undefined || b === undefined) return undefined;
  if (sign === '=') return a === b;
  const more = sign.startsWith('>') ? a > b : a < b;
  return more || (sign.endsWith('=') && a === b);
}

/** What there is of a feature that has an amount. */
function amountOf(name: string, { width, height }: Size): number | undefined {
  const amounts: Readonly<Record<string, number>> = {
    width,
    height,
    'aspect-ratio': width / height,
    resolution: 1,
    grid: 0,
  };
  return amounts[name];
}

/** Pixels of CSS, or pixels to one of these, of a unit. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  em: 16,
  rem: 16,
  in: 96,
  pt: 4 / 3,
  cm: 96 / 2.54,
  mm: 96 / 25.4,
  dppx: 1,
  x: 1,
  dpi: 1 / 96,
  dpcm: 2.54 / 96,
};

function numberOf(text: string): number | undefined {
  const match = /^(-?\d{0,12}(?:\.\d{1,12})?)([a-z]{0,4})(?: ?\/ ?(\d{1,12}))?$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ''];
  if (!match || match[1] === '' || unit === undefined) return undefined;
  return (Number(match[1]) * unit) / Number(match[3] ?? 1);
}

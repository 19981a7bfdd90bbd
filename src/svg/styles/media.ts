/**
 * Media: whether a list of media queries holds for a picture on a page (Media Queries 4 specification, section 2).
 *
 * A picture is shown on a screen, in light colors, at its size in pixels of CSS, which is the window that its styles see.
 */
import type { Size } from '../../base/size.ts';

const TYPES: Readonly<Record<string, boolean>> = { all: true, screen: true };

/** What a feature has to be; any other feature is not known, and what is not known does not hold. */
const FEATURES: Readonly<Record<string, readonly string[]>> = {
  'prefers-color-scheme': ['light'],
  'prefers-reduced-motion': ['no-preference'],
  'prefers-contrast': ['no-preference'],
  'forced-colors': ['none'],
  scripting: ['none'],
};

/** @param text queries apart by commas; the empty list holds */
export function mediaHolds(text: string, drawn: Size): boolean {
  const queries = text.toLowerCase().trim();
  return queries === '' || queries.split(',').some((query) => queryHolds(query.trim(), drawn));
}

function queryHolds(query: string, drawn: Size): boolean {
  const negated = /^not\s/.test(query);
  const parts = query.replace(/^(?:not|only)\s/, '').split(/\sand\s/);
  const all = parts.map((part) => partHolds(part.trim(), drawn));
  // Not known stays not known, whichever way it is asked
  if (all.includes(undefined)) return false;
  return all.every(Boolean) !== negated;
}

function partHolds(part: string, drawn: Size): boolean | undefined {
  if (!part.startsWith('(')) {
    return /^[a-z-]+$/.test(part) ? (TYPES[part] ?? false) : undefined;
  }
  const match = /^\(\s*([a-z-]{1,40})\s*(?::\s*([a-z0-9.-]{1,40})\s*)?\)$/.exec(part);
  if (match === null) return undefined;
  const [, name = '', value] = match;
  const known = FEATURES[name];
  if (known) return value === undefined ? !known.includes('none') : known.includes(value);
  return sizeHolds(name, value, drawn);
}

function sizeHolds(name: string, value: string | undefined, drawn: Size): boolean | undefined {
  const match = /^(?:(min|max)-)?(width|height)$/.exec(name);
  const pixels = value === undefined ? Number.NaN : Number(value.replace(/px$/, ''));
  if (match === null || !Number.isFinite(pixels)) return undefined;
  const side = match[2] === 'width' ? drawn.width : drawn.height;
  if (match[1] === 'min') return side >= pixels;
  return match[1] === 'max' ? side <= pixels : side === pixels;
}

/**
 * Supports: whether a condition of `@supports` holds where browsers show a picture (CSS Conditional Rules 3
 * specification, section 6).
 *
 * A property with a value is taken for supported where css-tree knows it so; a selector where it can be matched here.
 */
import { lexer, parse } from 'css-tree';
import { readSelectors } from './selectors.ts';

/** Brackets in brackets; what is deeper does not hold. */
const MOST_DEPTH = 16;

/** Whether a condition holds. What cannot be read does not. */
export function isSupported(condition: string, depth = 0): boolean {
  const text = condition.trim();
  if (depth > MOST_DEPTH) return false;
  const negated = /^not[\s(]/i.test(text);
  if (negated) return !isSupported(text.slice(3), depth + 1);
  for (const word of ['or', 'and'] as const) {
    const parts = apart(text, word);
    if (parts.length < 2) continue;
    const holds = (part: string) => isSupported(part, depth + 1);
    return word === 'or' ? parts.some(holds) : parts.every(holds);
  }
  const selector = /^selector\(([\s\S]*)\)$/i.exec(text)?.[1];
  if (selector !== undefined) return readSelectors(selector).length > 0;
  const inside = /^\(([\s\S]*)\)$/.exec(text)?.[1]?.trim();
  if (inside === undefined) return false;
  if (/^(?:\(|not[\s(]|selector\()/i.test(inside)) return isSupported(inside, depth + 1);
  return isKnown(inside);
}

/** The parts that a word stands between, outside of brackets. */
function apart(text: string, word: string): string[] {
  const parts: string[] = [];
  const words = new RegExp(`[()]|(?<=[\\s)])${word}(?=[\\s(])`, 'gi');
  let round = 0;
  let from = 0;
  for (const { 0: found, index } of text.matchAll(words)) {
    if (found === '(') round++;
    else if (found === ')') round--;
    else if (round === 0) {
      parts.push(text.slice(from, index));
      from = index + word.length;
    }
  }
  return [...parts, text.slice(from)];
}

function isKnown(declaration: string): boolean {
  const colon = declaration.indexOf(':');
  const property = declaration.slice(0, Math.max(0, colon)).trim();
  const value = declaration.slice(colon + 1).trim();
  if (property.startsWith('--')) return true;
  if (property === '' || value === '') return false;
  try {
    return lexer.matchProperty(property, parse(value, { context: 'value' })).error === null;
  } catch {
    return false;
  }
}

/**
 * Pattern literals: the regular expressions that a TypeScript text writes out.
 *
 * A small tokenizer, enough to tell a pattern from a division and from the
 * inside of strings and comments; types and grammar mean nothing to it.
 */

export interface PatternLiteral {
  /** Counted from 1. */
  readonly line: number;
  readonly pattern: RegExp;
}

type Kind = 'blank' | 'text' | 'word' | 'sign' | 'pattern';

/** In the order in which they are tried, each from the place reached. */
const TOKENS: readonly (readonly [Kind, RegExp])[] = [
  ['blank', /^#![^\n]*|\s+|\/\/[^\n]*|\/\*[^*]*(?:\*[^/][^*]*)*?\*\//y],
  ['text', /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/sy],
  ['word', /[\w$#\u0080-\uffff]+/y],
  ['pattern', /\/(?:[^/\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\/[a-z]*/y],
  ['sign', /./sy],
];

/** Words after which a value begins. */
const OPENING = new Set(['return', 'typeof', 'case', 'in', 'of', 'void', 'delete', 'else', 'do']);

export function patternLiterals(text: string): PatternLiteral[] {
  const found: PatternLiteral[] = [];
  /** Depths of braces at which a template goes on. */
  const templates: number[] = [];
  let depth = 0;
  let before = '';
  for (let at = 0; at < text.length; ) {
    const inTemplate = text[at] === '`' || (text[at] === '}' && templates.at(-1) === depth);
    const [kind, piece] = inTemplate ? templateChunk(text, at) : token(text, at, before);
    if (inTemplate) {
      if (text[at] === '}') templates.pop();
      if (piece.endsWith('${')) templates.push(depth);
    } else if (kind === 'sign') {
      if (piece === '{') depth += 1;
      else if (piece === '}') depth -= 1;
    } else if (kind === 'pattern') {
      const end = piece.lastIndexOf('/');
      const pattern = new RegExp(piece.slice(1, end), piece.slice(end + 1));
      found.push({ line: text.slice(0, at).split('\n').length, pattern });
    }
    if (kind !== 'blank') before = piece;
    at += piece.length;
  }
  return found;
}

function token(text: string, at: number, before: string): [Kind, string] {
  for (const [kind, pattern] of TOKENS) {
    if (kind === 'pattern' && !valueMayBegin(before)) continue;
    pattern.lastIndex = at;
    const [piece] = pattern.exec(text) ?? [];
    if (piece !== undefined) return [kind, piece];
  }
  throw new Error(`nothing at ${at}`);
}

function valueMayBegin(before: string): boolean {
  return OPENING.has(before) || !/[\w$)\]}'"`\u0080-\uffff/]$/.test(before);
}

/** From a backtick or the end of an expression to the next expression or the end. */
function templateChunk(text: string, at: number): [Kind, string] {
  let end = at + 1;
  while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) {
    end += text[end] === '\\' ? 2 : 1;
  }
  return ['text', text.slice(at, end + (text[end] === '`' ? 1 : 2))];
}

/**
 * Sheet: the structure of CSS, as blocks and declarations (CSS Syntax 3 specification, section 5; CSS Nesting 1).
 *
 * What is inside of a block may be declarations, rules and at-rules in any order. Values and preludes stay text.
 * In time that grows with the text alone; what is not closed is closed by the end.
 */

export interface Declaration {
  readonly kind: 'declaration';
  /** In lower case, unless it is a custom property. */
  readonly property: string;
  readonly value: string;
  readonly important: boolean;
}

/** A rule or an at-rule with a block. */
export interface Block {
  readonly kind: 'block';
  readonly prelude: string;
  readonly items: readonly Item[];
}

/** An at-rule without a block. */
export interface Statement {
  readonly kind: 'statement';
  readonly prelude: string;
}

export type Item = Declaration | Block | Statement;

/** Blocks in blocks; what is deeper is left out. */
const MOST_DEPTH = 32;

/** The items of a style sheet, or of a `style` attribute. */
export function readSheet(css: string): Item[] {
  return new Reader(css.includes('/*') ? withoutComments(css) : css).items(0);
}

function withoutComments(css: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < css.length; at++) {
    const character = css[at]!;
    if (character === '\\') at++;
    else if (character === '"' || character === "'") at = endOfQuoted(css, at);
    else if (character === '/' && css[at + 1] === '*') {
      parts.push(css.slice(from, at), ' ');
      const end = css.indexOf('*/', at + 2);
      from = end < 0 ? css.length : end + 2;
      at = from - 1;
    }
  }
  return parts.join('') + css.slice(from);
}

class Reader {
  #at = 0;
  readonly #css: string;

  constructor(css: string) {
    this.#css = css;
  }

  /** Until the bracket that closes them. */
  items(depth: number): Item[] {
    const items: Item[] = [];
    while (this.#at < this.#css.length) {
      const from = this.#at;
      this.#at = endOfPart(this.#css, from);
      const part = this.#css.slice(from, this.#at).trim();
      const end = this.#css[this.#at++];
      if (end === '{') {
        if (depth < MOST_DEPTH) {
          items.push({ kind: 'block', prelude: part, items: this.items(depth + 1) });
        } else this.#skipBlock();
        continue;
      }
      const item = part === '' ? undefined : plainItem(part);
      if (item) items.push(item);
      // A bracket too many at the outside closes nothing
      if (end === '}' && depth > 0) break;
    }
    return items;
  }

  /** Behind the bracket that closes what was opened just before. */
  #skipBlock(): void {
    for (let open = 1; open > 0 && this.#at < this.#css.length; this.#at++) {
      this.#at = endOfPart(this.#css, this.#at);
      if (this.#css[this.#at] === '{') open++;
      else if (this.#css[this.#at] === '}') open--;
    }
  }
}

/** Where the next of `;`, `{` and `}` stands outside of quotes and brackets. */
function endOfPart(css: string, from: number): number {
  let round = 0;
  for (let at = from; at < css.length; at++) {
    const character = css[at]!;
    if (character === '\\') at++;
    else if (character === '"' || character === "'") at = endOfQuoted(css, at);
    else if (character === '(' || character === '[') round++;
    else if (character === ')' || character === ']') round = Math.max(0, round - 1);
    else if (character === '{' || character === '}') return at;
    else if (character === ';' && round === 0) return at;
  }
  return css.length;
}

function endOfQuoted(css: string, from: number): number {
  for (let at = from + 1; at < css.length; at++) {
    if (css[at] === '\\') at++;
    else if (css[at] === css[from]) return at;
  }
  return css.length;
}

function plainItem(part: string): Item | undefined {
  if (part.startsWith('@')) return { kind: 'statement', prelude: part };
  const colon = part.indexOf(':');
  const name = part.slice(0, Math.max(0, colon)).trim();
  if (!/^-{0,2}[\w-]+$/.test(name)) return undefined;
  const said = part.slice(colon + 1);
  const value = said.replace(/!\s*important\s*$/i, '');
  return {
    kind: 'declaration',
    property: name.startsWith('--') ? name : name.toLowerCase(),
    value: value.trim(),
    important: value.length < said.length,
  };
}

/** The parts of a text apart by a character outside of quotes and brackets. */
export function splitOutside(text: string, by: string): string[] {
  const parts: string[] = [];
  let round = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\\') at++;
    else if (character === '"' || character === "'") at = endOfQuoted(text, at);
    else if (character === '(' || character === '[') round++;
    else if (character === ')' || character === ']') round = Math.max(0, round - 1);
    else if (character === by && round === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}

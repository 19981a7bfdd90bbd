/**
 * Variables: `var()` by what custom properties are defined as (docs/spec/http.md 14.23).
 */

/** How deep definitions may name one another; a circle is no deeper. */
const MOST_DEPTH = 8;

/** Longest text that may come of one value, in characters. */
const MOST_LENGTH = 100_000;

/** What a custom property is defined as; undefined where it is not. */
export type Definitions = (name: string) => string | undefined;

/**
 * The value with each `var()` in whose place something can be put: its definition, else its fallback. One without either
 * stays. Undefined where that is too long.
 */
export function withVariables(value: string, definitions: Definitions): string | undefined {
  return filled(value, definitions, MOST_DEPTH);
}

function filled(value: string, definitions: Definitions, depth: number): string | undefined {
  let out = '';
  let done = 0;
  for (const { start, end, name, fallback } of uses(value)) {
    const found = definitions(name) ?? fallback;
    const put =
      found === undefined || depth === 0
        ? value.slice(start, end)
        : filled(found.trim(), definitions, depth - 1);
    if (put === undefined) return undefined;
    out += value.slice(done, start) + put;
    if (out.length > MOST_LENGTH) return undefined;
    done = end;
  }
  return out + value.slice(done);
}

interface Use {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly fallback?: string;
}

/** The outermost uses, in their order; what is not closed is none. */
function uses(value: string): Use[] {
  const found: Use[] = [];
  let at = value.indexOf('var(');
  while (at >= 0) {
    const end = closing(value, at + 4);
    if (end < 0) break;
    const inside = value.slice(at + 4, end);
    const comma = inside.indexOf(',');
    const name = (comma < 0 ? inside : inside.slice(0, comma)).trim();
    const fallback = comma < 0 ? {} : { fallback: inside.slice(comma + 1) };
    if (name.startsWith('--')) found.push({ start: at, end: end + 1, name, ...fallback });
    at = value.indexOf('var(', end + 1);
  }
  return found;
}

/** Where the bracket closes that was opened just before; -1 where it does not. */
function closing(value: string, from: number): number {
  let open = 1;
  for (let at = from; at < value.length; at++) {
    if (value[at] === '(') open++;
    else if (value[at] === ')' && --open === 0) return at;
  }
  return -1;
}

/**
 * JSON problem: where and why a text is no JSON, without repeating any of it.
 *
 * `JSON.parse` gives a position for some mistakes only, quotes the text, and
 * takes the last of two equal keys; this reader says the place of all of them.
 *
 * Invariant: a text without a problem is read by `JSON.parse`, and what
 * `JSON.parse` refuses has a problem.
 */

export interface JsonProblem {
  /** Both count from 1; a column is a UTF-16 code unit. */
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** An object that is open, with the keys it has so far, or a list. */
type Open = { readonly keys?: Set<string> };

/**
 * What keeps a text from being JSON, or else the first key that stands twice in one object;
 * undefined for JSON without such keys.
 */
export function findJsonProblem(text: string): JsonProblem | undefined {
  let at = 0;
  /** The first key that stands twice; said only where the text is JSON otherwise. */
  let twice: JsonProblem | undefined;
  const open: Open[] = [];
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const takeChar = (char: string): boolean => {
    take(SPACE);
    if (text[at] !== char) return false;
    at += 1;
    return true;
  };
  const problem = (reason: string): JsonProblem => {
    const before = text.slice(0, at).split('\n');
    const end = at >= text.length ? 'the file ends too early: ' : '';
    return { line: before.length, column: before.at(-1)!.length + 1, reason: end + reason };
  };
  /** A key with its colon; gives a problem. */
  const key = ({ keys }: Open): JsonProblem | undefined => {
    take(SPACE);
    const start = at;
    const quoted = take(STRING);
    if (quoted === undefined) return problem('expected a key in double quotes');
    const name = JSON.parse(quoted) as string;
    if (keys!.has(name) && twice === undefined) {
      const end = at;
      at = start;
      twice = problem('this key stands twice in one object');
      at = end;
    }
    keys!.add(name);
    return takeChar(':') ? undefined : problem('expected a colon after the key');
  };

  for (;;) {
    // A value begins here
    if (takeChar('{')) {
      const object = { keys: new Set<string>() };
      if (!takeChar('}')) {
        open.push(object);
        const wrong = key(object);
        if (wrong !== undefined) return wrong;
        continue;
      }
    } else if (takeChar('[')) {
      if (!takeChar(']')) {
        open.push({});
        continue;
      }
    } else if ((take(STRING) ?? take(WORD) ?? take(NUMBER)) === undefined) {
      return problem(
        text[at] === '"'
          ? 'expected a string that ends on this line, with known escapes'
          : 'expected a value',
      );
    }
    // A value has ended: close what ends with it, then go on after a comma
    for (let holder = open.at(-1); ; holder = open.at(-1)) {
      take(SPACE);
      if (holder === undefined) {
        return at === text.length ? twice : problem('expected nothing more after the value');
      }
      if (takeChar(holder.keys === undefined ? ']' : '}')) {
        open.pop();
        continue;
      }
      if (!takeChar(',')) {
        return problem(`expected a comma or ${holder.keys === undefined ? ']' : '}'}`);
      }
      const wrong = holder.keys === undefined ? undefined : key(holder);
      if (wrong !== undefined) return wrong;
      break;
    }
  }
}

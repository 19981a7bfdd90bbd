/**
 * Nearest: which of some known names a person may have meant by another one.
 *
 * Two names are near where they differ by case, hyphens and underscores alone,
 * or by one slip of the keyboard (two for names of eight characters and more):
 * a character too many, too few, another, or two changed places. Names of one
 * to three characters are near only to themselves in another case, because `v`
 * is no slip for `w`.
 */

/** Longer texts are no names. */
const LONGEST_NAME = 40;

const SHORTEST_NAME = 4;

/** Known names, ordered once for many questions. */
export interface NameIndex {
  readonly byPlainName: ReadonlyMap<string, string>;
  readonly byLength: ReadonlyMap<number, readonly Entry[]>;
}

interface Entry {
  readonly name: string;
  readonly lower: string;
  readonly letters: number;
}

export function nameIndex(names: readonly string[]): NameIndex {
  const byPlainName = new Map<string, string>();
  const byLength = new Map<number, Entry[]>();
  for (const name of names) {
    const plain = plainName(name);
    if (!byPlainName.has(plain)) byPlainName.set(plain, name);
    const alike = byLength.get(name.length) ?? [];
    const lower = name.toLowerCase();
    alike.push({ name, lower, letters: lettersOf(lower) });
    byLength.set(name.length, alike);
  }
  return { byPlainName, byLength };
}

/** The known name nearest to `text`, the shortest of several; undefined where none is near. */
export function nearest(text: string, known: NameIndex): string | undefined {
  if (text === '' || text.length > LONGEST_NAME) return undefined;
  const same = known.byPlainName.get(plainName(text));
  if (same !== undefined || text.length < SHORTEST_NAME) return same;
  const lower = text.toLowerCase();
  let best: string | undefined;
  let least = text.length >= 8 ? 3 : 2;
  const slack = least - 1;
  const letters = lettersOf(lower);
  for (let length = text.length - slack; length <= text.length + slack; length += 1) {
    if (length < SHORTEST_NAME) continue;
    for (const entry of known.byLength.get(length) ?? []) {
      // A slip adds a letter, takes one, or both.
      if (ones(letters ^ entry.letters) > 2 * slack) continue;
      const slips = slipsBetween(lower, entry.lower, least);
      if (slips < least) [best, least] = [entry.name, slips];
    }
  }
  return best;
}

function plainName(text: string): string {
  return text.toLowerCase().replace(/[-_]/g, '');
}

/** A bit for each letter that occurs, whatever its case. */
function lettersOf(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at += 1) bits |= 1 << (text.charCodeAt(at) & 31);
  return bits;
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Slips from one text to another (optimal string alignment); `limit` where they are that many or more. */
function slipsBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let slips = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        slips = Math.min(slips, before[column - 2]! + 1);
      }
      current.push(slips);
    }
    if (Math.min(...current) >= limit) return limit;
    [before, last] = [last, current];
  }
  return Math.min(limit, last[b.length]!);
}

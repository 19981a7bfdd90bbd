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

/** The known name nearest to `text`, the first of several; undefined where none is near. */
export function nearest(text: string, known: Iterable<string>): string | undefined {
  if (text === '' || text.length > LONGEST_NAME) return undefined;
  const plain = plainName(text);
  let best: string | undefined;
  let least = text.length >= 8 ? 3 : 2;
  for (const name of known) {
    if (plainName(name) === plain) return name;
    if (Math.min(text.length, name.length) < SHORTEST_NAME) continue;
    const slips = slipsBetween(text.toLowerCase(), name.toLowerCase(), least);
    if (slips < least) [best, least] = [name, slips];
  }
  return best;
}

function plainName(text: string): string {
  return text.toLowerCase().replace(/[-_]/g, '');
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

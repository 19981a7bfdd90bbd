/**
 * Linear patterns: whether a backtracking engine matches a regular expression
 * in time that grows no faster than the text, decided from the pattern alone.
 *
 * The pattern becomes a position automaton (Glushkov): a state per character
 * class, an edge where one class may follow another. Matching is superlinear
 * only where two different runs of the automaton can read the same long text:
 * states p ≠ q and a word that leads from p to p, from p to q and from q to q
 * (Weber and Seidl 1991), or a loop that reads one word in two ways. The search
 * for a start, which a pattern without `^` makes, is one more state that reads
 * everything; against it a loop only counts where no match could end. Runs that
 * may end wherever they stand never fail, and count as nothing.
 *
 * Free of clocks: an answer about a pattern is the same on every machine. It
 * is on the safe side: counted repetitions are cut to three, assertions about
 * words count as nothing, so a harmless pattern may be refused, and what is
 * not understood (look-around, back references) is refused too.
 */

/** Why the pattern is not linear; undefined where it is. */
export function superlinear(pattern: RegExp): string | undefined {
  const automaton = automatonOf(pattern);
  if (typeof automaton === 'string') return automaton;
  return twofoldLoop(automaton) ?? growingRuns(automaton);
}

interface Automaton {
  /** What each state reads, a bit per symbol. State 0 is the search for a start. */
  readonly reads: readonly bigint[];
  readonly names: readonly string[];
  /** Followers of each state; a state stands there twice where two ways lead to it. */
  readonly follow: readonly (readonly number[])[];
  /** States after which the pattern may have matched. */
  readonly accepts: ReadonlySet<number>;
}

/** One piece of a pattern: where it begins and ends, and whether it may be empty. */
interface Piece {
  readonly nullable: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

const EMPTY: Piece = { nullable: true, first: [], last: [] };

/** ASCII, and a few that stand for the rest. */
const SYMBOLS = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
  ...['\u00a0', '\u00e9', '\u0394', '\u2028', '\ud800', '\uffff'],
];
const BEGIN = 1n << BigInt(SYMBOLS.length);
const END = BEGIN << 1n;
const EVERYTHING = (END << 1n) - 1n;

/** Copies that a counted repetition is written out to. */
const MOST_COPIES = 3;

class Unsupported extends Error {}

function automatonOf({ source, flags }: RegExp): Automaton | string {
  const reads: bigint[] = [EVERYTHING];
  const names: string[] = ['search'];
  const follow: number[][] = [[]];
  let at = 0;

  const state = (mask: bigint, name: string): Piece => {
    const index = reads.push(mask) - 1;
    names.push(name);
    follow.push([]);
    return { nullable: false, first: [index], last: [index] };
  };
  const link = (from: readonly number[], to: readonly number[]) => {
    for (const one of from) follow[one]?.push(...to);
  };
  const sequence = (a: Piece, b: Piece): Piece => {
    link(a.last, b.first);
    return {
      nullable: a.nullable && b.nullable,
      first: a.nullable ? [...a.first, ...b.first] : a.first,
      last: b.nullable ? [...b.last, ...a.last] : b.last,
    };
  };
  const peek = (text: string) => source.startsWith(text, at);
  const take = (text: string) => {
    if (!peek(text)) return false;
    at += text.length;
    return true;
  };

  function alternatives(): Piece {
    let piece = branch();
    while (take('|')) {
      const other = branch();
      piece = {
        nullable: piece.nullable || other.nullable,
        first: [...piece.first, ...other.first],
        last: [...piece.last, ...other.last],
      };
    }
    return piece;
  }

  function branch(): Piece {
    let piece = EMPTY;
    while (at < source.length && !peek('|') && !peek(')')) piece = sequence(piece, repeated());
    return piece;
  }

  function repeated(): Piece {
    const begin = at;
    const piece = atom();
    const end = at;
    const counts = quantifier();
    if (counts === undefined) return piece;
    const [min, max] = counts;
    if (max === Number.POSITIVE_INFINITY && min <= 1) {
      link(piece.last, piece.first);
      return { ...piece, nullable: min === 0 || piece.nullable };
    }
    if (min === 0 && max === 1) return { ...piece, nullable: true };
    // Written out: the atom is read again for each copy.
    const after = at;
    const copies = Math.min(max, MOST_COPIES);
    let all: Piece = min === 0 ? { ...piece, nullable: true } : piece;
    for (let copy = 2; copy <= copies; copy += 1) {
      at = begin;
      const next = atom();
      if (at !== end) throw new Unsupported('a repetition that cannot be read twice');
      const open = max === Number.POSITIVE_INFINITY && copy === copies;
      if (open) link(next.last, next.first);
      all = sequence(all, copy > min ? { ...next, nullable: true } : next);
    }
    at = after;
    return all;
  }

  function quantifier(): [min: number, max: number] | undefined {
    const rest = source.slice(at, at + 24);
    const [all = '', sign, least, comma, most] =
      /^(?:([*+?])|\{(\d{1,9})(,?)(\d{0,9})\})\??/.exec(rest) ?? [];
    if (all === '') return undefined;
    at += all.length;
    if (sign !== undefined) {
      return [sign === '+' ? 1 : 0, sign === '?' ? 1 : Number.POSITIVE_INFINITY];
    }
    const min = Number(least);
    return [min, comma === '' ? min : most === '' ? Number.POSITIVE_INFINITY : Number(most)];
  }

  function atom(): Piece {
    if (take('^')) return flags.includes('m') ? EMPTY : state(BEGIN, '^');
    if (take('$')) return flags.includes('m') ? EMPTY : state(END, '$');
    if (take('(')) {
      if (take('?') && !take(':')) {
        const [, name] = /^<(\w+)>/.exec(source.slice(at, at + 64)) ?? [];
        if (name === undefined) throw new Unsupported('look-around');
        at += name.length + 2;
      }
      const inside = alternatives();
      if (!take(')')) throw new Unsupported('a group without an end');
      return inside;
    }
    if (take('\\b') || take('\\B')) return EMPTY;
    const text = classText();
    return state(membersOf(text, flags), text);
  }

  /** The text of one character, escape or class. */
  function classText(): string {
    const begin = at;
    if (take('\\')) {
      if (/[1-9k]/.test(source[at] ?? '')) throw new Unsupported('a back reference');
      if (take('x')) at += 2;
      else if (take('u{') || take('p{') || take('P{')) at = source.indexOf('}', at) + 1;
      else if (take('u')) at += 4;
      else at += 1;
      return source.slice(begin, at);
    }
    if (!take('[')) {
      at += (source.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
      return source.slice(begin, at);
    }
    while (at < source.length && !peek(']')) at += peek('\\') ? 2 : 1;
    at += 1;
    return source.slice(begin, at);
  }

  try {
    const whole = alternatives();
    if (at !== source.length) return 'the pattern was not read to its end';
    follow[0]?.push(...(flags.includes('y') ? [] : [0]), ...whole.first);
    return {
      reads,
      names,
      follow,
      accepts: new Set([...whole.last, ...(whole.nullable ? [0] : [])]),
    };
  } catch (error) {
    if (error instanceof Unsupported) return `${error.message} is not understood`;
    throw error;
  }
}

function membersOf(text: string, flags: string): bigint {
  const one = new RegExp(`^(?:${text})$`, flags.replace(/[gym]/g, ''));
  let mask = 0n;
  for (const [index, symbol] of SYMBOLS.entries()) {
    if (one.test(symbol)) mask |= 1n << BigInt(index);
  }
  return mask;
}

/** A loop on which one state follows another in two ways, as in `(a*)*`. */
function twofoldLoop(automaton: Automaton): string | undefined {
  const { follow, names } = automaton;
  const reach = reachable(automaton);
  for (const [from, to] of follow.entries()) {
    for (const next of new Set(to)) {
      const ways = to.filter((one) => one === next).length;
      if (from !== 0 && ways > 1 && reach[next]?.has(from)) {
        return `${names[from]} then ${names[next]} can be read in two ways, again and again`;
      }
    }
  }
  return undefined;
}

/** Two runs over the same long text: p to p, p to q and q to q by one word. */
function growingRuns(automaton: Automaton): string | undefined {
  const { names, reads, accepts } = automaton;
  const reach = reachable(automaton);
  const loops = reads.map((_, state) => state).filter((state) => reach[state]?.has(state));
  for (const p of loops) {
    for (const q of loops) {
      if (p === q || !reach[p]?.has(q)) continue;
      // A run that may end wherever it stands never fails, so nothing is tried again.
      if ([p, ...(reach[p] ?? [])].every((state) => accepts.has(state))) continue;
      // Against the search for a start, a loop in which a match may end is no failure.
      if (p === 0 && accepts.has(q)) continue;
      if (meet(automaton, reach, p, q)) {
        return `${names[p]} and ${names[q]} can both read the same long text`;
      }
    }
  }
  return undefined;
}

/** Whether a word leads from (p, p, q) to (p, q, q), each component along edges that stay on the way. */
function meet(
  { reads, follow, accepts }: Automaton,
  reach: readonly ReadonlySet<number>[],
  p: number,
  q: number,
): boolean {
  const size = reads.length;
  const code = (a: number, b: number, c: number) => (a * size + b) * size + c;
  const goal = code(p, q, q);
  const seen = new Set<number>();
  const queue: [number, number, number][] = [[p, p, q]];
  const back = (state: number, home: number) => state === home || reach[state]?.has(home) === true;
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [a, b, c] = next;
    for (const x of new Set(follow[a])) {
      if (!back(x, p)) continue;
      for (const y of new Set(follow[b])) {
        const shared = (reads[x] ?? 0n) & (reads[y] ?? 0n);
        if (shared === 0n || !back(y, q)) continue;
        for (const z of new Set(follow[c])) {
          if ((shared & (reads[z] ?? 0n)) === 0n || !back(z, q)) continue;
          if (p === 0 && accepts.has(z)) continue;
          const at = code(x, y, z);
          if (at === goal) return true;
          if (seen.has(at)) continue;
          seen.add(at);
          queue.push([x, y, z]);
        }
      }
    }
  }
  return false;
}

/** The states that each state leads to, in at least one step. */
function reachable({ follow }: Automaton): ReadonlySet<number>[] {
  return follow.map((first) => {
    const found = new Set<number>(first);
    for (const state of found) for (const next of follow[state] ?? []) found.add(next);
    return found;
  });
}

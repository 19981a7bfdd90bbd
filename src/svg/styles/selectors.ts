/**
 * Selectors: which elements of a drawing a rule is for (Selectors 4 specification).
 *
 * Read by css-tree, matched here from the right. Of pseudo-classes those of structure and of lists are known: a picture
 * has no pointer and no links, so the others match nothing. A list with one that cannot be read is no list, unless it
 * stands in `:is()` or `:where()`.
 */
import { type CssNode, type Nth, parse, type Selector } from 'css-tree';
import { attributeOf, type TreeElement } from '../tree.ts';

/** Identities, classes with their like, and types: the greater goes before, from the left. */
export type Specificity = readonly [number, number, number];

/** One selector, in its parts. */
export interface Complex {
  readonly specificity: Specificity;
  /** From the left. */
  readonly parts: readonly Part[];
}

interface Part {
  /** How it hangs together with the part before; of the first part only inside of `:has()`. */
  readonly combinator: string;
  readonly tests: readonly Test[];
}

type Test = (element: TreeElement, scope: Scope) => boolean;

/** What matching is told, and how many comparisons are left to it. */
export interface Scope {
  left: number;
}

/** Takes work off what is left. @throws TooManyComparisons */
export function charge(scope: Scope, comparisons: number): void {
  scope.left -= comparisons;
  if (scope.left < 0) throw new TooManyComparisons();
}

/** Thrown where matching takes more comparisons than are left. */
export class TooManyComparisons extends Error {}

/** The selectors of a list; none where it cannot be read. */
export function readSelectors(text: string): Complex[] {
  try {
    const tree = parse(text, { context: 'selectorList' });
    if (tree.type !== 'SelectorList') return [];
    return tree.children.toArray().map((one) => complex(one));
  } catch {
    return [];
  }
}

/** The specificity with which an element matches a list; undefined where it does not. */
export function matched(
  selectors: readonly Complex[],
  element: TreeElement,
  scope: Scope,
): Specificity | undefined {
  let best: Specificity | undefined;
  for (const one of selectors) {
    if (best !== undefined && compare(one.specificity, best) <= 0) continue;
    if (matches(one, element, scope)) best = one.specificity;
  }
  return best;
}

/** Negative where the first is the lesser. */
export function compare(a: Specificity, b: Specificity): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function matches({ parts }: Complex, element: TreeElement, scope: Scope): boolean {
  return partMatches(parts, parts.length - 1, element, scope);
}

function partMatches(
  parts: readonly Part[],
  at: number,
  element: TreeElement,
  scope: Scope,
): boolean {
  charge(scope, 1);
  const { combinator, tests } = parts[at]!;
  if (!tests.every((test) => test(element, scope))) return false;
  if (at === 0) return true;
  for (const before of precursors(element, combinator)) {
    if (partMatches(parts, at - 1, before, scope)) return true;
  }
  return false;
}

/** The elements that a part before may be. */
function* precursors(element: TreeElement, combinator: string): Generator<TreeElement> {
  const { parent, index } = element;
  if (combinator === '>' && parent) yield parent;
  if (combinator === '+' && index > 0) yield parent!.children[index - 1]!;
  if (combinator === '~') {
    for (let at = index - 1; at >= 0; at--) yield parent!.children[at]!;
  }
  if (combinator !== ' ') return;
  for (let at = parent; at; at = at.parent) yield at;
}

/** @throws Error where there is a part that nothing is known of */
function complex(node: CssNode, within?: Test): Complex {
  if (node.type !== 'Selector') throw new Error('no selector');
  const parts: { combinator: string; tests: Test[] }[] = [{ combinator: ' ', tests: [] }];
  if (within) parts[0]!.tests.push(within);
  let specificity: Specificity = [0, 0, 0];
  const nodes = node.children.toArray();
  if (within && nodes[0]?.type !== 'Combinator') parts.push({ combinator: ' ', tests: [] });
  for (const one of nodes) {
    if (one.type === 'Combinator') {
      parts.push({ combinator: one.name, tests: [] });
      continue;
    }
    const [test, adds] = simple(one);
    parts.at(-1)!.tests.push(test);
    specificity = sum(specificity, adds);
  }
  if (parts.some(({ tests }) => tests.length === 0)) throw new Error('no selector');
  return { specificity, parts };
}

function sum(a: Specificity, b: Specificity): Specificity {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

const CLASS: Specificity = [0, 1, 0];

/** @throws Error */
function simple(node: CssNode): [test: Test, adds: Specificity] {
  switch (node.type) {
    case 'TypeSelector': {
      const name = node.name.slice(node.name.indexOf('|') + 1);
      if (name === '*') return [() => true, [0, 0, 0]];
      return [(element) => element.name === name, [0, 0, 1]];
    }
    case 'IdSelector': {
      const { name } = node;
      return [(element) => attributeOf(element, 'id') === name, [1, 0, 0]];
    }
    case 'ClassSelector': {
      const { name } = node;
      return [(element) => classes(element).has(name), CLASS];
    }
    case 'AttributeSelector':
      return [attributeTest(node), CLASS];
    case 'PseudoClassSelector':
      return pseudoClass(node.name.toLowerCase(), node.children?.toArray() ?? []);
    default:
      throw new Error('not known');
  }
}

const CLASSES = new WeakMap<TreeElement, ReadonlySet<string>>();

function classes(element: TreeElement): ReadonlySet<string> {
  const known = CLASSES.get(element);
  if (known) return known;
  const found = new Set(attributeOf(element, 'class')?.split(/\s+/) ?? []);
  CLASSES.set(element, found);
  return found;
}

function attributeTest(node: Extract<CssNode, { type: 'AttributeSelector' }>): Test {
  const name = node.name.name.replace('|', ':').replace(/^\*?:/, '');
  const folded = node.flags?.toLowerCase() === 'i';
  const fold = (text: string) => (folded ? text.toLowerCase() : text);
  const { value } = node;
  const wanted = fold(value === null ? '' : value.type === 'String' ? value.value : value.name);
  const compared = COMPARED[node.matcher ?? ''];
  if (!compared) throw new Error('not known');
  return (element) => {
    const has = attributeOf(element, name);
    return has !== undefined && compared(fold(has), wanted);
  };
}

const COMPARED: Readonly<Record<string, (has: string, wanted: string) => boolean>> = {
  '': () => true,
  '=': (has, wanted) => has === wanted,
  '~=': (has, wanted) => has.split(/\s+/).includes(wanted),
  '|=': (has, wanted) => has === wanted || has.startsWith(`${wanted}-`),
  '^=': (has, wanted) => wanted !== '' && has.startsWith(wanted),
  '$=': (has, wanted) => wanted !== '' && has.endsWith(wanted),
  '*=': (has, wanted) => wanted !== '' && has.includes(wanted),
};

/** @throws Error for pseudo-classes that browsers do not know either, as far as can be told */
function pseudoClass(name: string, inside: readonly CssNode[]): [test: Test, adds: Specificity] {
  const [first] = inside;
  if (name === 'root' || name === 'scope') return [({ parent }) => parent === undefined, CLASS];
  if (name === 'empty') return [({ children }) => children.length === 0, CLASS];
  const list = first?.type === 'SelectorList' ? first.children.toArray() : undefined;
  if (name === 'is' || name === 'where' || name === 'matches' || name === '-webkit-any') {
    const some = forgiving(list ?? []);
    const test: Test = (element, scope) => matched(some, element, scope) !== undefined;
    return [test, name === 'where' ? [0, 0, 0] : most(some)];
  }
  if (name === 'not' && list) {
    const none = list.map((one) => complex(one));
    return [(element, scope) => matched(none, element, scope) === undefined, most(none)];
  }
  if (name === 'has' && list) return has(list.filter((one) => one.type === 'Selector'));
  const counted = /^(?:nth-(last-)?(child|of-type)|(first|last|only)-(child|of-type))$/.exec(name);
  if (counted) return [countedTest(counted, first), CLASS];
  if (inside.length > 0) throw new Error('not known');
  return [() => false, CLASS];
}

function forgiving(list: readonly CssNode[]): Complex[] {
  return list.flatMap((one) => {
    try {
      return [complex(one)];
    } catch {
      return [];
    }
  });
}

function most(list: readonly Complex[]): Specificity {
  return list.reduce<Specificity>(
    (best, { specificity }) => (compare(specificity, best) > 0 ? specificity : best),
    [0, 0, 0],
  );
}

function has(list: readonly Selector[]): [test: Test, adds: Specificity] {
  let anchor: TreeElement | undefined;
  const some = list.map((one) => complex(one, (element) => element === anchor));
  const besides = list.some((one) => {
    const [first] = one.children.toArray();
    return first?.type === 'Combinator' && (first.name === '+' || first.name === '~');
  });
  const test: Test = (element, scope) => {
    const outer = anchor;
    anchor = element;
    try {
      const around = besides ? (element.parent?.children.slice(element.index + 1) ?? []) : [];
      charge(scope, around.length + element.children.length);
      for (const one of descendants([...element.children, ...around])) {
        if (matched(some, one, scope) !== undefined) return true;
      }
      return false;
    } finally {
      anchor = outer;
    }
  };
  return [test, most(some)];
}

function* descendants(elements: readonly TreeElement[]): Generator<TreeElement> {
  const open = [...elements];
  for (let one = open.pop(); one; one = open.pop()) {
    yield one;
    open.push(...one.children);
  }
}

function countedTest(name: RegExpExecArray, node: CssNode | undefined): Test {
  const last = name[1] !== undefined || name[3] === 'last';
  const ofType = (name[2] ?? name[4]) === 'of-type';
  const nth = node?.type === 'Nth' ? node : undefined;
  if (name[2] !== undefined && !nth) throw new Error('not known');
  const [step, start] = nth ? progression(nth) : ([0, 1] as const);
  const of = nth?.selector?.children.toArray().map((one) => complex(one));
  const place = (element: TreeElement, fromEnd: boolean, scope: Scope): number => {
    const all = element.parent?.children ?? [element];
    const beside = fromEnd ? all.slice(element.index) : all.slice(0, element.index + 1);
    charge(scope, beside.length);
    return beside.filter(
      (one) =>
        (!ofType || one.name === element.name) &&
        (of === undefined || matched(of, one, scope) !== undefined),
    ).length;
  };
  return (element, scope) => {
    if (of !== undefined && matched(of, element, scope) === undefined) return false;
    if (name[3] === 'only') return place(element, false, scope) * place(element, true, scope) === 1;
    const beyond = place(element, last, scope) - start;
    return step === 0 ? beyond === 0 : beyond % step === 0 && beyond / step >= 0;
  };
}

function progression({ nth }: Nth): readonly [step: number, start: number] {
  if (nth.type === 'Identifier') return nth.name === 'even' ? [2, 0] : [2, 1];
  return [Number(nth.a ?? 0), Number(nth.b ?? 0)];
}

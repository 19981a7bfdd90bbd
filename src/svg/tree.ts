/**
 * Tree: which element of an SVG text stands in which, for what depends on it: selectors, and properties that are inherited.
 *
 * Read without a parser of the whole, as `root.ts` does: text between tags, comments and CDATA is not looked at.
 */
import { type Attribute, elementTags, withoutReferences } from './root.ts';

/** One element of the tree. */
export interface TreeElement {
  readonly name: string;
  /** Behind `<name`. */
  readonly nameEnd: number;
  readonly attributes: readonly Attribute[];
  /** Of the attributes, by name, as they stand in the text. */
  readonly values: ReadonlyMap<string, string>;
  readonly parent: TreeElement | undefined;
  readonly children: TreeElement[];
  /** Its place among the children of its parent. */
  readonly index: number;
}

/** All elements, in the order of their start tags; the first is the root. What is not closed holds all that follows. */
export function elementsOf(text: string): TreeElement[] {
  const all: TreeElement[] = [];
  const open: TreeElement[] = [];
  for (const tag of elementTags(text)) {
    if (tag.kind === 'close') {
      open.pop();
      continue;
    }
    const parent = open.at(-1);
    const index = parent?.children.length ?? 0;
    const values = new Map(tag.attributes.map(({ name, value }) => [name, value]));
    const element = { ...tag, values, parent, children: [], index };
    parent?.children.push(element);
    all.push(element);
    if (!tag.empty) open.push(element);
  }
  return all;
}

/** The value of an attribute with its references to characters resolved; undefined where it has none of that name. */
export function attributeOf({ values }: TreeElement, name: string): string | undefined {
  const found = values.get(name);
  return found === undefined ? undefined : withoutReferences(found);
}

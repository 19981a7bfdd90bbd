/**
 * Plain styles: the CSS of an SVG in the words that librsvg reads.
 *
 * Browsers show an SVG by all of CSS. librsvg 2.63 passes over `@media` and `@layer` with all they hold, takes the
 * fallback of `var()` even where the property is defined, and does not know `transform-origin`. What can be said in
 * other words is said so here (docs/spec/http.md 14.23): blocks that hold for a picture on a page are opened, custom
 * properties of the root are put in place, and an origin becomes two translations.
 *
 * Not followed: custom properties of elements in between, `@supports`, and origins by the box of what is drawn.
 * Pure; a style sheet that cannot be read stays as it is.
 */
import { type Block, type CssNode, generate, type List, parse } from 'css-tree';
import type { Size } from '../../base/size.ts';
import { type Attribute, type StartTag, startTags, styleSheets } from '../root.ts';
import { hasStyles } from './has-styles.ts';
import { mediaHolds } from './media.ts';
import { throughOrigin } from './transform-origin.ts';
import { type Definitions, withVariables } from './variables.ts';

/** Characters that a text may gain: variables that hold one another grow by powers. */
const MOST_GAINED = 1_000_000;

/** What a drawing is shown at. */
export interface View {
  /** In pixels of CSS. */
  readonly drawn: Size;
  /** Its view box: what shares of an origin are shares of. */
  readonly box: Size;
}

/** The same drawing for librsvg. */
export function plainStyles(text: string, view: View): string {
  const sheets = styleSheets(text).flatMap(({ css, ...place }) => {
    const tree = parsed(css, 'stylesheet');
    if (tree?.type !== 'StyleSheet') return [];
    open(tree.children, view.drawn);
    return [{ ...place, tree }];
  });
  const tags = startTags(text);
  const root = new Map([
    ...sheets.flatMap(({ tree }) => rootDefinitions(tree.children)),
    ...ownDefinitions(tags[0]),
  ]);
  const rewrite = new Rewriting(root, view.box);
  const changes = [
    ...sheets.map(({ start, end, tree }) => {
      for (const { block } of rulesOf(tree.children)) rewrite.block(block.children);
      return { start, end, by: `<![CDATA[${generate(tree)}]]>` };
    }),
    ...tags.flatMap((tag) => rewrite.tag(tag)),
  ].sort((a, b) => a.start - b.start);
  return rewrite.gained > MOST_GAINED ? text : replaced(text, changes);
}

interface Change {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

function replaced(text: string, changes: readonly Change[]): string {
  let done = 0;
  const parts: string[] = [];
  for (const { start, end, by } of changes) {
    parts.push(text.slice(done, start), by);
    done = end;
  }
  return parts.join('') + text.slice(done);
}

/** Opens blocks that hold, and takes out those that do not. */
function open(nodes: List<CssNode>, drawn: Size): void {
  nodes.forEach((node, item, list) => {
    if (node.type !== 'Atrule' || !node.block) return;
    const asks = node.name === 'media';
    if (!asks && node.name !== 'layer') return;
    if (!asks || mediaHolds(node.prelude ? generate(node.prelude) : '', drawn)) {
      open(node.block.children, drawn);
      list.insertList(node.block.children, item);
    }
    list.remove(item);
  });
}

interface Rule {
  readonly selectors: string;
  readonly block: Block;
}

function rulesOf(nodes: List<CssNode>): Rule[] {
  return nodes
    .toArray()
    .flatMap((node) =>
      node.type === 'Rule' ? [{ selectors: generate(node.prelude), block: node.block }] : [],
    );
}

/** Selectors that hold for the root, and nothing but it or for all. */
const ROOT = new Set([':root', 'svg', '*', 'svg:root']);

function rootDefinitions(nodes: List<CssNode>): [string, string][] {
  return rulesOf(nodes)
    .filter(({ selectors }) => selectors.split(',').some((one) => ROOT.has(one)))
    .flatMap(({ block }) => definitions(block.children));
}

function ownDefinitions(tag: StartTag | undefined): [string, string][] {
  const style = tag?.attributes.find(({ name }) => name === 'style');
  const tree = style && parsed(style.value, 'declarationList');
  return tree?.type === 'DeclarationList' ? definitions(tree.children) : [];
}

function definitions(nodes: List<CssNode>): [string, string][] {
  return nodes
    .toArray()
    .flatMap((node) =>
      node.type === 'Declaration' && node.property.startsWith('--')
        ? [[node.property, generate(node.value).trim()]]
        : [],
    );
}

/** Undefined for what has characters of XML in their place, and for what is no CSS. */
function parsed(css: string, context: 'stylesheet' | 'declarationList'): CssNode | undefined {
  if (css.includes('&')) return undefined;
  try {
    return parse(css, { context, parseValue: false, parseCustomProperty: false });
  } catch {
    return undefined;
  }
}

/** Says declarations in other words, and counts what that takes. */
class Rewriting {
  /** Characters. */
  gained = 0;
  readonly #root: ReadonlyMap<string, string>;
  readonly #box: Size;

  constructor(root: ReadonlyMap<string, string>, box: Size) {
    this.#root = root;
    this.#box = box;
  }

  /** Declarations of one block, in place. */
  block(nodes: List<CssNode>): void {
    const own = this.#with(definitions(nodes));
    const transforms = new Map<string, CssNode>();
    nodes.forEach((node) => {
      if (node.type !== 'Declaration' || node.property.startsWith('--')) return;
      node.value = { type: 'Raw', value: this.#plain(generate(node.value), own) };
      transforms.set(node.property, node);
    });
    const [transform, origin, box] = ['transform', 'transform-origin', 'transform-box'].map(
      (name) => {
        const node = transforms.get(name);
        return node?.type === 'Declaration' ? generate(node.value) : undefined;
      },
    );
    const moved = throughOrigin({ transform, origin, box }, this.#box, 'style');
    const node = transforms.get('transform');
    if (moved !== undefined && node?.type === 'Declaration') {
      node.value = { type: 'Raw', value: moved };
    }
  }

  /** The changes of one tag. */
  tag({ attributes }: StartTag): Change[] {
    const changes: Change[] = [];
    const set = ({ name, start, end }: Attribute, value: string) =>
      changes.push({ start, end, by: ` ${name}="${value.replace(/[<&"]/g, escaped)}"` });
    const style = attributes.find(({ name }) => name === 'style');
    const tree = style && hasStyles(style.value) && parsed(style.value, 'declarationList');
    if (tree && tree.type === 'DeclarationList') {
      this.block(tree.children);
      set(style, generate(tree));
    }
    const origin = attributes.find(({ name }) => name === 'transform-origin')?.value;
    const others = attributes.filter(({ name, value }) => name !== 'style' && !value.includes('&'));
    if (origin === undefined && !others.some(({ value }) => value.includes('var('))) return changes;
    const own = this.#with(ownDefinitions({ attributes }));
    for (const one of others) {
      const plain = this.#plain(one.value, own);
      const said = { transform: plain, origin: origin && this.#plain(origin, own), box: undefined };
      const moved =
        one.name === 'transform' ? throughOrigin(said, this.#box, 'attribute') : undefined;
      if ((moved ?? plain) !== one.value) set(one, moved ?? plain);
    }
    return changes;
  }

  /** What properties are where some are defined, which go before those of the root. */
  #with(defined: readonly (readonly [string, string])[]): Definitions {
    const own = new Map(defined);
    return (name) => own.get(name) ?? this.#root.get(name);
  }

  #plain(value: string, definitions: Definitions): string {
    if (this.gained > MOST_GAINED || !value.includes('var(')) return value;
    const plain = withVariables(value, definitions);
    this.gained += plain?.length ?? Number.POSITIVE_INFINITY;
    return plain ?? value;
  }
}

function escaped(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

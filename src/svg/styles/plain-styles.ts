/**
 * Plain styles: the CSS of an SVG in the words that librsvg reads.
 *
 * Browsers show an SVG by all of CSS. librsvg 2.63 passes over `@media`, `@supports` and `@layer` with all they hold, over nested rules and
 * over rules with `:is()`, takes the fallback of `var()` even where the property is defined, and does not know
 * `transform-origin` or a background of the root. So the cascade is worked out here (docs/spec/http.md 14.23), and each element is given what
 * holds for it as its own style; style sheets are emptied.
 *
 * Not followed: `@container`, sizes in units of the window, and what `use` hands on to what it shows.
 * Pure; what cannot be read, or takes too much, stays as it is.
 */
import type { Size } from '../../base/size.ts';
import { type Attribute, rootTag, styleSheets, withFirstChild } from '../root.ts';
import { readViewBox } from '../size.ts';
import { attributeOf, elementsOf, type TreeElement } from '../tree.ts';
import { boundsOf } from './bounds.ts';
import { declarationsFor } from './cascade.ts';
import { withPlainColors } from './colors.ts';
import { mediaHolds } from './media.ts';
import { type Rule, rulesOf } from './rules.ts';
import { charge, type Scope, TooManyComparisons } from './selectors.ts';
import { type Declaration, readSheet } from './sheet.ts';
import { wholeTransform } from './transforms.ts';
import { type Definitions, withVariables } from './variables.ts';

/** Characters that a text may gain: variables that hold one another grow by powers. */
const MOST_GAINED = 1_000_000;

/** Comparisons of an element with a selector, and what is counted as such. */
const MOST_COMPARISONS = 2_000_000;

/** What it takes to hand on one custom property, which is memory. */
const COST = 4;

/** What a drawing is shown at. */
export interface View {
  /** In pixels of CSS. */
  readonly drawn: Size;
  /** Its view box: what shares of an origin are shares of. */
  readonly box: Size;
}

/** The same drawing for librsvg. */
export function plainStyles(text: string, view: View): string {
  const sheets = styleSheets(text);
  const held = sheets.filter(({ attributes }) => isHeld(attributes, view.drawn));
  const rules = rulesOf(
    held.map(({ css }) => readSheet(css)),
    view.drawn,
  );
  try {
    const styling = new Styling(rules, view.box);
    const changes = elementsOf(text).flatMap((element) => styling.changes(element));
    for (const { start, end } of sheets) changes.push({ start, end, by: '' });
    changes.sort((a, b) => a.start - b.start || a.end - b.end);
    return withBackground(replaced(text, changes), styling.background, view.box);
  } catch (cause) {
    if (cause instanceof TooManyComparisons || cause instanceof TooLong) return text;
    throw cause;
  }
}

/** Whether a style sheet is one of CSS, for what the picture is shown on. */
function isHeld(attributes: readonly Attribute[], drawn: Size): boolean {
  const given = (name: string) => attributes.find((one) => one.name === name)?.value ?? '';
  const type = given('type').split(';', 1)[0]?.trim().toLowerCase();
  return (type === '' || type === 'text/css') && mediaHolds(given('media'), drawn);
}

class TooLong extends Error {}

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

/** What one element shows and hands on. */
interface Styled {
  /** Custom properties, those that are inherited among them. */
  readonly custom: ReadonlyMap<string, string>;
  /** What shares of lengths in it are shares of. */
  readonly box: Size;
}

/** Properties of a place, which become one transform. */
const PLACE = ['transform', 'transform-origin', 'transform-box', 'translate', 'rotate', 'scale'];

/** Properties that an element has from its parent where a value means nothing. */
const INHERITED =
  /^(?:fill|stroke|color|font|letter|word|text-anchor|visibility|marker|paint-order|clip-rule)/;

class Styling {
  /** Of the root: a color. */
  background: string | undefined;
  /** Characters. */
  #gained = 0;
  readonly #scope: Scope = { left: MOST_COMPARISONS };
  readonly #rules: readonly Rule[];
  readonly #outside: Styled;
  readonly #done = new Map<TreeElement, Styled>();

  constructor(rules: readonly Rule[], box: Size) {
    this.#rules = rules;
    this.#outside = { custom: new Map(), box };
  }

  /** The changes of one tag, whose parent's were asked for before. @throws TooManyComparisons, TooLong */
  changes(element: TreeElement): Change[] {
    const parent = (element.parent && this.#done.get(element.parent)) ?? this.#outside;
    const declarations = declarationsFor(element, this.#rules, this.#scope);
    const custom = customOf(declarations, parent.custom, this.#scope);
    this.#done.set(element, { custom, box: innerBox(element) ?? parent.box });
    const definitions: Definitions = (name) => custom.get(name);
    const style = new Map<string, string[]>();
    for (const { property, value } of declarations) {
      if (property.startsWith('--')) continue;
      const plain = this.#plain(value, definitions);
      // A value that means nothing takes those before it along; two of a kind: the reader takes the last that it knows
      if (plain === undefined) style.set(property, INHERITED.test(property) ? ['inherit'] : []);
      else {
        const values = style.get(property) ?? [];
        values.push(plain);
        style.delete(property);
        style.set(property, values);
      }
    }
    const attributes = this.#plainAttributes(element, definitions);
    if (element.parent === undefined) this.background = backgroundOf(style);
    place(element, style, attributes, parent.box, this.#scope);
    const text = [...style].flatMap(([name, values]) => values.map((one) => `${name}:${one}`));
    if (text.length > 0 || attributeOf(element, 'style') !== undefined) {
      attributes.set('style', text.join(';'));
    }
    return this.#written(element, attributes);
  }

  /** Attributes with `var()` by what that stands for, and colors that librsvg does not know. */
  #plainAttributes(element: TreeElement, definitions: Definitions): Map<string, string> {
    const changed = new Map<string, string>();
    for (const { name, value } of element.attributes) {
      if (name === 'style' || !value.includes('(')) continue;
      const plain = this.#plain(attributeOf(element, name)!, definitions);
      if (plain !== undefined && plain !== value) changed.set(name, plain);
    }
    return changed;
  }

  /** Undefined where it means nothing. @throws TooLong */
  #plain(value: string, definitions: Definitions): string | undefined {
    if (!value.includes('var(')) return withPlainColors(value);
    const plain = withVariables(value, definitions);
    this.#grow(plain?.length ?? Number.POSITIVE_INFINITY);
    return plain === undefined || plain.trim() === '' || plain.includes('var(')
      ? undefined
      : withPlainColors(plain);
  }

  #grow(by: number): void {
    this.#gained += by;
    if (this.#gained > MOST_GAINED) throw new TooLong();
  }

  #written(element: TreeElement, attributes: ReadonlyMap<string, string>): Change[] {
    const changes: Change[] = [];
    const added: string[] = [];
    for (const [name, value] of attributes) {
      const by = ` ${name}="${value.replace(/[<&"]/g, (one) => `&#${one.charCodeAt(0)};`)}"`;
      this.#grow(by.length);
      const place = element.attributes.find((one) => one.name === name);
      if (place) changes.push({ start: place.start, end: place.end, by });
      else added.push(by);
    }
    const { nameEnd } = element;
    if (added.length > 0) changes.push({ start: nameEnd, end: nameEnd, by: added.join('') });
    return changes;
  }
}

/** Custom properties of an element; `initial` is none. */
function customOf(
  declarations: readonly Declaration[],
  inherited: ReadonlyMap<string, string>,
  scope: Scope,
): ReadonlyMap<string, string> {
  const own = declarations.filter(({ property }) => property.startsWith('--'));
  if (own.length === 0) return inherited;
  charge(scope, COST * inherited.size);
  const custom = new Map(inherited);
  for (const { property, value } of own) {
    if (value === 'initial') custom.delete(property);
    else if (value !== 'inherit' && value !== 'unset') custom.set(property, value);
  }
  return custom;
}

/** The view box that a drawing in a drawing opens. */
function innerBox(element: TreeElement): Size | undefined {
  if (element.parent === undefined || element.name !== 'svg') return undefined;
  const [width, height] = [attributeOf(element, 'width'), attributeOf(element, 'height')].map(
    Number,
  );
  return (
    readViewBox(attributeOf(element, 'viewBox')) ??
    (width! > 0 && height! > 0 ? { width: width!, height: height! } : undefined)
  );
}

/** Puts everything that a style says of a place into one transform, where librsvg would not understand it. */
function place(
  element: TreeElement,
  style: Map<string, string[]>,
  attributes: Map<string, string>,
  around: Size,
  scope: Scope,
): void {
  const given = (name: string) => style.get(name)?.at(-1);
  const attribute = (name: string) => attributes.get(name) ?? attributeOf(element, name);
  const transform = given('transform');
  const origin = given('transform-origin') ?? attribute('transform-origin');
  const said = {
    transform: transform ?? attribute('transform'),
    origin,
    translate: given('translate'),
    rotate: given('rotate'),
    scale: given('scale'),
  };
  const only = transform === undefined && origin === undefined;
  if (element.parent === undefined || (only && !said.translate && !said.rotate && !said.scale))
    return;
  const name = given('transform-box') ?? attribute('transform-box');
  const box = isViewBox(name) ? { left: 0, top: 0, ...around } : boundsOf(element, scope);
  const whole = box && wholeTransform(said, box);
  if (whole === undefined) return;
  for (const name of PLACE) style.delete(name);
  attributes.set('transform', whole);
}

/** Whether a value of `transform-box` is the one that elements of a drawing have by themselves. */
function isViewBox(name: string | undefined): boolean {
  return name === undefined || ['view-box', 'initial', 'unset'].includes(name.trim());
}

/** The color behind a drawing, where its style names one and nothing else. */
function backgroundOf(style: ReadonlyMap<string, string[]>): string | undefined {
  const values = ['background-color', 'background'].flatMap((name) => style.get(name) ?? []);
  const [color] = values.map((value) => value.trim());
  return color &&
    /^(?:#?\w+|[a-z]+\([^()]*\))$/i.test(color) &&
    !/^(?:url|none|transparent|inherit|initial|unset)/i.test(color)
    ? color
    : undefined;
}

/** With a rectangle behind it that is larger than any window. */
function withBackground(text: string, color: string | undefined, box: Size): string {
  if (color === undefined) return text;
  const given = rootTag(text)?.attributes.find(({ name }) => name === 'viewBox')?.value;
  const [left = 0, top = 0] = readViewBox(given)?.text.split(' ').map(Number) ?? [];
  const [wide, high] = [box.width * 100, box.height * 100];
  const fill = color.replace(/[<&"]/g, '');
  return withFirstChild(
    text,
    'rect',
    `x="${left - wide}" y="${top - high}" width="${2 * wide + box.width}" height="${2 * high + box.height}" style="fill:${fill};fill-opacity:1;stroke:none;visibility:visible"`,
  );
}

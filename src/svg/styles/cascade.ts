/**
 * Cascade: what rules and its own style say of one element, in the order in which the later one goes before (CSS Cascade 5
 * specification, section 6.1).
 */
import { attributeOf, type TreeElement } from '../tree.ts';
import type { Rule } from './rules.ts';
import { charge, compare, matched, type Scope, type Specificity } from './selectors.ts';
import { type Declaration, readSheet } from './sheet.ts';

interface Weighed {
  readonly declaration: Declaration;
  /** Of a style that stands at the element itself. */
  readonly own: boolean;
  readonly layer: number;
  readonly specificity: Specificity;
}

const LEAST: Specificity = [0, 0, 0];

/** All declarations for an element; the last of a property goes before. @throws TooManyComparisons */
export function declarationsFor(
  element: TreeElement,
  rules: readonly Rule[],
  scope: Scope,
): Declaration[] {
  const found: Weighed[] = [];
  for (const { selectors, declarations, layer } of rules) {
    const specificity = matched(selectors, element, scope);
    if (specificity === undefined) continue;
    charge(scope, declarations.length);
    for (const declaration of declarations) {
      found.push({ declaration, own: false, layer: layer.rank, specificity });
    }
  }
  for (const item of readSheet(attributeOf(element, 'style') ?? '')) {
    if (item.kind !== 'declaration') continue;
    found.push({ declaration: item, own: true, layer: 0, specificity: LEAST });
  }
  // The order of equals stays that of the text
  return found.sort(inOrder).map(({ declaration }) => declaration);
}

function inOrder(a: Weighed, b: Weighed): number {
  const { important } = a.declaration;
  if (important !== b.declaration.important) return important ? 1 : -1;
  if (a.own !== b.own) return a.own ? 1 : -1;
  // Layers are the other way round where they are important
  if (a.layer !== b.layer) return important ? b.layer - a.layer : a.layer - b.layer;
  return compare(a.specificity, b.specificity);
}

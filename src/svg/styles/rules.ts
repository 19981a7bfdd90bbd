/**
 * Rules: the style sheets of a drawing as one list of rules, those of nested rules and of blocks that hold among them.
 *
 * `@media` and `@supports` hold or not, `@layer` gives a rank (CSS Cascade 5 specification, section 6.4), and of a nested rule `&`
 * stands for the selectors around it (CSS Nesting 1). Other at-rules are left out, as librsvg does.
 */
import type { Size } from '../../base/size.ts';
import { mediaHolds } from './media.ts';
import { type Complex, readSelectors } from './selectors.ts';
import { type Declaration, type Item, splitOutside } from './sheet.ts';
import { isSupported } from './supports.ts';

export interface Rule {
  readonly selectors: readonly Complex[];
  readonly declarations: readonly Declaration[];
  /** Layers of a higher rank go before; what is in no layer has the highest. */
  readonly layer: Layer;
}

/** Longest text of selectors, which nested ones multiply. */
const MOST_SELECTOR = 20_000;

/** A layer with those in it. Its own rules go before theirs. */
export class Layer {
  /** Set by `rank`. */
  rank = 0;
  readonly #inside = new Map<string, Layer>();

  /** The layer of a name; one without a name is new each time. */
  at(name: string): Layer {
    const path = name.trim() === '' ? [`\0${this.#inside.size}`] : name.trim().split('.');
    return path.reduce<Layer>((layer, step) => layer.#step(step.trim()), this);
  }

  #step(name: string): Layer {
    const known = this.#inside.get(name) ?? new Layer();
    this.#inside.set(name, known);
    return known;
  }

  /** Ranks this layer and all in it, in the order in which they were named first. @returns the next rank */
  ranked(from = 0): number {
    let next = from;
    for (const layer of this.#inside.values()) next = layer.ranked(next);
    this.rank = next;
    return next + 1;
  }
}

/** @param drawn in pixels of CSS */
export function rulesOf(sheets: readonly (readonly Item[])[], drawn: Size): Rule[] {
  const rules: Rule[] = [];
  const outside = new Layer();

  function collect(items: readonly Item[], layer: Layer, around: string | undefined): void {
    let own: Declaration[] = [];
    const flush = () => {
      const selectors = own.length > 0 && around !== undefined ? readSelectors(around) : [];
      if (selectors.length > 0) rules.push({ selectors, declarations: own, layer });
      own = [];
    };
    for (const item of items) {
      if (item.kind === 'declaration') {
        own.push(item);
        continue;
      }
      flush();
      const { name, prelude } = atRule(item.prelude);
      if (item.kind === 'statement') {
        if (name === 'layer') for (const one of prelude.split(',')) layer.at(one);
      } else if (name === undefined) {
        const selectors = nested(item.prelude, around);
        if (selectors.length <= MOST_SELECTOR) collect(item.items, layer, selectors);
      } else if (name === 'layer') collect(item.items, layer.at(prelude), around);
      else if (name === 'media' && mediaHolds(prelude, drawn)) collect(item.items, layer, around);
      else if (name === 'supports' && isSupported(prelude)) collect(item.items, layer, around);
    }
    flush();
  }

  for (const items of sheets) collect(items, outside, undefined);
  outside.ranked();
  return rules;
}

function atRule(prelude: string): { name?: string; prelude: string } {
  const name = /^@([a-z-]+)/i.exec(prelude)?.[1];
  if (name === undefined) return { prelude };
  return { name: name.toLowerCase(), prelude: prelude.slice(name.length + 1).trim() };
}

/** The selectors of a rule with those around it in them. */
function nested(selectors: string, around: string | undefined): string {
  if (around === undefined) return selectors;
  const parent = `:is(${around})`;
  return splitOutside(selectors, ',')
    .map((one) => (one.includes('&') ? one.replaceAll('&', parent) : `${parent} ${one.trim()}`))
    .join(',');
}

/**
 * Plan: what a URL asks for, dialect-neutral, frozen, printable, hashable.
 *
 * Invariant: a plan names no source, no client and no dialect. Two URLs that
 * mean the same compile to plans with the same canonical form and key.
 */
import type { FrameChoice, Playing } from './animation/frame-choice.ts';
import type { Op } from './op.ts';
import type { Output } from './output.ts';

/** Which frames of an animation or pages of a document are read. */
export type Frames =
  | { readonly kind: 'all'; readonly choice?: FrameChoice }
  /** Counted from 0. */
  | { readonly kind: 'one'; readonly index: number };

export interface Plan {
  readonly frames: Frames;
  /** How an animation is played; absent: as the source says. */
  readonly playing?: Playing;
  readonly ops: readonly Op[];
  /**
   * How inks without a profile are read: `press` as a press prints them on coated paper;
   * absent: multiplied, as browsers do. No URL says it; a setting of the source does.
   */
  readonly cmyk?: 'press';
  /** Whether the annotations of a document are left out; absent: drawn. */
  readonly annotations?: false;
  readonly output: Output;
}

/** A plan in which nothing can be changed any more, at any depth. */
export function freezePlan(plan: Plan): Plan {
  return deepFreeze(plan);
}

/** The plan of a source that is delivered as it is, but for SVG that is to be made safe. */
export function sourcePlan(sanitize: boolean): Plan {
  return freezePlan({ frames: { kind: 'all' }, ops: [], output: { kind: 'source', sanitize } });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

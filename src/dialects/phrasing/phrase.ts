/**
 * Phrase: a plan said in the parameters of a dialect, as near as it can say it.
 *
 * The way back from a plan to a URL. What a dialect has no words for is left
 * out, and a quality is the nearest that it names; whether both mean the same
 * is found by compiling the phrase and comparing the plans (`otherWords`).
 *
 * Pure.
 */
import type { Color } from '../../base/color.ts';
import type { FormatName } from '../../image/format.ts';
import type { Length, Op, OpKind, OpOf } from '../../plan/op.ts';
import type { Output } from '../../plan/output.ts';
import type { Plan } from '../../plan/plan.ts';

/** Parameters by their names in the table of the dialect, with their texts. */
export type Pairs = readonly (readonly [name: string, text: string])[];

export type PictureOutput = Extract<Output, { kind: 'picture' }>;

/** The first op of a kind. */
export function opOf<K extends OpKind>({ ops }: Plan, kind: K): OpOf<K> | undefined {
  return ops.find((op): op is OpOf<K> & Op => op.kind === kind);
}

/** The format that an output names for stills; undefined where it follows from the source or from the client. */
export function namedFormat({ formats }: PictureOutput): FormatName | undefined {
  const first = formats.find(({ when }) => when?.animated !== true);
  if (first === undefined || first.format === 'source') return undefined;
  const free = Object.keys(first.when ?? {}).every((condition) => condition === 'animated');
  return free ? first.format : undefined;
}

/** Whether clients have a say in the format. */
export function negotiates({ formats }: PictureOutput): boolean {
  return formats.some(({ when }) => when?.accepts !== undefined);
}

/** By how much sides in pixels are divided to be CSS pixels again: the density where that leaves whole ones. */
export function densityOf(output: Output, ...sides: readonly (Length | undefined)[]): number {
  if (output.kind !== 'picture' || output.density === 1) return 1;
  const { density } = output;
  const whole = (side: Length | undefined) =>
    side === undefined || ('px' in side && Number.isInteger(side.px / density));
  return sides.some((side) => side !== undefined) && sides.every(whole) ? density : 1;
}

/** A number as short as it can be said: four decimals at most. */
export function short(value: number): string {
  return String(Number(value.toFixed(4)));
}

/** `rrggbb` without its alpha. */
export function hex({ red, green, blue }: Color): string {
  return [red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('');
}

/** What one linear tone step does: brightness, or contrast about a middle, in percent. */
export function toneOf(
  gain: number,
  offset: number,
): { readonly kind: 'brightness' | 'contrast'; readonly percent: number } {
  // Towards black or white, or a shift of everything
  if (Math.abs(gain - 1) < 1e-6) return { kind: 'brightness', percent: offset / 1.275 };
  if (Math.abs(offset) < 1e-6) return { kind: 'brightness', percent: (gain - 1) * 100 };
  if (gain < 1 && Math.abs(offset - 255 * (1 - gain)) < 0.5) {
    return { kind: 'brightness', percent: (1 - gain) * 100 };
  }
  return { kind: 'contrast', percent: (gain - 1) * 100 };
}

/** The name of a list whose number is nearest. */
export function nearestOf<Name extends string>(
  named: readonly (readonly [Name, number])[],
  value: number,
): Name {
  const [first, ...others] = named;
  if (first === undefined) throw new Error('expected names to choose from, got none');
  return others.reduce(
    (best, one) => (Math.abs(one[1] - value) < Math.abs(best[1] - value) ? one : best),
    first,
  )[0];
}

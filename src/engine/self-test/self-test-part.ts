/**
 * Self-test part: what is tried before it is relied on, and what became of it.
 */
import type { FormatName } from '../../image/format.ts';

/** What every build has, in the order in which it is tried: kernels, then encoders. */
export const USUAL_PARTS = ['metric', 'reduction', 'jpeg', 'png', 'webp', 'avif', 'gif'] as const;

/** What comes from packages that may be installed. */
export const OPTIONAL_PARTS = ['jxl'] as const;

export type SelfTestPart = (typeof USUAL_PARTS)[number] | (typeof OPTIONAL_PARTS)[number];

/** What nothing can stand in for: kernels, and the formats that are sent where no other will do. */
const NEEDED: ReadonlySet<SelfTestPart> = new Set(['metric', 'reduction', 'jpeg', 'png', 'gif']);

/**
 * `untested`: the process could not be started, was ended from outside or had no time, which says
 * nothing of the part.
 */
export type PartResult =
  | { readonly part: SelfTestPart; readonly outcome: 'passed' }
  | {
      readonly part: SelfTestPart;
      readonly outcome: 'failed' | 'untested';
      readonly reason: string;
    };

/** Parts that have failed and that no server does without. */
export function failedNeeds(results: readonly PartResult[]): SelfTestPart[] {
  return failedParts(results).filter((part) => NEEDED.has(part));
}

/** Formats whose encoder has failed, and in whose place another can be sent. */
export function failedFormats(results: readonly PartResult[]): FormatName[] {
  return failedParts(results).filter(
    (part): part is SelfTestPart & FormatName => !NEEDED.has(part),
  );
}

/** Parts that have failed. */
export function failedParts(results: readonly PartResult[]): SelfTestPart[] {
  return results.filter(({ outcome }) => outcome === 'failed').map(({ part }) => part);
}

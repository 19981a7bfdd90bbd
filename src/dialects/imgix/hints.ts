/**
 * Hints: what client hints say in place of parameters
 * (docs/spec/imgix.md 5.11, docs/spec/http.md 6).
 *
 * Only hints that `ch` names are read, `Sec-CH-*` before the older names, and
 * only values on a short ladder go on, so that caches stay small.
 */
import type { HINT_WORDS } from './params/output.ts';

type HintWord = (typeof HINT_WORDS)[number];

export interface Hints {
  /** Width in device pixels, from the ladder. */
  readonly width?: number;
  /** Device pixels per CSS pixel, in halves. */
  readonly dpr?: number;
  readonly saveData: boolean;
  /** Request headers that were asked for, lower case. */
  readonly vary: readonly string[];
  /** Value for `Accept-CH`; empty without `ch`. */
  readonly accept: string;
}

const HEADERS: Readonly<Record<HintWord, readonly string[]>> = {
  width: ['Sec-CH-Width', 'Width'],
  dpr: ['Sec-CH-DPR', 'DPR'],
  'save-data': ['Save-Data'],
};

/** Widths that the vendor's clients put into a srcset: each 16 % wider than the last. */
export const WIDTHS: readonly number[] = [
  100, 116, 135, 156, 181, 210, 244, 283, 328, 380, 441, 512, 594, 689, 799, 927, 1075, 1247, 1446,
  1678, 1946, 2257, 2619, 3038, 3524, 4087, 4741, 5500, 6380, 7401, 8192,
];

/** The hints of a request that `ch` asks for. */
export function hintsOf(
  ch: readonly HintWord[],
  headers: Readonly<Record<string, string | undefined>>,
): Hints {
  const asked = (Object.keys(HEADERS) as HintWord[]).filter((word) => ch.includes(word));
  const read = (word: HintWord) =>
    asked.includes(word)
      ? HEADERS[word].map((name) => headers[name.toLowerCase()]?.trim()).find((text) => text)
      : undefined;
  const width = bucketWidth(read('width'));
  const dpr = bucketDensity(read('dpr'));
  const names = asked.flatMap((word) => HEADERS[word]);
  return {
    ...(width === undefined ? {} : { width }),
    ...(dpr === undefined ? {} : { dpr }),
    saveData: read('save-data')?.toLowerCase() === 'on',
    vary: names.map((name) => name.toLowerCase()),
    accept: names.join(', '),
  };
}

/** The next width of the ladder: 450 is 512. */
function bucketWidth(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,4}$/.test(text)) return undefined;
  const width = Number(text);
  return width < 1 ? undefined : WIDTHS.find((step) => step >= width);
}

/** The next half: 2.625 is 3. */
function bucketDensity(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d(\.\d{1,6})?$/.test(text)) return undefined;
  const density = Number(text);
  return density < 0.5 || density > 5 ? undefined : Math.ceil(density * 2) / 2;
}

/**
 * Params: one documented parameter per row, from which types, reference pages
 * and explanations follow.
 *
 * A reader turns text into a value, or says what it expected; it may do both
 * (a number out of range is clamped and remarked on). What becomes of a value
 * that cannot be read is the dialect's decision.
 */

/** Most characters of any value (docs/spec/imgix.md 7.2). */
export const LONGEST_VALUE = 2000;

/** Most characters of a number: more than any program writes. */
export const LONGEST_NUMBER = 64;

/** What reading a text gave. */
export interface Reading<T> {
  /** Absent: unreadable, the parameter is not used. */
  readonly value?: T;
  /** What was expected, for a diagnostic: "a number from 1 to 100". */
  readonly expected?: string;
  /** What the service documents of this value and this build lacks: "intervals of frames are not built". */
  readonly notBuilt?: string;
}

/** How far this build honours a parameter. */
export type Support = 'full' | 'partial' | 'ignored' | 'planned';

export interface Param<T> {
  readonly aliases: readonly string[];
  /** The grammar for a person: "1..8192, or a share 0..1". */
  readonly values: string;
  /** What happens without it. */
  readonly fallback: string;
  readonly doc: string;
  readonly support: Support;
  /** A remark on the support, where it is not full. */
  readonly note?: string;
  /** It changes no picture at the service either (who calls, where work is done), so nothing is lost without it. */
  readonly silent?: true;
  read(text: string): Reading<T>;
}

export type ParamTable = Readonly<Record<string, Param<unknown>>>;

/** The values a table reads, each absent where it was not given or not readable. */
export type Values<Table extends ParamTable> = {
  -readonly [Name in keyof Table]?: Table[Name] extends Param<infer T> ? T : never;
};

interface Row {
  readonly doc: string;
  readonly aliases?: readonly string[];
  readonly values?: string;
  readonly fallback?: string;
  readonly support?: Support;
  readonly note?: string;
  readonly silent?: true;
}

/** A parameter with a reader of its own, which no text above {@link LONGEST_VALUE} reaches. */
export function param<T>(row: Row & { read(text: string): Reading<T> }): Param<T> {
  return {
    aliases: [],
    values: '',
    fallback: 'none',
    support: 'full',
    ...row,
    read: (text) =>
      text.length > LONGEST_VALUE
        ? { expected: `at most ${LONGEST_VALUE} characters` }
        : row.read(text),
  };
}

/** One of a list of words, matched exactly. */
export function choice<const Words extends readonly string[]>(
  words: Words,
  row: Row,
): Param<Words[number]> {
  return param<Words[number]>({
    values: words.join(', '),
    ...row,
    read: (text) =>
      words.includes(text) ? { value: text } : { expected: `one of ${words.join(', ')}` },
  });
}

/**
 * A decimal number. `outside` says what becomes of a number beyond its range:
 * moved to the nearest end with a remark, or not read at all.
 */
export function number(
  row: Row & {
    readonly min?: number;
    readonly max?: number;
    readonly round?: boolean;
    readonly outside: 'clamp' | 'refuse';
  },
): Param<number> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, round, outside } = row;
  const range = rangeText(min, max, round === true);
  return param<number>({
    values: range,
    ...row,
    read: (text) => {
      const value = decimal(text);
      if (value === undefined) return { expected: range };
      const rounded = round ? Math.round(value) : value;
      if (rounded >= min && rounded <= max) return { value: rounded };
      if (outside === 'refuse') return { expected: range };
      return { value: Math.min(max, Math.max(min, rounded)), expected: range };
    },
  });
}

/**
 * A plain decimal number as people write it: "12", "-0.5", "12.", "+.5"; at
 * most {@link LONGEST_NUMBER} characters, no exponent, no hexadecimal, no blanks.
 */
export function decimal(text: string): number | undefined {
  return text.length <= LONGEST_NUMBER && /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text)
    ? Number(text)
    : undefined;
}

/** A decimal number without a sign: "12", "12.", ".5", "4.000000". */
export function unsigned(text: string): number | undefined {
  return /^[+-]/.test(text) ? undefined : decimal(text);
}

function rangeText(min: number, max: number, whole: boolean): string {
  const noun = whole ? 'a whole number' : 'a number';
  if (Number.isFinite(min) && Number.isFinite(max)) return `${noun} from ${min} to ${max}`;
  if (Number.isFinite(min)) return `${noun} of at least ${min}`;
  return noun;
}

/**
 * Options: one row per setting, from which the schema, the environment, the
 * flags, `--help` and the reference page follow.
 *
 * A reader takes what stood in a file, a variable or a flag and gives the
 * value, or says what it expected.
 */

/** What reading a setting gave. */
export type OptionReading<T> = { readonly value: T } | { readonly expected: string };

export interface Option<T> {
  /** Name of the environment variable. */
  readonly env: string;
  /** Flag of the command line, without its dashes. */
  readonly flag: string;
  /** As one would write it; absent where the server decides at run time. */
  readonly fallback?: string;
  /** The grammar for a person. */
  readonly values: string;
  readonly doc: string;
  read(value: unknown): OptionReading<T>;
}

/** The value an option holds after reading; undefined is possible where it has no fallback. */
export type OptionValue<O> = O extends Option<infer T> ? T : never;

interface Row {
  readonly env: string;
  readonly flag: string;
  readonly fallback?: string;
  readonly doc: string;
}

/** An option that remembers in its type whether its row has a fallback, so that its value is known to be there. */
export type OptionOfRow<T, R> = Option<T> &
  (R extends { readonly fallback: string } ? { readonly fallback: string } : unknown);

/** Bytes: "512MB" (millions), "512MiB" (2^20), or a plain number. */
export function bytes<const R extends Row & { readonly min?: number }>(
  row: R,
): OptionOfRow<number, R> {
  const { min = 0 } = row;
  return option(row, 'a size such as 512MB or 64MiB', (value) => {
    const number =
      typeof value === 'number' ? value : parse(value, /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i, BYTES);
    return number !== undefined && Number.isSafeInteger(Math.round(number)) && number >= min
      ? Math.round(number)
      : undefined;
  });
}

/** A length of time in milliseconds: "250ms", "10s", "5m", "1h", "7d". A bare number has no unit and is refused. */
export function duration<const R extends Row>(row: R): OptionOfRow<number, R> {
  return option(row, 'a duration such as 250ms, 10s or 5m', (value) =>
    parse(value, DURATION, MILLISECONDS),
  );
}

/** A whole number in a range, both ends included. */
export function integer<const R extends Row & { readonly min: number; readonly max: number }>(
  row: R,
): OptionOfRow<number, R> {
  const { min, max } = row;
  return option(row, `a whole number from ${min} to ${max}`, (value) => {
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
      ? number
      : undefined;
  });
}

/** So many in a time. */
export interface Rate {
  readonly count: number;
  readonly milliseconds: number;
}

/** "600/1m", "20/s": a whole number, at least 1, and a time from 100 ms on, whose "1" may be left out. */
export function rate<const R extends Row>(row: R): OptionOfRow<Rate, R> {
  return option(row, 'a number and a time such as 600/1m or 20/s', (value) => {
    const match =
      typeof value === 'string' ? /^(\d{1,9}) ?\/ ?([\d.]* ?[a-z]+)$/i.exec(value.trim()) : null;
    const [, count = '', time = ''] = match ?? [];
    const milliseconds = parse(/^\d/.test(time) ? time : `1${time}`, DURATION, MILLISECONDS);
    return match !== null && Number(count) >= 1 && (milliseconds ?? 0) >= 100
      ? { count: Number(count), milliseconds: milliseconds ?? 0 }
      : undefined;
  });
}

/** An amount of money. */
export interface Money {
  readonly amount: number;
  /** Three capital letters (ISO 4217). */
  readonly currency: string;
}

/** "0.08 USD": an amount, not negative, and a currency. */
export function money<const R extends Row>(row: R): OptionOfRow<Money, R> {
  return option(row, 'an amount and a currency such as 0.08 USD', (value) => {
    const match =
      typeof value === 'string' ? /^(\d{1,9}(?:\.\d{1,9})?) ([A-Z]{3})$/.exec(value.trim()) : null;
    const [, amount = '', currency = ''] = match ?? [];
    return match === null ? undefined : { amount: Number(amount), currency };
  });
}

/** A list of texts, or one text with commas between them; each has to be as the row wants it. */
export function texts<
  const R extends Row & { readonly values: string; readonly accepts: (text: string) => boolean },
>(row: R): OptionOfRow<readonly string[], R> {
  return option(row, row.values, (value) => {
    const items: readonly unknown[] = typeof value === 'string' ? value.split(',') : asList(value);
    const found = items.map((item) => (typeof item === 'string' ? item.trim() : ''));
    return found.length > 0 &&
      found.length <= MOST_TEXTS &&
      found.every((item) => row.accepts(item))
      ? found
      : undefined;
  });
}

const MOST_TEXTS = 1000;

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A share, 0 to 1. */
export function share<const R extends Row>(row: R): OptionOfRow<number, R> {
  return option(row, 'a number from 0 to 1', (value) => {
    const number =
      typeof value === 'string' && /^(?:\d{1,9}(?:\.\d{1,20})?|\.\d{1,20})$/.test(value)
        ? Number(value)
        : value;
    return typeof number === 'number' && number >= 0 && number <= 1 ? number : undefined;
  });
}

/** An absolute URL of http or https, without credentials. */
export function httpUrl<const R extends Row>(row: R): OptionOfRow<string, R> {
  return option(row, 'an http or https URL', (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
    const { protocol, username, password } = new URL(value);
    return /^https?:$/.test(protocol) && username + password === '' ? value : undefined;
  });
}

/** A URL of Redis, which may have a name and a password. */
export function redisUrl<const R extends Row>(row: R): OptionOfRow<string, R> {
  return option(row, 'a redis:// or rediss:// URL', (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
    const { protocol, hostname } = new URL(value);
    return /^rediss?:$/.test(protocol) && hostname !== '' ? value : undefined;
  });
}

/** Yes or no; variables and flags may say true, on, yes, 1 and their opposites. */
export function toggle<const R extends Row>(row: R): OptionOfRow<boolean, R> {
  return option(row, 'true or false', (value) => {
    if (typeof value === 'boolean') return value;
    const word = typeof value === 'string' ? value.toLowerCase() : '';
    if (['true', 'on', 'yes', '1'].includes(word)) return true;
    return ['false', 'off', 'no', '0'].includes(word) ? false : undefined;
  });
}

/** One of a list of words. */
export function word<const Words extends readonly string[], const R extends Row>(
  words: Words,
  row: R,
): OptionOfRow<Words[number], R> {
  return option<Words[number], R>(row, `one of ${words.join(', ')}`, (value) =>
    typeof value === 'string' && words.includes(value) ? value : undefined,
  );
}

/** Text that is not empty and holds no control characters. */
export function text<const R extends Row & { readonly values: string }>(
  row: R,
): OptionOfRow<string, R> {
  return option(row, row.values, (value) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be refused
    typeof value === 'string' && value !== '' && !/[\u0000-\u001f\u007f]/.test(value)
      ? value
      : undefined,
  );
}

function option<T, R extends Row>(
  row: R,
  values: string,
  read: (value: unknown) => T | undefined,
): OptionOfRow<T, R> {
  const made: Option<T> = {
    ...row,
    values,
    read: (given) => {
      const value = read(given);
      return value === undefined ? { expected: values } : { value };
    },
  };
  return made as OptionOfRow<T, R>;
}

const BYTES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/i;

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Number times unit; undefined where either cannot be read. */
function parse(
  value: unknown,
  pattern: RegExp,
  units: Readonly<Record<string, number>>,
): number | undefined {
  const match = typeof value === 'string' ? pattern.exec(value.trim()) : null;
  const unit = match === null ? undefined : units[(match[2] ?? '').toLowerCase()];
  return unit === undefined ? undefined : Number(match?.[1]) * unit;
}

/**
 * Setting: a row of a table of what a source may say, and the readers that such rows share.
 */
import { z } from 'zod';
import { duration as durationOption, rate as rateOption } from '../../base/options.ts';

/** A row of the table. */
export interface Setting {
  readonly schema: z.ZodType;
  /** The grammar for a person. */
  readonly values: string;
  /** What is used without it, as one would write it. */
  readonly fallback?: string;
  readonly doc: string;
}

/** Reads the times of sources. */
export const DURATION = durationOption({ env: '', flag: '', doc: '' });

/** A year, in milliseconds. */
const LONGEST_TTL = 365 * 86_400_000;

/** A length of time such as "90s", as milliseconds. */
export const duration = z.unknown().transform((value, context) => {
  const reading = DURATION.read(value);
  if ('value' in reading && reading.value <= LONGEST_TTL) return reading.value;
  context.addIssue({
    code: 'custom',
    message: 'expected a duration such as 90s, 10m or 7d, at most 365d',
  });
  return z.NEVER;
});

const RATE = rateOption({ env: '', flag: '', doc: '' });

/** So many in a time, such as "600/1m". */
export const rate = z.unknown().transform((value, context) => {
  const reading = RATE.read(value);
  if ('value' in reading) return reading.value;
  context.addIssue({ code: 'custom', message: `expected ${reading.expected}` });
  return z.NEVER;
});

/** A whole number in a range, both ends included. */
export function whole(min: number, max: number) {
  return z.unknown().transform((value, context) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    context.addIssue({ code: 'custom', message: `expected a whole number from ${min} to ${max}` });
    return z.NEVER;
  });
}

/** Schemas by name, as zod wants them for an object. */
export function schemasOf<T extends Record<string, Setting>>(table: T) {
  const rows = Object.entries(table).map(([name, { schema }]) => [name, schema]);
  return Object.fromEntries(rows) as { [Name in keyof T]: T[Name]['schema'] };
}

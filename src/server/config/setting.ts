/**
 * Setting: a row of a table of what a source may say, and the readers that such rows share.
 */
import { z } from 'zod';
import { duration as durationOption, money, rate as rateOption } from '../../base/options.ts';
import type { AllowedLengths } from '../../plan/allowed-sizes.ts';

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

const PRICE = money({ env: '', flag: '', doc: '' });

/** What something costs, such as "0.08 USD". */
export const price = z.unknown().transform((value, context) => {
  const reading = PRICE.read(value);
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

/** Names of presets, each with words of a URL. */
export const presets = z.record(z.string(), z.string().min(1)).superRefine((given, context) => {
  if (Object.keys(given).every((name) => /^[\w.-]{1,64}$/.test(name))) return;
  const message = 'expected names of letters, digits, "-", "_" or ".", at most 64 characters';
  context.addIssue({ code: 'custom', message });
});

/** What URLs may say, or what they may not. */
export const parameterRules = z
  .strictObject({
    allow: z.array(z.string().min(1)).optional(),
    deny: z.array(z.string().min(1)).optional(),
  })
  .refine(({ allow, deny }) => (allow === undefined) !== (deny === undefined), {
    message: 'expected allow or deny',
  });

/** Longest side that a list may name, in pixels. */
const LONGEST_SIDE = 65_535;

/** Allowed lengths of a side. */
export const lengths = z
  .strictObject({
    list: z.array(whole(1, LONGEST_SIDE)).min(1).optional(),
    step: whole(1, LONGEST_SIDE).optional(),
    to: whole(1, LONGEST_SIDE).optional(),
    policy: z.enum(['refuse', 'nearest']).default('refuse'),
  })
  .transform(({ list, step, to, policy }, context): AllowedLengths => {
    if (list !== undefined && step === undefined && to === undefined) return { list, policy };
    if (list === undefined && step !== undefined && to !== undefined && to >= step) {
      return { step, to, policy };
    }
    context.addIssue({ code: 'custom', message: 'expected a list, or a step and where it ends' });
    return z.NEVER;
  });

/** Schemas by name, as zod wants them for an object. */
export function schemasOf<T extends Record<string, Setting>>(table: T) {
  const rows = Object.entries(table).map(([name, { schema }]) => [name, schema]);
  return Object.fromEntries(rows) as { [Name in keyof T]: T[Name]['schema'] };
}

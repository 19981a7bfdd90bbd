/** Flags of commands, read as what they mean. */
import { UsageError } from './usage-error.ts';

/** A text that is not empty. */
export const textFlag = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Scheme, host and port of a server. @throws UsageError for what is no plain address of one */
export function baseOf(given: string | undefined, flag: string, hint = ''): string | undefined {
  if (given === undefined) return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const plain = url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/';
  if (!plain) throw new UsageError([`expected http://HOST:PORT for ${flag}, got ${given}${hint}`]);
  return url.origin;
}

/** @throws UsageError for what is no whole number in a range */
export function countFlag(given: unknown, flag: string, most: number): number {
  const count = Number(given);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new UsageError([`expected a whole number from 1 to ${most} for ${flag}, got ${given}`]);
}

/**
 * Purge order: what somebody wants to be purged, as JSON says it.
 *
 * Pure.
 */
import { z } from 'zod';
import { Fault } from '../../base/fault.ts';

/** Characters of an address, a tag or a prefix. */
const LONGEST = 8192;

const text = z
  .string()
  .min(1)
  .max(LONGEST)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be refused
  .regex(/^[^\u0000-\u001f\u007f]*$/);
const soft = z.boolean().exactOptional();
const name = text.exactOptional();

const orders = z.union([
  z.strictObject({ url: text, soft }),
  z.strictObject({ source: text, name, soft }),
  z.strictObject({ tag: text, soft }),
  z.strictObject({ prefix: text, name, soft }),
]);

/**
 * `url`: an address as visitors ask for it. `source`: an original, by its URL or its path below its origin.
 * `tag`: every source with it. `prefix`: every source whose address begins so, below its origin or in full.
 * `name` keeps a purge to one source of the configuration; `soft` lets what is purged be served while it is
 * asked for again.
 */
export type PurgeOrder = z.output<typeof orders>;

/** @throws Fault bad-request */
export function readPurgeOrder(value: unknown): PurgeOrder {
  const read = orders.safeParse(value);
  if (read.success) return read.data;
  throw new Fault(
    'bad-request',
    'Expected an object with one of "url", "source", "tag" and "prefix", and "soft" or not.',
  );
}

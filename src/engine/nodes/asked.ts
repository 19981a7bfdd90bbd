/**
 * Asked: how a visitor asked for a rendition, for a node with the same configuration.
 */
import { z } from 'zod';

/** Characters of a target, of a header, and headers of one request. */
const LONGEST_TARGET = 16_000;
const LONGEST_HEADER = 4096;
const MOST_HEADERS = 20;

export const askedSchema = z.strictObject({
  /** Of the source, in the configuration. */
  mount: z.string().min(1).max(200),
  /** After the mount, raw. */
  target: z.string().max(LONGEST_TARGET),
  /** Those that were looked at, in lower case. */
  headers: z
    .record(z.string().max(100), z.string().max(LONGEST_HEADER))
    .refine((headers) => Object.keys(headers).length <= MOST_HEADERS),
  /** When it was asked for, in milliseconds since 1970: what has expired since may be made all the same. */
  now: z.number(),
});

export type Asked = z.output<typeof askedSchema>;

/**
 * Questions: what a page may ask of the playground, read strictly.
 */
import { z } from 'zod';
import { Fault } from '../../base/fault.ts';
import { Chunks } from '../upload/body.ts';

/** Longest question in bytes: a URL of 8 kB, twice, with room. */
const MOST_BYTES = 64 * 1024;

const dialect = z.enum(['fastly', 'imgix', 'imageoptim']);
const accepts = z.array(z.enum(['avif', 'webp', 'jxl'])).max(3);
/** A picture of the demo by its name; without one, that of the session. */
const sample = z.string().max(200).optional();
/** Parameters by their names in the table of the dialect, with their texts. */
const values = z.array(z.tuple([z.string().min(1).max(100), z.string().max(2000)])).max(200);

const asked = { accepts, sample };

const COMPILE = z.union([
  z.strictObject({ ...asked, dialect, values }),
  z.strictObject({ ...asked, dialect, url: z.string().min(1).max(8192) }),
]);

const RENDER = z.strictObject({ ...asked, dialect, values });

const CURVE = z.strictObject({
  ...{ ...asked, dialect, values },
  format: z.enum(['jpeg', 'webp', 'avif', 'jxl']),
  /** On the JPEG scale. */
  qualities: z.array(z.number().int().min(1).max(100)).min(1).max(3),
});

const ERRORS = z.strictObject({
  ...{ ...asked, dialect, values },
  result: z.string().regex(/^[0-9a-f]{64}$/),
});

export const QUESTIONS = {
  compile: COMPILE,
  render: RENDER,
  curve: CURVE,
  errors: ERRORS,
} as const;
export type QuestionName = keyof typeof QUESTIONS;
export type Question<Name extends QuestionName> = z.infer<(typeof QUESTIONS)[Name]>;
/** What every question says. */
export type Asked = z.infer<typeof RENDER>;

/** A question out of a body. @throws Fault bad-request, upload-too-large */
export async function readQuestion<Name extends QuestionName>(
  name: Name,
  body: AsyncIterable<Uint8Array>,
): Promise<Question<Name>> {
  const text = new TextDecoder().decode(await readBody(body, MOST_BYTES));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Fault('bad-request', 'Expected JSON for the question, got something else.');
  }
  const read = QUESTIONS[name].safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.join('.') || 'the question';
    throw new Fault('bad-request', `The question cannot be read: ${where}: ${issue?.message}.`);
  }
  return read.data as Question<Name>;
}

/** A whole body in memory. @throws Fault upload-too-large, past so many bytes; upload-unreadable */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  most: number,
  check?: (head: Uint8Array) => void,
): Promise<Uint8Array> {
  const chunks = new Chunks(body, most, { maxBytes: most });
  const parts: Uint8Array[] = [];
  for (let part = await chunks.next(); part !== undefined; part = await chunks.next()) {
    if (parts.length === 0) check?.(part);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

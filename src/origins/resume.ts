/**
 * Resume: a body that goes on where its connection was cut (docs/spec/http.md 13.16).
 *
 * Only for a body of known length, sent as it is, whose strong tag names its bytes: the rest is asked
 * for under that tag, and taken only if the answer says that it is the rest of the same bytes.
 */

/** What an answer must have for its body to be gone on with. */
export interface Resumable {
  /** Strong. */
  readonly etag: string;
  /** Of the whole body, in bytes. */
  readonly length: number;
}

/** Times that one body is gone on with. */
const MOST_RESUMPTIONS = 8;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What is needed to go on with the body of a 200; undefined where that is not there. */
export function resumableOf(headers: Headers): Resumable | undefined {
  const etag = one(headers.etag);
  const length = one(headers['content-length']);
  const coding = one(headers['content-encoding']);
  if (etag === undefined || !/^"[^"]*"$/.test(etag)) return undefined;
  if (length === undefined || !/^\d{1,15}$/.test(length)) return undefined;
  if (coding !== undefined && coding !== 'identity') return undefined;
  if (one(headers['accept-ranges'])?.toLowerCase() === 'none') return undefined;
  return { etag, length: Number(length) };
}

/** The request headers for what follows the first bytes. */
export function restHeaders({ etag }: Resumable, first: number): Record<string, string> {
  return { range: `bytes=${first}-`, 'if-range': etag };
}

/** Whether an answer is the rest of the same bytes, from the first one that is missing on. */
export function isRest(
  status: number,
  headers: Headers,
  { etag, length }: Resumable,
  first: number,
): boolean {
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(
    one(headers['content-range']) ?? '',
  );
  const [, from, to, whole] = range?.map(Number) ?? [];
  const coding = one(headers['content-encoding']);
  return (
    status === 206 &&
    one(headers.etag) === etag &&
    (coding === undefined || coding === 'identity') &&
    from === first &&
    to === length - 1 &&
    whole === length
  );
}

/**
 * A body, gone on with where it breaks off.
 *
 * @param rest gives what follows the first bytes, or undefined where it cannot be had: then what cut
 * the body off is thrown
 */
export async function* resumed(
  body: AsyncIterable<Uint8Array>,
  length: number,
  rest: (first: number, error: unknown) => Promise<AsyncIterable<Uint8Array> | undefined>,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  let part = body;
  for (let times = 0; ; times++) {
    try {
      for await (const chunk of part) {
        received += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      const goesOn = received > 0 && received < length && times < MOST_RESUMPTIONS;
      const next = goesOn ? await rest(received, error) : undefined;
      if (next === undefined) throw error;
      part = next;
    }
  }
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

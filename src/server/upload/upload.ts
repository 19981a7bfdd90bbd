/**
 * Upload: the picture in the body of a POST.
 *
 * A body is a multipart form with one file, the bytes of a picture alone, or
 * nothing at all. It is read as a stream: limits hold while it arrives, and
 * what is not wanted is never kept. A picture is spooled: hashed while it
 * comes, in a file unless it is small.
 *
 * The vendor's own PHP client sets the standard for what must be survived: a
 * comma where the Content-Type needs a semicolon, no line break behind the
 * closing boundary, and a type for the part that says nothing.
 *
 * Invariant: after a fault the rest of the body is left unread and the
 * connection untouched, so that the answer can still be sent; close it then.
 * Source of the rules: docs/spec/imageoptim.md 9, docs/spec/http.md 14.13.
 */
import { isNoPicture, notAnImage, sniffFormat } from '../../image/sniff.ts';
import type { Receiver, Spooled } from '../../stores/spool.ts';
import type { Arriving } from '../../stores/spool-reading.ts';
import { Chunks, ENVELOPE, missing, tooLarge, UPLOAD_LIMITS, type UploadLimits } from './body.ts';
import { boundaryOf, readForm } from './form.ts';

/** Request headers by lower-case name. */
type Headers = Readonly<Record<string, string | undefined>>;

/**
 * The uploaded picture; undefined where the body is empty. Whoever gets it discards it.
 *
 * Its first bytes are looked at as they come: of what is no picture no more is read.
 *
 * @param incoming takes the picture in
 * @throws Fault `upload-too-large`, `upload-unreadable` for a body that breaks
 * off or is no form, `upload-missing` for a body without any file,
 * `source-not-an-image`, `overloaded`
 */
export async function readUpload(
  headers: Headers,
  body: AsyncIterable<Uint8Array> | undefined,
  incoming: Receiver,
  limits: UploadLimits = UPLOAD_LIMITS,
): Promise<Spooled | undefined> {
  if (body === undefined) return undefined;
  const type = headers['content-type'] ?? '';
  const form = /^\s*multipart\/form-data\b/i.test(type);
  const most = limits.maxBytes + (form ? ENVELOPE : 0);
  const announced = headers['content-length'];
  if (Number(announced ?? 0) > most) throw tooLarge(limits);

  const arriving = arrivingPicture(limits, announced);
  // Before the first pull, which invites the client to send.
  const admitted = await incoming.admit(arriving);
  const chunks = new Chunks(body, most, limits);
  try {
    const first = await chunks.next();
    if (first === undefined) return undefined;
    if (form) {
      const parts = { admitted, admit: () => incoming.admit(arriving), limits };
      return await readForm(boundaryOf(type), first, chunks, parts);
    }
    if (!/^\s*(image\/|application\/octet-stream\b|$)/i.test(type)) throw missing();
    return await admitted.read(chunks.from(first));
  } finally {
    await admitted.release();
  }
}

function arrivingPicture(limits: UploadLimits, announced: string | undefined): Arriving {
  const { maxBytes, pictures = true } = limits;
  return {
    ...(announced === undefined ? {} : { length: Math.min(Number(announced), maxBytes) }),
    maxBytes,
    tooLarge: () => tooLarge(limits),
    ...(pictures ? { check: checkPicture } : {}),
  };
}

/** True for a picture, false while it may become one. @throws Fault source-not-an-image */
function checkPicture(head: Uint8Array, ended: boolean): boolean {
  if (head.length > 0 && isNoPicture(head, ended)) throw notAnImage(head);
  return sniffFormat(head) !== undefined;
}

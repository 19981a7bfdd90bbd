/**
 * Whole source: what has come in is looked at before it becomes a source.
 *
 * A body that only the end of its connection ends may have been cut off: a
 * connection that is reset looks like one that is closed, so the file itself has
 * to tell (docs/spec/http.md 13.14). Mostly its last bytes do; else it is decoded once.
 */
import { type Body, bodyLength, bodyPart, bytesOf, isFileBody } from '../../base/body.ts';
import { Fault, isFault } from '../../base/fault.ts';
import { fileEnd, TAIL_BYTES } from '../../containers/file-end.ts';
import { GifWalk } from '../../containers/gif.ts';
import { PngWalk, pngFrames } from '../../containers/png.ts';
import { formatCard } from '../../image/format.ts';
import { sniffFormat } from '../../image/sniff.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Spooled } from '../../stores/spool.ts';

/** Carries a plan out on a body, for the faults alone. @throws Fault */
export type DecodeBody = (plan: Plan, body: Spooled, signal: AbortSignal) => Promise<void>;

/** Every pixel is decoded, and next to nothing made of them. */
const DECODE: Plan = {
  frames: { kind: 'all' },
  ops: [],
  output: { kind: 'blurhash', x: 1, y: 1 },
};

/**
 * Discards a body that is empty or cut off.
 *
 * @param unframed only the end of its connection has ended it
 * @throws Fault source-empty, origin-failed; those of a decoder that has no time
 */
export async function checkBody(
  spooled: Spooled,
  unframed: boolean,
  decode: DecodeBody,
  signal: AbortSignal,
): Promise<void> {
  try {
    // Nothing can be made of it, and handed on it would be an answer without a picture.
    if (spooled.length === 0) {
      throw new Fault('source-empty', 'Expected an image as the source, got nothing.');
    }
    if (unframed && !(await isWhole(spooled, decode, signal))) {
      throw new Fault('origin-failed', 'The source broke off before its end.');
    }
  } catch (error) {
    await spooled.discard();
    throw error;
  }
}

/** As far as can be told: what cannot be read is taken for whole. */
async function isWhole(
  spooled: Spooled,
  decode: DecodeBody,
  signal: AbortSignal,
): Promise<boolean> {
  const { head, body, length } = spooled;
  const end = fileEnd(head, await tailOf(body), length);
  if (end !== 'open') return end === 'whole';
  const format = sniffFormat(head);
  if (format === undefined || !formatCard(format).decodable) return true;
  // Its decoder does not mind.
  if (format === 'gif') return walked(body, new GifWalk());
  // Its decoder reads the first frame alone.
  if (format === 'png' && pngFrames(head) > 1) return walked(body, new PngWalk());
  try {
    await decode(DECODE, spooled, signal);
    return true;
  } catch (error) {
    if (isFault(error, 'source-broken')) return false;
    if (isFault(error) && !error.kind.retry) return true;
    throw error;
  }
}

async function walked(body: Body, walk: GifWalk | PngWalk): Promise<boolean> {
  const pieces = isFileBody(body) ? body.read() : [body];
  for await (const piece of pieces) walk.add(piece);
  return walk.whole;
}

function tailOf(body: Body): Promise<Uint8Array> {
  const end = bodyLength(body);
  return bytesOf(bodyPart(body, { start: Math.max(0, end - TAIL_BYTES), end }));
}

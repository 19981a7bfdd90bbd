/**
 * H.264 streams: what encoders put beside the picture, taken off.
 *
 * Pure.
 */
import { concat, uint32 } from '../bytes.ts';

/** Remarks (SEI) and delimiters: nothing that a decoder needs. */
const DROPPED: ReadonlySet<number> = new Set([6, 9]);

/**
 * A packet without the units that show nothing. x264 states its settings in one, 700 bytes
 * that a short video of flat colors does not have.
 *
 * @param data units with four bytes of length before each; what is not is given back as it is
 */
export function withoutRemarks(data: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  for (let at = 0; at < data.length; ) {
    const length = uint32(data, at);
    const end = at + 4 + (length ?? 0);
    if (length === undefined || length === 0 || end > data.length) return data;
    if (!DROPPED.has(data[at + 4]! & 31)) kept.push(data.subarray(at, end));
    at = end;
  }
  return kept.length === 1 ? kept[0]! : concat(kept);
}

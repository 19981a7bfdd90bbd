/**
 * H.264 streams: what encoders put beside the picture, taken off, and the form that files want.
 *
 * Pure.
 */
import { bytes32, concat, uint32 } from '../bytes.ts';

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

/** The units of a stream of start codes (Annex B of H.264), without them. */
export function unitsOf(stream: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let begin = -1;
  for (let at = 0; at + 2 < stream.length; at++) {
    if (stream[at] !== 0 || stream[at + 1] !== 0 || stream[at + 2] !== 1) continue;
    if (begin >= 0) units.push(trimmed(stream.subarray(begin, at)));
    begin = at + 3;
    at += 2;
  }
  if (begin >= 0) units.push(trimmed(stream.subarray(begin)));
  return units.filter(({ length }) => length > 0);
}

/** A unit ends with a bit that is set: zeros behind it belong to the next start code. */
function trimmed(unit: Uint8Array): Uint8Array {
  let end = unit.length;
  while (end > 0 && unit[end - 1] === 0) end--;
  return unit.subarray(0, end);
}

/** Units with four bytes of length before each, as files hold them. */
export function withLengths(units: readonly Uint8Array[]): Uint8Array {
  return concat(units.flatMap((unit) => [bytes32(unit.length), unit]));
}

/**
 * The `avcC` record of the parameter sets among some units (ISO/IEC 14496-15, 5.3.3); undefined
 * without one of each.
 */
export function avcRecord(units: readonly Uint8Array[]): Uint8Array | undefined {
  const [sps] = units.filter((unit) => (unit[0]! & 31) === 7);
  const [pps] = units.filter((unit) => (unit[0]! & 31) === 8);
  if (sps === undefined || pps === undefined || sps.length < 4) return undefined;
  const [, profile, limits, level] = sps;
  const set = (unit: Uint8Array) => [Uint8Array.of(unit.length >> 8, unit.length & 255), unit];
  // Version 1, lengths of four bytes, one set of each kind
  const head = Uint8Array.of(1, profile!, limits!, level!, 0xff, 0xe1);
  // High and above say their chroma and depth once more: 4:2:0, eight bits.
  const more = profile === 100 ? [Uint8Array.of(0xfd, 0xf8, 0xf8, 0)] : [];
  return concat([head, ...set(sps), Uint8Array.of(1), ...set(pps), ...more]);
}

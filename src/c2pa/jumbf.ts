/**
 * JUMBF (ISO/IEC 19566-5): boxes within boxes, each superbox with a description first.
 *
 * What was read keeps its bytes, so that what is passed on is passed on to the byte:
 * signatures and hashes cover them.
 *
 * Pure.
 */
import { bytes32, concat, latin1, latin1Bytes, uint32, utf8 } from '../containers/bytes.ts';

/** A box that holds no others. */
export interface ContentBox {
  readonly kind: 'content';
  /** Four letters. */
  readonly type: string;
  readonly data: Uint8Array;
}

export interface SuperBox {
  readonly kind: 'super';
  /** UUID of the content type, 32 hexadecimal digits. */
  readonly uuid: string;
  /** Empty where it has none. */
  readonly label: string;
  readonly boxes: readonly Box[];
  /** The description and the boxes: what C2PA hashes, and what stands behind the head of 8 bytes. */
  readonly payload: Uint8Array;
}

export type Box = ContentBox | SuperBox;

/** Bytes that are not JUMBF, or more than anything that is meant. */
export class JumbfError extends Error {}

/** Superboxes within superboxes; C2PA has four levels. */
const DEEPEST = 8;

/** Boxes in all. */
const MOST_BOXES = 10_000;

/** The last twelve bytes of the UUIDs of content types that four letters name (19566-5, B.1). */
const UUID_END = '00110010800000aa00389b71';

/** The UUID of a content type. @param letters four of them: `c2pa`, `cbor` */
export function typeUuid(letters: string): string {
  return [...letters].map((c) => c.charCodeAt(0).toString(16)).join('') + UUID_END;
}

/** The one superbox that the bytes are. @throws JumbfError */
export function readJumbf(bytes: Uint8Array): SuperBox {
  const [box, ...others] = readBoxes(bytes, 0, { boxes: 0 });
  if (box?.kind !== 'super' || others.length > 0) throw new JumbfError('expected one superbox');
  return box;
}

function readBoxes(bytes: Uint8Array, depth: number, count: { boxes: number }): Box[] {
  if (depth > DEEPEST) throw new JumbfError(`expected at most ${DEEPEST} levels`);
  const out: Box[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (++count.boxes > MOST_BOXES) throw new JumbfError(`expected at most ${MOST_BOXES} boxes`);
    const length = uint32(bytes, at);
    // Lengths of 64 bits (1) and up to the end (0) are for boxes that no JPEG can hold.
    if (length === undefined || length < 8 || at + length > bytes.length) {
      throw new JumbfError('expected a box within its bytes');
    }
    const type = latin1(bytes, at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + length);
    out.push(type === 'jumb' ? readSuperBox(data, depth, count) : { kind: 'content', type, data });
    at += length;
  }
  return out;
}

function readSuperBox(payload: Uint8Array, depth: number, count: { boxes: number }): SuperBox {
  const [description, ...boxes] = readBoxes(payload, depth + 1, count);
  if (description?.kind !== 'content' || description.type !== 'jumd') {
    throw new JumbfError('expected a description first');
  }
  const { data } = description;
  const toggles = data[16];
  if (toggles === undefined) throw new JumbfError('expected a whole description');
  const end = data.indexOf(0, 17);
  const hasLabel = (toggles & 2) !== 0;
  if (hasLabel && end < 0) throw new JumbfError('expected the end of a label');
  const label = hasLabel ? utf8(data.subarray(17, end)) : '';
  return { kind: 'super', uuid: hex(data.subarray(0, 16)), label, boxes, payload };
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A box as bytes. @param type four letters */
export function writeBox(type: string, ...data: readonly Uint8Array[]): Uint8Array {
  const length = data.reduce((sum, part) => sum + part.length, 8);
  return concat([bytes32(length), latin1Bytes(type), ...data]);
}

/** What stands behind the head of a superbox: its description, which may be asked for by its label, and its boxes. */
export function superBoxPayload(
  letters: string,
  label: string,
  boxes: readonly Uint8Array[],
): Uint8Array {
  const uuid = Uint8Array.from(typeUuid(letters).match(/../g) ?? [], (digits) =>
    Number.parseInt(digits, 16),
  );
  const requestable = Uint8Array.of(3);
  const text = new TextEncoder().encode(`${label}\0`);
  return concat([writeBox('jumd', uuid, requestable, text), ...boxes]);
}

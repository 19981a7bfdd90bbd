/**
 * IPTC: records of application 2 (IPTC-IIM 4.2) in the Photoshop resources of a JPEG.
 *
 * Lengths are checked against the block; the walk ends at the first record
 * that does not read.
 */
import { latin1, uint16, uint32, utf8 } from '../containers/bytes.ts';
import { type CopyrightFields, field } from './copyright-fields.ts';

/** IPTC records 2:80 by-line, 2:110 credit, 2:116 copyright notice. */
const IPTC_FIELDS: Readonly<Record<number, keyof CopyrightFields>> = {
  80: 'creator',
  110: 'credit',
  116: 'copyright',
};

/** The copyright fields among the Photoshop resources (APP13) of a JPEG. */
export function fromIptc(photoshop: Uint8Array | undefined): CopyrightFields {
  const block = photoshop && iptcBlock(photoshop);
  const found: { -readonly [K in keyof CopyrightFields]: CopyrightFields[K] } = {};
  if (block === undefined) return found;
  let at = 0;
  while (block[at] === 0x1c) {
    const length = uint16(block, at + 3);
    // A length with its highest bit set is of the extended form, which no text here needs.
    if (length === undefined || length > 0x7fff) break;
    const name = block[at + 1] === 2 ? IPTC_FIELDS[block[at + 2] ?? 0] : undefined;
    if (name && found[name] === undefined) {
      Object.assign(found, field(name, textOf(block.subarray(at + 5, at + 5 + length))));
    }
    at += 5 + length;
  }
  return found;
}

/** The IPTC resource (0x0404) among the Photoshop ones. */
function iptcBlock(bytes: Uint8Array): Uint8Array | undefined {
  let at = 0;
  while (latin1(bytes, at, at + 4) === '8BIM') {
    const id = uint16(bytes, at + 4);
    const nameLength = (bytes[at + 6] ?? 0) + 1;
    const sizeAt = at + 6 + nameLength + (nameLength & 1);
    const size = uint32(bytes, sizeAt);
    if (id === undefined || size === undefined) return undefined;
    const start = sizeAt + 4;
    if (id === 0x0404) return bytes.subarray(start, start + size);
    at = start + size + (size & 1);
  }
  return undefined;
}

/** UTF-8 where it reads as such, Latin-1 otherwise: few writers say which. */
function textOf(bytes: Uint8Array): string {
  const text = utf8(bytes);
  return text.includes('\ufffd') ? latin1(bytes, 0, bytes.length) : text;
}

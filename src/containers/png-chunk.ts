/**
 * Writing a PNG chunk, which ends with a CRC-32 of its name and data.
 *
 * The checksum is Node's (`node:zlib`): this file, and what imports it, is not
 * portable to browsers, which is why it stands apart from png.ts.
 */
import { crc32 } from 'node:zlib';
import { bytes32, concat, latin1Bytes } from './bytes.ts';

/** A PNG chunk with its length and checksum; `name` has four characters. */
export function pngChunk(name: string, data: Uint8Array): Uint8Array {
  const named = concat([latin1Bytes(name), data]);
  return concat([bytes32(data.length), named, bytes32(crc32(named))]);
}

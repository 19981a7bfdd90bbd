/**
 * PSD: the header of a Photoshop file, and the profile among its resources
 * (Adobe Photoshop File Formats Specification, "File Header" and "Image Resources").
 *
 * Walks section lengths alone; never reads outside the bytes, never throws.
 */
import { latin1, uint16, uint32 } from './bytes.ts';

export interface PsdHeader {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Bits per channel. */
  readonly depth: number;
  /** 1 grey, 2 indexed, 3 RGB, 4 CMYK, 7 several, 8 duotone, 9 Lab. */
  readonly mode: number;
}

const HEADER_BYTES = 26;
const ICC_PROFILE = 1039;

/** The header; undefined for what is no PSD or PSB. */
export function psdHeader(file: Uint8Array): PsdHeader | undefined {
  if (latin1(file, 0, 4) !== '8BPS' || file.length < HEADER_BYTES) return undefined;
  const version = uint16(file, 4);
  if (version !== 1 && version !== 2) return undefined;
  const [channels, height, width] = [uint16(file, 12), uint32(file, 14), uint32(file, 18)];
  const [depth, mode] = [uint16(file, 22), uint16(file, 24)];
  if (!channels || !height || !width || !depth || mode === undefined) return undefined;
  return { width, height, channels, depth, mode };
}

/** The ICC profile; undefined where there is none. */
export function psdProfile(file: Uint8Array): Uint8Array | undefined {
  return psdResource(file, ICC_PROFILE);
}

/** The resource of a number; undefined where there is none. */
export function psdResource(file: Uint8Array, wanted: number): Uint8Array | undefined {
  const colorData = uint32(file, HEADER_BYTES);
  if (colorData === undefined) return undefined;
  let at = HEADER_BYTES + 4 + colorData;
  const length = uint32(file, at);
  if (length === undefined) return undefined;
  const end = Math.min(file.length, at + 4 + length);
  at += 4;
  while (at + 12 <= end && latin1(file, at, at + 4) === '8BIM') {
    const id = uint16(file, at + 4);
    const name = 1 + (file[at + 6] ?? 0);
    const body = at + 6 + name + (name & 1);
    const size = uint32(file, body);
    if (size === undefined || body + 4 + size > end) return undefined;
    if (id === wanted) return file.subarray(body + 4, body + 4 + size);
    at = body + 4 + size + (size & 1);
  }
  return undefined;
}

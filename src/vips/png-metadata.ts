/**
 * PNG metadata: the chunks of a PNG that say something beside its pixels.
 *
 * libvips writes a resolution into every PNG, asked or not: 21 bytes.
 */
import { deflateSync } from 'node:zlib';
import { bytes32, concat, latin1Bytes } from '../containers/bytes.ts';
import { joinPng, pngChunks } from '../containers/png.ts';
import { pngChunk } from '../containers/png-chunk.ts';
import type { Raster } from '../image/raster.ts';

const METRES_PER_INCH = 0.0254;

/** The PNG without the resolution that nobody asked for. */
export function withoutResolution(png: Uint8Array): Uint8Array {
  const { chunks, complete } = pngChunks(png);
  if (!complete) return png;
  return joinPng(chunks.flatMap(({ name, whole }) => (name === 'pHYs' ? [] : [whole])));
}

/** The PNG with the profile and the resolution that the raster carries. */
export function withPngMetadata(png: Uint8Array, { profile, metadata }: Raster): Uint8Array {
  const density = metadata?.density;
  if (profile === undefined && density === undefined) return png;
  const { chunks } = pngChunks(png);
  const extra = [
    ...(profile === undefined ? [] : [pngChunk('iCCP', iccp(profile))]),
    ...(density === undefined ? [] : [pngChunk('pHYs', phys(density))]),
  ];
  // Both stand behind the header and before the palette.
  const [header, ...rest] = chunks.map(({ whole }) => whole);
  return header === undefined ? png : joinPng([header, ...extra, ...rest]);
}

/** A name, how it is compressed, and the compressed profile. */
function iccp(profile: Uint8Array): Uint8Array {
  return concat([latin1Bytes('ICC\0\0'), new Uint8Array(deflateSync(profile, { level: 9 }))]);
}

/** Pixels per metre in both directions. */
function phys(perInch: number): Uint8Array {
  const perMetre = Math.min(0x7fff_ffff, Math.max(1, Math.round(perInch / METRES_PER_INCH)));
  return concat([bytes32(perMetre), bytes32(perMetre), Uint8Array.of(1)]);
}

/**
 * HeaderSize: width and height as the first bytes of a file state them.
 *
 * For estimates alone: JPEG, PNG, GIF, BMP, WebP and AVIF, before orientation, the
 * canvas of an animation. The probe decides what a picture is.
 *
 * Pure; looks at headers only and never throws.
 */
import type { Size } from '../base/size.ts';
import { bmpHeader } from './bmp.ts';
import { latin1, uint16, uint32 } from './bytes.ts';
import { jpegFrame, walkJpeg } from './jpeg.ts';

/** How far into an AVIF its size is looked for, in bytes. */
const AVIF_HEADER = 4096;

/** The size that a file states; undefined where it states none, or none that this file reads. */
export function headerSize(bytes: Uint8Array): Size | undefined {
  const size = stated(bytes);
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function stated(bytes: Uint8Array): Size | undefined {
  if (uint16(bytes, 0) === 0xffd8) {
    const frame = jpegFrame(walkJpeg(bytes));
    return frame && { width: frame.width, height: frame.height };
  }
  if (latin1(bytes, 1, 4) === 'PNG') return sides(uint32(bytes, 16), uint32(bytes, 20));
  if (latin1(bytes, 0, 4) === 'GIF8') return sides(uint16(bytes, 6, true), uint16(bytes, 8, true));
  if (latin1(bytes, 0, 2) === 'BM') return bmpHeader(bytes);
  if (latin1(bytes, 8, 12) === 'WEBP') return webpSize(bytes);
  if (latin1(bytes, 4, 8) === 'ftyp') return avifSize(bytes);
  return undefined;
}

function sides(width: number | undefined, height: number | undefined): Size | undefined {
  return width === undefined || height === undefined ? undefined : { width, height };
}

function webpSize(bytes: Uint8Array): Size | undefined {
  switch (latin1(bytes, 12, 16)) {
    case 'VP8 ': {
      const size = sides(uint16(bytes, 26, true), uint16(bytes, 28, true));
      // The two highest bits scale, and are 0 in practice.
      return size && { width: size.width & 0x3fff, height: size.height & 0x3fff };
    }
    case 'VP8L': {
      const bits = uint32(bytes, 21, true);
      if (bits === undefined) return undefined;
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X': {
      const [width, height] = [uint32(bytes, 24, true), uint32(bytes, 26, true)];
      return width === undefined || height === undefined
        ? undefined
        : { width: (width & 0xffffff) + 1, height: (height >>> 8) + 1 };
    }
    default:
      return undefined;
  }
}

/** The first `ispe` property: version and flags, then two lengths. */
function avifSize(bytes: Uint8Array): Size | undefined {
  const at = latin1(bytes, 0, Math.min(AVIF_HEADER, bytes.length)).indexOf('ispe');
  return at < 0 ? undefined : sides(uint32(bytes, at + 8), uint32(bytes, at + 12));
}

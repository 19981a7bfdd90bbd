/**
 * Format cards: what each file format can hold.
 *
 * One table for media types, negotiation, lowering and encoders. Side limits
 * are measured on the encoders (docs/spec/http.md 1.11).
 */

export type FormatName =
  | 'jpeg'
  | 'png'
  | 'webp'
  | 'avif'
  | 'gif'
  | 'tiff'
  | 'svg'
  | 'jxl'
  | 'heic'
  | 'pdf'
  | 'mp4'
  | 'webm';

export interface FormatCard {
  readonly mediaType: string;
  /** File name extension without the dot. */
  readonly extension: string;
  readonly alpha: boolean;
  readonly animation: boolean;
  /** Has a lossy mode with a quality knob. */
  readonly lossy: boolean;
  /** Has a mode that keeps every pixel. */
  readonly lossless: boolean;
  /** Longest side the format or its encoder can hold, in pixels. */
  readonly maxSide: number;
  /** Whether this build can write it. */
  readonly encodable: boolean;
  /** Whether this build can read it. */
  readonly decodable: boolean;
}

export const FORMATS = {
  jpeg: card('image/jpeg', 'jpg', { lossy: true, maxSide: 65535 }),
  png: card('image/png', 'png', { alpha: true, lossless: true, maxSide: 65535 }),
  webp: card('image/webp', 'webp', {
    alpha: true,
    animation: true,
    lossy: true,
    lossless: true,
    maxSide: 16383,
  }),
  avif: card('image/avif', 'avif', { alpha: true, lossy: true, maxSide: 16384 }),
  gif: card('image/gif', 'gif', { alpha: true, animation: true, maxSide: 65535 }),
  tiff: card('image/tiff', 'tiff', { alpha: true, lossless: true, encodable: false }),
  svg: card('image/svg+xml', 'svg', { alpha: true, encodable: false }),
  jxl: card('image/jxl', 'jxl', { alpha: true, lossy: true, encodable: false, decodable: false }),
  heic: card('image/heic', 'heic', { lossy: true, encodable: false, decodable: false }),
  pdf: card('application/pdf', 'pdf', { encodable: false, decodable: false }),
  mp4: card('video/mp4', 'mp4', {
    animation: true,
    lossy: true,
    encodable: false,
    decodable: false,
  }),
  webm: card('video/webm', 'webm', {
    animation: true,
    lossy: true,
    encodable: false,
    decodable: false,
  }),
} as const satisfies Record<FormatName, FormatCard>;

function card(mediaType: string, extension: string, facts: Partial<FormatCard>): FormatCard {
  return {
    mediaType,
    extension,
    alpha: false,
    animation: false,
    lossy: false,
    lossless: false,
    maxSide: 16384,
    encodable: true,
    decodable: true,
    ...facts,
  };
}

/** The card of a format, with the widened type. */
export function formatCard(name: FormatName): FormatCard {
  return FORMATS[name];
}

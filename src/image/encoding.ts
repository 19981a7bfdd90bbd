/**
 * Encoding: a format with its settings; Encoder: what turns a raster into bytes.
 *
 * Qualities stand on each encoder's own scale, and the brand keeps them apart.
 * The optimizer decides encodings by its codec records (`optimizer/codecs/`);
 * `vips/encode.ts` carries them out, `video/` those of videos.
 */
import { assertNever } from '../base/assert-never.ts';
import type { Brand } from '../base/brand.ts';
import type { FormatName } from './format.ts';
import type { H264Level, H264Profile } from './h264.ts';
import type { Raster } from './raster.ts';

/** An encoder's own knob, on that encoder's scale, 1..100. */
export type Quality<F extends FormatName = FormatName> = Brand<number, `quality of ${F}`>;

export type Chroma = '4:2:0' | '4:4:4';

export type Encoding =
  | {
      readonly format: 'jpeg';
      readonly quality: Quality<'jpeg'>;
      readonly chroma: Chroma;
      readonly progressive: boolean;
      /**
       * `fast`: libjpeg-turbo with optimised Huffman tables; `plain`: mozjpeg's table and
       * deringing without trellis, at a quality that looks like `full`; `trellis`: trellis
       * quantisation, baseline, for searching; `full`: trellis, overshoot
       * deringing and scan optimisation (scans only when `progressive`).
       */
      readonly effort: 'fast' | 'plain' | 'trellis' | 'full';
      /** Quantisation table in the numbering of mozjpeg, 0..8, instead of the effort's own. */
      readonly table?: number;
    }
  | {
      readonly format: 'webp';
      readonly mode: 'lossy' | 'near-lossless' | 'lossless';
      /** Quality for lossy; 0..100 strength for near-lossless; ignored for lossless. */
      readonly quality: Quality<'webp'>;
      /** 0 fast .. 6 small. */
      readonly effort: number;
      /** Slower, sharper chroma subsampling. */
      readonly smartSubsample: boolean;
      /** The strength of the loop filter is tried out, not guessed: slow, good for graphics. */
      readonly deblock?: boolean;
      /** Lossless: the colors of clear pixels are kept too. */
      readonly exact?: true;
      /** Lossless: of the picture in so many colors at most, 2..256, each pixel the nearest. */
      readonly palette?: number;
    }
  | {
      readonly format: 'avif';
      readonly quality: Quality<'avif'>;
      /** 0 fast .. 9 small. */
      readonly effort: number;
      readonly depth: 8 | 10;
      readonly chroma: Chroma;
    }
  | {
      readonly format: 'jxl';
      readonly mode: 'lossy' | 'lossless';
      /** On the scale of libjxl, where 90 is a distance of 1 (`jxlDistance`); ignored for lossless. */
      readonly quality: Quality<'jxl'>;
      /** 1 fast .. 9 small. */
      readonly effort: number;
    }
  | {
      readonly format: 'png';
      /** Most colors of the palette, 2..256; absent for true color. */
      readonly palette?: number;
      /** Every pixel takes the nearest color of the palette; absent where errors are dithered. */
      readonly flat?: true;
      /** 1 fast .. 10 small. */
      readonly effort: number;
    }
  | {
      readonly format: 'gif';
      /** Most colors of a table, 2..256. */
      readonly palette: number;
      /** Levels by which a pixel may miss its nearest color where that packs better; absent for none. */
      readonly slack?: number;
    }
  | {
      readonly format: 'mp4';
      /** Constant rate factor of x264 as 51 less half of it: 56 is 23. */
      readonly quality: Quality<'mp4'>;
      /** Presets of x264, quick to small. */
      readonly preset: 'superfast' | 'veryfast' | 'medium';
      readonly profile: H264Profile;
      /** "3.1": what a decoder must be able to do; the encoder's choice where absent. */
      readonly level?: H264Level;
    }
  | {
      readonly format: 'webm';
      /** Constant rate factor of libvpx as the share that 63 less it has of 63, in percent. */
      readonly quality: Quality<'webm'>;
      readonly deadline: 'realtime' | 'good';
      /** 0 small .. 8 quick. */
      readonly speed: number;
    };

/** Encodings of frames that refer to one another. */
export type VideoEncoding = Extract<Encoding, { format: 'mp4' | 'webm' }>;

/**
 * The butteraugli distance of a quality of JPEG XL: 1 is what an eye can just not see, 0 keeps every
 * pixel. As libjxl maps qualities (`JxlEncoderDistanceFromQuality`): 0.09 for each from 30 on.
 */
export function jxlDistance(quality: number): number {
  if (quality >= 100) return 0;
  if (quality >= 30) return 0.1 + (100 - quality) * 0.09;
  return (53 / 3000) * quality * quality - (23 / 20) * quality + 25;
}

/** Encodes rasters; implemented in `vips/`, given to the optimizer as an argument. */
export interface Encoder {
  /** The raster as a file, without metadata unless the raster carries some. */
  encode(raster: Raster, encoding: Encoding): Promise<Uint8Array>;
  /** The pixels of a file that `encode` wrote, with as many channels as it was given. */
  decode(bytes: Uint8Array, channels: 3 | 4): Promise<Raster>;
}

/** `avif q52 e1`: an encoding in a few letters, for receipts and traces. */
export function encodingText(encoding: Encoding): string {
  switch (encoding.format) {
    case 'jpeg':
      return `jpeg q${encoding.quality} ${encoding.chroma} ${encoding.effort}${encoding.progressive ? ' progressive' : ''}${encoding.table === undefined ? '' : ` table-${encoding.table}`}`;
    case 'webp':
      return encoding.mode === 'lossless'
        ? `webp lossless${encoding.exact ? ' exact' : ''}${encoding.palette === undefined ? '' : ` palette-${encoding.palette}`} e${encoding.effort}`
        : `webp ${encoding.mode === 'lossy' ? '' : `${encoding.mode} `}q${encoding.quality} e${encoding.effort}${encoding.smartSubsample ? ' smart' : ''}${encoding.deblock ? ' deblock' : ''}`;
    case 'avif':
      return `avif q${encoding.quality} e${encoding.effort} ${encoding.chroma} ${encoding.depth}bit`;
    case 'jxl':
      return `jxl ${encoding.mode === 'lossless' ? 'lossless' : `q${encoding.quality}`} e${encoding.effort}`;
    case 'png':
      return encoding.palette === undefined
        ? `png e${encoding.effort}`
        : `png palette-${encoding.palette}${encoding.flat ? ' flat' : ''} e${encoding.effort}`;
    case 'gif':
      return `gif palette-${encoding.palette}${encoding.slack === undefined ? '' : ` slack-${encoding.slack}`}`;
    case 'mp4':
      return `mp4 q${encoding.quality} ${encoding.preset} ${encoding.profile}${encoding.level === undefined ? '' : ` ${encoding.level}`}`;
    case 'webm':
      return `webm q${encoding.quality} ${encoding.deadline} s${encoding.speed}`;
    default:
      return assertNever(encoding);
  }
}

/**
 * Encoding: a format with its settings; Encoder: what turns a raster into bytes.
 *
 * Qualities stand on each encoder's own scale, and the brand keeps them apart.
 * The optimizer decides encodings by its codec records (`optimizer/codecs/`);
 * `vips/encode.ts` carries them out.
 */
import { assertNever } from '../base/assert-never.ts';
import type { Brand } from '../base/brand.ts';
import type { FormatName } from './format.ts';
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
       * `fast`: libjpeg-turbo with optimised Huffman tables; `trellis`: trellis
       * quantisation, baseline, for searching; `full`: trellis, overshoot
       * deringing and scan optimisation (scans only when `progressive`).
       */
      readonly effort: 'fast' | 'trellis' | 'full';
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
    };

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
        ? `webp lossless${encoding.exact ? ' exact' : ''} e${encoding.effort}`
        : `webp ${encoding.mode === 'lossy' ? '' : `${encoding.mode} `}q${encoding.quality} e${encoding.effort}${encoding.smartSubsample ? ' smart' : ''}${encoding.deblock ? ' deblock' : ''}`;
    case 'avif':
      return `avif q${encoding.quality} e${encoding.effort} ${encoding.chroma} ${encoding.depth}bit`;
    case 'png':
      return encoding.palette === undefined
        ? `png e${encoding.effort}`
        : `png palette-${encoding.palette}${encoding.flat ? ' flat' : ''} e${encoding.effort}`;
    case 'gif':
      return `gif palette-${encoding.palette}${encoding.slack === undefined ? '' : ` slack-${encoding.slack}`}`;
    default:
      return assertNever(encoding);
  }
}

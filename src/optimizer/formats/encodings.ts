/**
 * Encodings: from a wish, a format and a mode to the settings of an encoder.
 *
 * Efforts per mode come from measurements of bytes at equal score: AVIF effort
 * 1 costs twice a JPEG and saves a quarter, effort 3 a third for seven times
 * the time; WebP gains 5 % from effort 4 to 6; ten bits save AVIF 5 % at score
 * 80 and 12 % at 88, and nothing below 70.
 */
import type { Chroma, Encoding } from '../../image/encoding.ts';
import type { FormatName } from '../../image/format.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { wholeQuality } from '../model/priors.ts';
import type { Mode } from '../task.ts';
import type { Picture } from './quality-request.ts';

/** Formats with a quality knob that a search can turn. */
export type LossyFormat = Extract<FormatName, 'jpeg' | 'webp' | 'avif'>;

/** From this target on AVIF is written with ten bits, where there is time. */
const TEN_BITS_FROM = 80;

/** Everything about a lossy encoding but its quality. */
export interface Style {
  readonly format: LossyFormat;
  /**
   * `search`: cheap, scores alike; `final`: what is delivered. They agree where nothing is
   * gained. `fastest` is what is delivered when there is no time for better.
   */
  readonly stage: 'search' | 'final' | 'fastest';
  readonly mode: Mode;
  /** Color at full resolution (JPEG, AVIF), sharper subsampling (WebP). */
  readonly sharpChroma: boolean;
  /** The score to reach, where there is one. */
  readonly target: number | undefined;
  readonly progressive: boolean;
}

/** The encoding of a style at a quality. */
export function lossyEncoding(style: Style, quality: number): Encoding {
  const fastest = style.stage === 'fastest';
  switch (style.format) {
    case 'jpeg':
      return {
        format: 'jpeg',
        quality: wholeQuality<'jpeg'>(quality),
        chroma: style.sharpChroma ? '4:4:4' : '4:2:0',
        progressive: style.progressive && (style.stage === 'final' || fastest),
        // Without scans to optimise `full` is as quick as `trellis`, and it keeps the deringing
        // that moves text by 20 points.
        effort: fastest ? 'fast' : 'full',
      };
    case 'webp':
      return {
        format: 'webp',
        mode: 'lossy',
        quality: wholeQuality<'webp'>(quality),
        effort: fastest ? 0 : style.mode === 'background' && style.stage === 'final' ? 6 : 4,
        smartSubsample: style.sharpChroma && !fastest,
      };
    case 'avif': {
      const patient = style.mode === 'background' && style.stage === 'final';
      return {
        format: 'avif',
        quality: wholeQuality<'avif'>(quality),
        effort: patient ? 3 : fastest ? 0 : 1,
        depth: patient && (style.target ?? 0) >= TEN_BITS_FROM ? 10 : 8,
        chroma: style.sharpChroma ? '4:4:4' : '4:2:0',
      };
    }
  }
}

/** Whether a JPEG shall be progressive: as asked, as the source, or as packs best. */
export function progressiveJpeg(output: Picture, info: SourceInfo): boolean {
  switch (output.jpeg.kind) {
    case 'baseline':
      return false;
    case 'like-source':
      return info.jpeg?.progressive ?? false;
    case 'progressive':
    case 'free':
      return true;
  }
}

/** The chroma that a plan forces on JPEG, if it does. */
export function forcedChroma(output: Picture): Chroma | undefined {
  return output.jpeg.chroma === 'free' ? undefined : output.jpeg.chroma;
}

/** Every pixel kept. */
export function losslessEncoding(format: 'png' | 'webp', mode: Mode): Encoding {
  if (format === 'png') return { format: 'png', effort: mode === 'background' ? 10 : 7 };
  return {
    format: 'webp',
    mode: 'lossless',
    quality: wholeQuality<'webp'>(100),
    effort: mode === 'background' ? 6 : mode === 'online' ? 4 : 2,
    smartSubsample: false,
  };
}

/** WebP that moves pixels by a few levels where that packs better; 100 moves none, 0 the most. */
export function nearLosslessEncoding(strength: number, mode: Mode): Encoding {
  const exact = losslessEncoding('webp', mode) as Extract<Encoding, { format: 'webp' }>;
  return { ...exact, mode: 'near-lossless', quality: wholeQuality<'webp'>(strength) };
}

/** Every pixel kept, in the least time. */
export function fastestLossless(format: 'png' | 'webp'): Encoding {
  const encoding = losslessEncoding(format, 'instant');
  return { ...encoding, effort: format === 'png' ? 1 : 0 } as Encoding;
}

/** A PNG with a palette of up to `colors`. */
export function paletteEncoding(colors: number, mode: Mode): Encoding {
  return {
    format: 'png',
    palette: Math.min(256, Math.max(2, Math.round(colors))),
    effort: mode === 'background' ? 10 : 7,
  };
}

export function gifEncoding(colors: number, mode: Mode): Encoding {
  return {
    format: 'gif',
    palette: Math.min(256, Math.max(2, Math.round(colors))),
    effort: mode === 'background' ? 10 : 7,
  };
}

/** A GIF in the least time. */
export function fastestGif(colors: number): Encoding {
  return { ...gifEncoding(colors, 'instant'), effort: 1 } as Encoding;
}

export function isLossyFormat(format: FormatName): format is LossyFormat {
  return format === 'jpeg' || format === 'webp' || format === 'avif';
}

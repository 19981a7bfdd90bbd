/**
 * Output: what the rendered picture shall become.
 *
 * The choice of format is an ordered list of rules; the first whose conditions
 * hold for this source and this client wins. So each service's negotiation is
 * data: it prints, it hashes, and two services that mean the same agree.
 */
import type { Color } from '../base/color.ts';
import type { Chroma } from '../image/encoding.ts';
import { FORMAT_NAMES, type FormatName, formatCard } from '../image/format.ts';
import type { H264Level, H264Profile } from '../image/h264.ts';

/** Conditions of a rule; all that are given must hold. */
export interface FormatCondition {
  /** The client listed this type with q above 0. */
  readonly accepts?: FormatName;
  /** The rendered picture is an animation (more than one frame, and the plan keeps them). */
  readonly animated?: boolean;
  /** The rendered picture has an alpha channel (the source's, or space a step left clear). */
  readonly alpha?: boolean;
  /** The source is one of these. */
  readonly source?: readonly FormatName[];
  /** The source keeps every pixel. */
  readonly sourceLossless?: boolean;
  /** The source has a palette. */
  readonly sourcePalette?: boolean;
}

export interface FormatRule {
  readonly when?: FormatCondition;
  /** `source`: the format of the source; the rule is passed over when this build cannot write it. */
  readonly format: FormatName | 'source';
  /**
   * Keep every pixel, in a format that can. A PNG without it may have a palette where the source
   * has one, or where that reaches a target.
   */
  readonly lossless?: boolean;
  /** A target is not meant for this format: a palette may be kept where the source has one, else every pixel is. */
  readonly untargeted?: boolean;
  /** Colors of the palette for PNG, 2..256. */
  readonly palette?: number;
  /** Where this rule wins, its format is the answer and later rules are no alternatives. */
  readonly final?: boolean;
}

/** How good the picture shall be. */
export type QualitySpec =
  /** A score on the SSIMULACRA 2 scale, at density 1. */
  | { readonly kind: 'target'; readonly score: number }
  /**
   * A point on the JPEG quality scale, 1..100: other encoders use the quality
   * of equal mean score. `own` overrides it for a format, on that format's own scale.
   */
  | {
      readonly kind: 'quality';
      readonly jpeg: number;
      readonly own?: Readonly<Partial<Record<FormatName, number>>>;
    }
  /**
   * Identical pixels wherever the format can. `resized`: only while the steps leave
   * the picture as it is; else this score (ImageOptim `quality=lossless` with a size).
   */
  | { readonly kind: 'lossless'; readonly resized?: number };

export type Output =
  | {
      readonly kind: 'picture';
      readonly formats: readonly FormatRule[];
      readonly quality: QualitySpec;
      /** Device pixels per CSS pixel; steers the target, never the size. */
      readonly density: number;
      /** Under alpha where the format has none. */
      readonly background: Color;
      readonly jpeg: {
        /** `like-source`: progressive where the source is, else baseline. `free`: the encoder's choice. */
        readonly kind: 'like-source' | 'baseline' | 'progressive' | 'free';
        readonly chroma: Chroma | 'free';
      };
      /** Of an MP4; absent: what most clients play. */
      readonly h264?: { readonly profile: H264Profile; readonly level: H264Level };
      /** Of an SVG: it says how large it is drawn by its viewBox alone, so that a page sets its size. */
      readonly viewBoxOnly?: true;
      /** A still source is no answer: a Fault `bad-parameter`. */
      readonly onlyAnimations?: true;
      /** `copyright`: rights fields of JPEG to JPEG; `none`: everything goes. */
      readonly metadata: 'none' | 'copyright' | 'iptc';
      /**
       * From JPEG to JPEG: the C2PA manifests of the source are kept and a new one says what was done. Names
       * the certificates that it is signed with (SHA-256, hexadecimal), so that others make another plan.
       */
      readonly c2pa?: string;
      /**
       * `srgb`: convert to sRGB, no profile. `keep`: the source's own space with its
       * profile where it is RGB. `tagged-srgb`, `adobe-rgb`: convert and embed; where the
       * format carries no profile, sRGB. `strip`: drop the profile, values untouched.
       */
      readonly profile: 'srgb' | 'keep' | 'tagged-srgb' | 'adobe-rgb' | 'strip';
      /** Colors for palette outputs, 2..256. */
      readonly colors?: number;
      /** Resolution tag, pixels per inch. */
      readonly dpi?: number;
      /**
       * What to do when the result is no smaller than the source and the source itself
       * would satisfy the rules: `source` delivers that (metadata stripped), `render` keeps the result.
       * `source-as-is`: `source`, and in place of a larger result the file also where its colors or its
       * orientation would be converted, which every client does by itself.
       */
      readonly whenLarger: 'source' | 'source-as-is' | 'render';
    }
  /** The bytes of the source, untouched except that SVG is made safe. */
  | { readonly kind: 'source'; readonly sanitize: boolean }
  /** A description of the source. `imageoptim`: with the size the ops would give. */
  | {
      readonly kind: 'facts';
      readonly form: 'imgix' | 'imageoptim';
      /** With the faces of the source. */
      readonly faces?: true;
    }
  | { readonly kind: 'blurhash'; readonly x: number; readonly y: number }
  | {
      readonly kind: 'palette';
      readonly form: 'css' | 'json';
      readonly colors: number;
      readonly prefix: string;
    };

/** Whether a format is a video, which this build writes where it finds a back end. */
export function isVideo(format: FormatName | 'source'): format is 'mp4' | 'webm' {
  return format !== 'source' && formatCard(format).encodable && !formatCard(format).still;
}

/** What was found of outputs: every hit asks. */
const videos = new WeakMap<Output, boolean>();

/** Whether an output may become a video. */
export function mayBeVideo(output: Output): boolean {
  let video = videos.get(output);
  if (video === undefined) {
    video = output.kind === 'picture' && output.formats.some(({ format }) => isVideo(format));
    videos.set(output, video);
  }
  return video;
}

/**
 * The output as it is where no video can be made: by its other rules, and in the format of the
 * source where there are none.
 */
export function withoutVideo(output: Output): Output {
  if (output.kind !== 'picture') return output;
  const formats = output.formats.filter(({ format }) => !isVideo(format));
  return { ...output, formats: formats.length > 0 ? formats : [{ format: 'source' }] };
}

/**
 * The output as it is where some formats cannot be written: by its other rules. A rule that keeps the
 * format of the source holds for sources of other formats alone.
 */
export function withoutFormats(output: Output, missing: readonly FormatName[]): Output {
  if (output.kind !== 'picture') return output;
  const written = (format: FormatName) => !missing.includes(format);
  const formats = output.formats.flatMap((rule): FormatRule[] => {
    const { when, format } = rule;
    if (format !== 'source') return written(format) ? [rule] : [];
    const source = (when?.source ?? FORMAT_NAMES).filter(written);
    return [{ ...rule, when: { ...when, source } }];
  });
  return { ...output, formats };
}

/** An output for a picture, with the common defaults filled in. */
export function picture(
  fields: Pick<Extract<Output, { kind: 'picture' }>, 'formats' | 'quality'> &
    Partial<Extract<Output, { kind: 'picture' }>>,
): Extract<Output, { kind: 'picture' }> {
  return {
    kind: 'picture',
    density: 1,
    background: { red: 255, green: 255, blue: 255, alpha: 1 },
    jpeg: { kind: 'free', chroma: 'free' },
    metadata: 'none',
    profile: 'srgb',
    whenLarger: 'source',
    ...fields,
  };
}

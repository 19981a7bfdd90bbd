/**
 * Format: format, losslessness and quality (docs/spec/fastly-io.md 9 and 10).
 *
 * The choice is written as rules, first match wins: the format of `auto` for
 * clients that list it, then that of `format`, then that of the source.
 */
import type { FormatName } from '../../../image/format.ts';
import {
  type FormatCondition,
  type FormatRule,
  type Output,
  picture,
  type QualitySpec,
} from '../../../plan/output.ts';
import { HOW_TO_TRACE, HOW_TO_WRITE_JXL, isWritten, offered } from '../../negotiation.ts';
import { targetFor } from '../../targets.ts';
import type { FastlyValues, FormatWord } from '../params.ts';
import type { Remark } from '../read.ts';
import type { ServiceSettings } from '../settings.ts';

type PictureOutput = Extract<Output, { kind: 'picture' }>;

export interface OutputChoice {
  readonly output: PictureOutput;
  /** The choice of format looked at Accept. */
  readonly negotiated: boolean;
}

/**
 * When an image may be kept without loss: from PNG and other lossless sources
 * (`by-source`), from whatever comes in, or not at all.
 */
type Keep = 'always' | 'by-source' | 'never';

/** The encoding that the parameters ask for; a source whose pixels stay as they are bounds its size. */
export function output(
  values: FastlyValues,
  settings: ServiceSettings,
  remark: Remark,
): OutputChoice {
  const format = writable(values.format, settings, remark);
  const automatic = format === 'auto' ? [] : automaticFormats(values, settings);
  const chosen = explicit(format, values);
  return {
    output: picture({
      formats: offered(
        [...automatic.flatMap((type) => negotiated(type, values, chosen.keep)), ...chosen.rules],
        settings,
      ),
      quality: quality(values, settings, format, automatic),
      density: values.dpr ?? 1,
      jpeg: { kind: jpegKind(format, settings), chroma: 'free' },
      metadata: values.metadata?.has('copyright') ? 'copyright' : 'none',
      ...credentials(values, settings, remark),
      ...(format === 'mp4' ? { h264: constraints(values) } : {}),
      ...(format === 'svg' && values.viewbox !== undefined ? { viewBoxOnly: true } : {}),
      whenLarger: onlyQuality(values) ? 'source-as-is' : 'source',
    }),
    negotiated: format === 'auto' || automatic.length > 0,
  };
}

/**
 * What `format` says, unless this build cannot write it: then as if it were absent
 * (docs/spec/fastly-io.md 17).
 */
function writable(
  word: FormatWord | undefined,
  settings: ServiceSettings,
  remark: Remark,
): FormatWord | undefined {
  const names: Partial<Record<FormatWord, FormatName>> = {
    jxl: 'jxl',
    pjxl: 'jxl',
    svg: 'svg',
  };
  const name = word && names[word];
  if (name === undefined || isWritten(name, settings)) return word;
  const best = name === 'jxl';
  const instead = best
    ? `the best that the client accepts is taken (${HOW_TO_WRITE_JXL})`
    : `that of the source is kept (${HOW_TO_TRACE})`;
  remark('format', `${word} cannot be written here; ${instead}`, 'not-built');
  return best ? 'auto' : undefined;
}

/** Both or neither: where one is missing, `baseline` and `3.0` (docs/spec/fastly-io.md 7.24). */
function constraints({ profile, level }: FastlyValues): NonNullable<PictureOutput['h264']> {
  return profile === undefined || level === undefined
    ? { profile: 'baseline', level: '3.0' }
    : { profile, level };
}

/** `auto`, and the service setting that acts as `auto=webp`, in order of preference. */
function automaticFormats(
  { auto }: FastlyValues,
  settings: ServiceSettings,
): readonly ('avif' | 'webp')[] {
  if (auto === 'avif') return settings.webp ? ['avif', 'webp'] : ['avif'];
  return auto === 'webp' || settings.webp ? ['webp'] : [];
}

/** Rules for clients that list the type: that type and no other. Animations keep theirs (format page). */
function negotiated(type: 'avif' | 'webp', values: FastlyValues, keep: Keep): FormatRule[] {
  const when: FormatCondition = { accepts: type, animated: false };
  const rules: FormatRule[] =
    type === 'avif' ? [{ when, format: 'avif' }] : webp(values, keep, when);
  return rules.map((rule) => ({ ...rule, final: true }));
}

/**
 * Whether nothing is said of the file but a quality, so that a smaller source may go as it is
 * (docs/spec/fastly-io.md 7.19). What changes the picture forbids that by itself.
 */
function onlyQuality({ format, metadata }: FastlyValues): boolean {
  return format === undefined && metadata === undefined;
}

interface Explicit {
  readonly rules: readonly FormatRule[];
  /** Whether the picture that these rules give keeps every pixel (auto page). */
  readonly keep: Keep;
}

function explicit(format: FormatWord | undefined, values: FastlyValues): Explicit {
  switch (format) {
    case undefined:
      return { rules: sourceFormat(values), keep: 'by-source' };
    case 'auto':
      return { rules: automaticChoice(values), keep: 'by-source' };
    case 'jpg':
    case 'bjpg':
    case 'pjpg':
      return { rules: [{ format: 'jpeg' }], keep: 'never' };
    case 'png':
      return { rules: [png(values)], keep: 'always' };
    case 'png8':
      return { rules: [{ format: 'png', palette: 256 }], keep: 'never' };
    case 'gif':
      return { rules: [gif(values)], keep: 'by-source' };
    case 'avif':
      return { rules: [{ format: 'avif' }, ...sourceFormat(values)], keep: 'never' };
    case 'webp':
      return { rules: [animatedGif(values), ...webp(values, 'by-source')], keep: 'by-source' };
    case 'webpll':
      return { rules: [animatedGif(values), { format: 'webp', lossless: true }], keep: 'always' };
    case 'webply':
      return { rules: [animatedGif(values), { format: 'webp' }], keep: 'never' };
    case 'jxl':
    case 'pjxl':
      return {
        rules: [{ format: 'jxl', ...(exact(values) ? { lossless: true } : {}) }],
        keep: 'never',
      };
    case 'mp4':
      // docs/spec/fastly-io.md 7.23
      return {
        rules: [{ when: { animated: true }, format: 'mp4' }, ...sourceFormat(values)],
        keep: 'by-source',
      };
    case 'svg':
      // docs/spec/fastly-io.md 7.26: a drawing has no pixels to keep.
      return { rules: [{ format: 'svg' }], keep: 'never' };
  }
}

/** Animated GIF to WebP is not supported: it stays GIF (format page). */
function animatedGif(values: FastlyValues): FormatRule {
  return gif(values, { animated: true, source: ['gif'] });
}

/**
 * `optimize` acts on JPEG, WebP and AVIF alone: a PNG is what it is without, a GIF keeps every pixel
 * (docs/spec/fastly-io.md 7.20). A palette PNG may stay one (9.5).
 */
function png(values: FastlyValues, when?: FormatCondition): FormatRule {
  return {
    ...(when ? { when } : {}),
    format: 'png',
    lossless: exact(values),
    untargeted: optimizes(values),
  };
}

function gif(values: FastlyValues, when?: FormatCondition): FormatRule {
  return { ...(when ? { when } : {}), format: 'gif', lossless: optimizes(values) };
}

/** What is to be kept as it is: strict black and white, or the highest quality. */
function exact({ bw, quality }: FastlyValues): boolean {
  return bw !== undefined || quality?.first === 100;
}

function optimizes({ quality, optimize }: FastlyValues): boolean {
  return quality === undefined && optimize !== undefined;
}

/**
 * Lossless where the picture would otherwise be, and nobody asked for fewer bytes
 * (docs/spec/fastly-io.md 18.11).
 */
function webp(values: FastlyValues, keep: Keep, when?: FormatCondition): FormatRule[] {
  const lossy: FormatRule = when ? { when, format: 'webp' } : { format: 'webp' };
  const asked = asksForLoss(values, when?.accepts !== undefined) ? 'never' : keep;
  switch (values.bw ? 'always' : asked) {
    case 'always':
      return [{ ...lossy, lossless: true }];
    case 'never':
      return [lossy];
    case 'by-source':
      return [
        { when: { ...when, sourceLossless: true }, format: 'webp', lossless: true },
        { when: { ...when, sourceLossless: false }, format: 'webp' },
      ];
  }
}

/** A quality below 100, `optimize` without one, or an opaque `bg-color` (Magento guide). */
function asksForLoss(values: FastlyValues, byAuto: boolean): boolean {
  const { quality, optimize, 'bg-color': color } = values;
  if (color?.alpha === 1) return true;
  if (!quality) return optimize !== undefined;
  return ((byAuto ? quality.webp : undefined) ?? quality.first) < 100;
}

/**
 * The format of the source. PNG has no quality: true color keeps every pixel, a
 * palette stays one (docs/spec/fastly-io.md 9.5). The first rule that holds wins.
 */
function sourceFormat(values: FastlyValues): FormatRule[] {
  return [
    png(values, { source: ['png'] }),
    ...webp(values, 'by-source', { source: ['webp'] }),
    ...(optimizes(values) ? [gif(values, { source: ['gif'] })] : []),
    { when: { source: ['jpeg', 'gif', 'avif'] }, format: 'source' },
    ...OTHER_SOURCES,
  ];
}

/** Drawings and scans: no sources of the vendor. */
const SCANS: readonly FormatName[] = ['svg', 'tiff', 'pdf', 'psd'];

/**
 * Sources that this build only reads: HEIC and JPEG XL become JPEG
 * (docs/spec/fastly-io.md 18.22). Drawings and scans are no sources of the vendor; their
 * transparency is kept.
 */
const OTHER_SOURCES: readonly FormatRule[] = [
  { when: { alpha: true, source: SCANS }, format: 'png', lossless: true },
  { when: { alpha: false, source: SCANS }, format: 'jpeg' },
  { when: { source: ['jxl', 'heic'] }, format: 'jpeg' },
];

/**
 * `format=auto`: JPEG XL, AVIF or WebP where the client lists it, else the
 * type of the source where every client shows it, else JPEG. Lossless for
 * `quality=100` and for `bw`, and AVIF cannot be that (format and bw pages).
 */
function automaticChoice(values: FastlyValues): FormatRule[] {
  const kept = exact(values) ? { lossless: true, final: true } : {};
  const modern: readonly FormatName[] = exact(values) ? ['jxl', 'webp'] : ['jxl', 'avif', 'webp'];
  return [
    ...modern.map((format) => ({ when: { accepts: format, animated: false }, format, ...kept })),
    { when: { accepts: 'webp', animated: true, source: ['webp'] }, format: 'webp', ...kept },
    gif(values, { source: ['gif'] }),
    ...(values.bw ? BLACK_AND_WHITE : displayable(values)),
  ];
}

/** What every client shows, and keeps black and white strictly that. */
const BLACK_AND_WHITE: readonly FormatRule[] = [{ format: 'png', lossless: true }];

function displayable(values: FastlyValues): readonly FormatRule[] {
  return [
    png(values, { source: ['png'] }),
    { when: { source: ['jpeg', 'webp', 'avif'] }, format: 'jpeg' },
    ...OTHER_SOURCES,
  ];
}

/**
 * `quality`, else `optimize`, else the settings. One number is a point on the
 * JPEG scale for every encoder; a number given for WebP stands on WebP's own
 * scale (quality page). Targets are those of density 1: the output's own
 * density lowers them.
 */
function quality(
  { quality: pair, optimize }: FastlyValues,
  settings: ServiceSettings,
  format: FormatWord | undefined,
  automatic: readonly ('avif' | 'webp')[],
): QualitySpec {
  if (pair) {
    return pair.webp !== undefined && automatic.includes('webp')
      ? { kind: 'quality', jpeg: pair.first, own: { webp: pair.webp } }
      : { kind: 'quality', jpeg: pair.first };
  }
  // A PNG of 256 colors is none of the formats that it acts on.
  const heeded = format !== 'png8' || automatic.length > 0;
  if (optimize && heeded) return { kind: 'target', score: targetFor(`fastly-${optimize}`) };
  const { jpegQuality, webpQuality } = settings;
  return jpegQuality === webpQuality
    ? { kind: 'quality', jpeg: jpegQuality }
    : { kind: 'quality', jpeg: jpegQuality, own: { webp: webpQuality } };
}

function jpegKind(
  format: FormatWord | undefined,
  { jpegType }: ServiceSettings,
): PictureOutput['jpeg']['kind'] {
  if (format === 'bjpg') return 'baseline';
  if (format === 'pjpg') return 'progressive';
  return jpegType === 'auto' ? 'like-source' : jpegType;
}

/** Without a key to sign with it is treated as absent (docs/spec/fastly-io.md 7.25). */
function credentials(
  { metadata }: FastlyValues,
  { signer }: ServiceSettings,
  remark: Remark,
): Pick<PictureOutput, 'c2pa'> {
  if (!metadata?.has('c2pa')) return {};
  if (signer !== undefined) return { c2pa: signer };
  remark('metadata', 'c2pa needs signing keys and is treated as absent', 'not-built');
  return {};
}

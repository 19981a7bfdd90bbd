/**
 * Format: `auto`, `fm` and everything about encoding
 * (docs/spec/imgix.md 4.1 to 4.5, 4.12, 5.10).
 *
 * The choice of a format is an ordered list of rules, so that the algorithm
 * of docs/spec/imgix.md 4.3 can be read off the plan.
 */

import { WHITE } from '../../../base/color.ts';
import { type Diagnostic, notBuilt, notUsed, warning } from '../../../base/diagnostic.ts';
import { type FormatName, formatCard } from '../../../image/format.ts';
import { type FormatRule, type Output, picture, type QualitySpec } from '../../../plan/output.ts';
import { type FormatSettings, HOW_TO_WRITE_JXL, isWritten, offered } from '../../negotiation.ts';
import { targetFor } from '../../targets.ts';
import type { FmWord } from '../params/output.ts';
import type { ImgixValues } from '../params.ts';

/**
 * Whether `auto=compress` without `format` beats `fm` for stills. The source
 * document says both; this is its more specific sentence
 * (docs/spec/imgix.md 9.1).
 */
const COMPRESS_OVERRIDES_FM = true;

const DEFAULT_QUALITY = 75;

/** The words of `fm` that name a picture, and their formats. */
const PICTURES: Readonly<Partial<Record<FmWord, FormatName>>> = {
  avif: 'avif',
  webp: 'webp',
  jpg: 'jpeg',
  pjpg: 'jpeg',
  png: 'png',
  png8: 'png',
  png32: 'png',
  gif: 'gif',
  mp4: 'mp4',
  webm: 'webm',
  jxl: 'jxl',
};

/** Formats that go before any negotiation (docs/spec/imgix.md 4.3.7). */
const VIDEOS: ReadonlySet<FormatName> = new Set(['mp4', 'webm']);

/** What the request says about its client. */
export interface ClientFacts {
  readonly saveData: boolean;
  /** What may be negotiated, and what can be written. */
  readonly settings: FormatSettings;
  /** Formats that the client lists and cannot show. */
  readonly broken: readonly FormatName[];
}

/**
 * Whether `fm` asks for the best format of the client: `auto`, which the
 * service does not know and some clients send, and JPEG XL where this build
 * has no encoder for it, because who asks for it does not want a JPEG.
 */
function meansAuto(fm: FmWord | undefined, settings: FormatSettings): boolean {
  return fm === 'auto' || (fm === 'jxl' && !isWritten('jxl', settings));
}

/** The values with such an `fm` as what it means, `auto=format`. */
export function withAutoFormat(values: ImgixValues, settings: FormatSettings): ImgixValues {
  if (!meansAuto(values.fm, settings)) return values;
  const { fm: _, auto = [], ...others } = values;
  return { ...others, auto: [...auto, 'format'] };
}

/** The remark on an `fm` that is not done as written. */
export function fmRemark(fm: FmWord | undefined, settings: FormatSettings): Diagnostic | undefined {
  if (fm === 'auto') return warning('fm=auto is read as auto=format.', 'fm');
  if (meansAuto(fm, settings)) {
    const best = `the best format that the client accepts takes its place (${HOW_TO_WRITE_JXL})`;
    return notBuilt(`This server does not write ${fm}; ${best}.`, 'fm');
  }
  if (fm === 'pdf') return notUsed('fm=pdf has an effect only on files named pdf.', 'fm');
  return dropsFm(fm)
    ? notBuilt(`This server does not write ${fm}; fm is ignored.`, 'fm')
    : undefined;
}

/** Whether `fm` names something that this build cannot write, so that it is dropped. */
function dropsFm(fm: FmWord | undefined): boolean {
  if (fm === undefined || fm === 'json' || fm === 'blurhash' || fm === 'pdf') return false;
  const format = PICTURES[fm];
  return format === undefined || !formatCard(format).encodable;
}

/** The output of a request for a picture. `density` is in device pixels per CSS pixel. */
export function pictureOutput(values: ImgixValues, client: ClientFacts, density: number): Output {
  const formats = offered(rules(values, client), client.settings);
  const { bg, colorquant, dpi, chromasub, cs, iptc } = values;
  const progressive = values.fm === 'pjpg' ? true : values['jpg-progressive'];
  const detailed =
    progressive !== undefined || chromasub !== undefined || dpi !== undefined || iptc === 'allow';
  return picture({
    formats,
    quality: qualityOf(values, client),
    density,
    background: bg === undefined || bg.alpha === 0 ? WHITE : { ...bg, alpha: 1 },
    jpeg: {
      // Progressive and 4:2:0 are also what the encoder does by itself.
      kind: progressive === undefined ? 'free' : progressive ? 'progressive' : 'baseline',
      chroma: chromasub ?? 'free',
    },
    metadata: iptc === 'allow' ? 'iptc' : 'none',
    profile: profileOf(cs, compresses(values)),
    ...(colorquant === undefined ? {} : { colors: colorquant }),
    ...(dpi === undefined || dpi === 0 ? {} : { dpi }),
    // A source need not have what was asked for in so many words.
    whenLarger: detailed ? 'render' : 'source',
  });
}

/**
 * Whether a format of pixels is named, so that an SVG is drawn: JPEG, PNG, WebP, AVIF or GIF, not
 * data and not what is dropped here (docs/spec/imgix.md 5.12).
 */
export function namesRaster({ fm }: ImgixValues): boolean {
  if (fm === undefined || dropsFm(fm)) return false;
  const format = PICTURES[fm];
  return format !== undefined && !VIDEOS.has(format);
}

/** Whether the answer depends on the `Accept` header. */
export function negotiates(values: ImgixValues): boolean {
  return values.auto?.includes('format') === true;
}

function compresses(values: ImgixValues): boolean {
  return values.auto?.includes('compress') === true;
}

/** The algorithm of docs/spec/imgix.md 4.3 as ordered rules. */
function rules(values: ImgixValues, client: ClientFacts): FormatRule[] {
  const { broken } = client;
  const fm = dropsFm(values.fm) ? undefined : values.fm;
  const named = fm === undefined ? undefined : PICTURES[fm];
  if (named !== undefined && VIDEOS.has(named)) {
    // Stills, and animations whose video fails, are what they would be without it.
    const { fm: _, ...others } = values;
    return [{ when: { animated: true }, format: named }, ...rules(others, client)];
  }
  const webp = { format: 'webp', ...(values.lossless ? { lossless: true } : {}) } as const;
  const asked = named === undefined ? [] : askedRules(fm as FmWord, values, webp);
  const compress = compresses(values);
  if (negotiates(values)) {
    return [
      ...(['jxl', 'avif'] as const)
        .filter((format) => !broken.includes(format))
        .map((format) => ({ when: { accepts: format, animated: false }, format })),
      ...(broken.includes('webp') ? [] : [{ when: { accepts: 'webp' }, ...webp } as const]),
      ...asked,
      ...(isOpen(asked) ? fallback(values, compress) : []),
    ];
  }
  if (compress) {
    const stills: FormatRule[] = [
      { when: { animated: false, alpha: true }, format: 'png' },
      { when: { animated: false }, format: 'jpeg' },
    ];
    const first = COMPRESS_OVERRIDES_FM || named === undefined ? stills : [];
    return [...first, ...asked, ...(isOpen(asked) ? likeSource(webp) : [])];
  }
  return [...asked, ...(isOpen(asked) ? likeSource(webp) : [])];
}

/** Whether sources remain for which none of the rules may hold. */
function isOpen(rules: readonly FormatRule[]): boolean {
  return rules.every((rule) => rule.when !== undefined);
}

/** The rules for an explicit format. An animation is not made a still for the sake of AVIF. */
function askedRules(fm: FmWord, values: ImgixValues, webp: FormatRule): FormatRule[] {
  switch (fm) {
    case 'avif':
      return [{ when: { animated: false }, format: 'avif' }];
    case 'webp':
      return [webp];
    case 'png8':
      return [{ format: 'png', palette: values.colorquant ?? 256 }];
    case 'png32':
      return [{ format: 'png', lossless: true }];
    default:
      return [{ format: PICTURES[fm] ?? 'source' }];
  }
}

/** The last steps of `auto=format` without `fm`. */
function fallback(values: ImgixValues, compress: boolean): FormatRule[] {
  const png8: FormatRule = { format: 'png', palette: values.colorquant ?? 256 };
  return [
    { when: { animated: true }, format: 'gif' },
    ...(compress
      ? [{ when: { alpha: true }, ...png8 }]
      : [
          { when: { source: ['jpeg', 'png', 'gif'] }, format: 'source' } as const,
          { when: { alpha: true }, format: 'png' } as const,
        ]),
    { format: 'jpeg' },
  ];
}

/** The format of the source, or what can stand in for it. */
function likeSource(webp: FormatRule): FormatRule[] {
  return [
    ...(webp.lossless ? [{ when: { source: ['webp'] }, ...webp } as const] : []),
    { format: 'source' },
    { when: { alpha: true }, format: 'png' },
    { format: 'jpeg' },
  ];
}

/** `q` if given; else what looks like 45 for compress and Save-Data; else 75. */
function qualityOf(values: ImgixValues, { saveData }: ClientFacts): QualitySpec {
  if (values.q !== undefined) return { kind: 'quality', jpeg: Math.max(1, values.q) };
  // A target is given at density 1; the density of the output does the rest.
  if (compresses(values) || saveData) {
    return { kind: 'target', score: targetFor('imgix-compress') };
  }
  return { kind: 'quality', jpeg: DEFAULT_QUALITY };
}

/**
 * `auto=compress` converts to sRGB before it drops the profile: dropping alone
 * would shift every color of a wide-gamut picture (docs/spec/imgix.md 4.5).
 */
function profileOf(
  cs: ImgixValues['cs'],
  compress: boolean,
): Extract<Output, { kind: 'picture' }>['profile'] {
  switch (cs) {
    case 'origin':
      return 'keep';
    case 'srgb':
      return 'tagged-srgb';
    case 'adobergb1998':
      return 'adobe-rgb';
    case 'tinysrgb':
      return 'srgb';
    case 'strip':
      return 'strip';
    case undefined:
      return compress ? 'srgb' : 'keep';
  }
}

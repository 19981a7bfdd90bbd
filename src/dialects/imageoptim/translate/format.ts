/**
 * Format: which formats a request may become, and at which quality.
 *
 * The choice is an ordered list of rules, first match wins.
 *
 * Source of the rules: docs/spec/imageoptim.md 3, 4, 5 and 7.
 */
import type { FormatName } from '../../../image/format.ts';
import type { FormatCondition, FormatRule, QualitySpec } from '../../../plan/output.ts';
import type { ImageRequest } from '../../dialect.ts';
import { type FormatSettings, offered } from '../../negotiation.ts';
import { targetFor } from '../../targets.ts';
import type { Options } from '../read.ts';

/** What no PNG of all colors heeds. */
const ANY_QUALITY = { kind: 'quality', jpeg: 75 } as const;

/** Scores at density 1: the output's own density lowers them where it is 2 or more. */
export function qualityOf({ quality, box, format }: Options): QualitySpec {
  if (format === 'png' && box !== undefined && PNG_PRESETS[quality].lossless) return ANY_QUALITY;
  if (quality !== 'lossless') return { kind: 'target', score: targetFor(`imageoptim-${quality}`) };
  if (box === undefined) return { kind: 'lossless' };
  return { kind: 'lossless', resized: targetFor('imageoptim-high') };
}

/** Colors of a PNG per preset: low and medium use a palette, the others true color. */
const PNG_PRESETS: Readonly<Record<Options['quality'], Omit<FormatRule, 'when'>>> = {
  low: { format: 'png', palette: 128 },
  medium: { format: 'png', palette: 256 },
  high: { format: 'png', lossless: true },
  lossless: { format: 'png', lossless: true },
};

/**
 * PNG by preset. Made smaller, a palette source in true color would take several times its own
 * bytes, so there it may keep a palette at the presets that otherwise have all colors
 * (docs/spec/imageoptim.md 3.11).
 */
function png({ quality, box }: Options, when: FormatCondition = {}): FormatRule[] {
  const preset = PNG_PRESETS[quality];
  const rule = Object.keys(when).length > 0 ? { when, ...preset } : preset;
  if (box === undefined || !preset.lossless) return [rule];
  return [{ when: { ...when, sourcePalette: true }, format: 'png' }, rule];
}

export function formatRules(
  options: Options,
  method: ImageRequest['method'],
  settings: FormatSettings,
): FormatRule[] {
  const { format } = options;
  if (format === undefined) {
    return method === 'POST' ? familyRules(options) : offered(negotiatedRules(options), settings);
  }
  switch (format) {
    case 'same':
      return familyRules(options);
    case 'png':
      return options.box !== undefined && PNG_PRESETS[options.quality].lossless
        ? [{ format: 'png' }]
        : png(options);
    case 'webp':
      return [webp(options)];
    case 'jpeg':
    case 'avif':
    case 'gif':
      return [{ format }];
    case 'webm':
      return videoRules('webm');
    case 'h264':
      return videoRules('mp4');
  }
}

/**
 * Animations become a video, or stay what they are where the encoder fails; stills are refused by
 * the plan (docs/spec/imageoptim.md 3.16).
 */
function videoRules(format: 'mp4' | 'webm'): FormatRule[] {
  return [
    { when: { animated: true }, format },
    { when: { animated: true }, format: 'source' },
  ];
}

/**
 * GET without a format: what the client lists by name, else PNG for sources
 * that keep every pixel or have alpha, else JPEG. Animations stay animated.
 *
 * The rules for stills exclude one another below the negotiated ones, so that
 * the alternatives of a choice are formats that would do as well. Lossless
 * leaves AVIF out, which cannot, and JPEG sources as they are.
 */
function negotiatedRules(options: Options): FormatRule[] {
  const rules: FormatRule[] = [
    { when: { animated: true, accepts: 'webp' }, ...webp(options) },
    { when: { animated: true }, format: 'gif' },
  ];
  if (options.quality === 'lossless') {
    rules.push(
      { when: { animated: false, source: ['jpeg'] }, format: 'jpeg' },
      { when: { animated: false, accepts: 'jxl' }, ...withPixels('jxl', options) },
      { when: { animated: false, accepts: 'webp' }, ...webp(options) },
      ...png(options, { animated: false }),
    );
    return rules;
  }
  rules.push(
    { when: { animated: false, accepts: 'jxl' }, format: 'jxl' },
    { when: { animated: false, accepts: 'avif' }, format: 'avif' },
    { when: { animated: false, accepts: 'webp' }, format: 'webp' },
    ...baseRules(options),
  );
  return rules;
}

function baseRules(options: Options): FormatRule[] {
  return [
    ...png(options, { animated: false, sourceLossless: true }),
    ...png(options, { animated: false, sourceLossless: false, alpha: true }),
    { when: { animated: false, sourceLossless: false, alpha: false }, format: 'jpeg' },
  ];
}

/**
 * POST: the family of the source. Clients store the answer under the name
 * that the picture had, and a WebP behind `.jpg` breaks them.
 */
function familyRules(options: Options): FormatRule[] {
  const still = (source: FormatName, rule: Omit<FormatRule, 'when'>): FormatRule => ({
    when: { animated: false, source: [source] },
    ...rule,
  });
  return [
    { when: { animated: true, source: ['webp'] }, ...webp(options) },
    { when: { animated: true }, format: 'gif' },
    still('jpeg', { format: 'jpeg' }),
    ...png(options, { animated: false, source: ['png'] }),
    still('webp', webp(options)),
    still('avif', { format: 'avif' }),
    still('gif', { format: 'gif' }),
    ...baseRules(options),
  ];
}

function webp(options: Options): Omit<FormatRule, 'when'> {
  return withPixels('webp', options);
}

/** WebP and JPEG XL keep every pixel for `lossless`; beside a size, the quality asked for decides that later. */
function withPixels(format: 'webp' | 'jxl', { quality, box }: Options): Omit<FormatRule, 'when'> {
  return quality === 'lossless' && box === undefined ? { format, lossless: true } : { format };
}

/**
 * Translate: from the wishes of the options to a plan.
 *
 * The order of work is the service's own: upright first, then trim, then one
 * resize; conversion to sRGB and flattening belong to the output. Sizes stay
 * those of the URL, in CSS pixels with their density: `lower` multiplies.
 *
 * Source of the rules: docs/spec/imageoptim.md 3, 4, 5 and 7.
 */
import { type Diagnostic, warning } from '../../base/diagnostic.ts';
import { Fault } from '../../base/fault.ts';
import type { FormatName } from '../../image/format.ts';
import { type Anchor, type Op, px, type ResizeOp } from '../../plan/op.ts';
import { type FormatRule, type Output, picture, type QualitySpec } from '../../plan/output.ts';
import { freezePlan, type Plan } from '../../plan/plan.ts';
import type { ImageRequest } from '../dialect.ts';
import { targetFor } from '../targets.ts';
import type { Options, SizeMode } from './options.ts';
import type { CropAt } from './params.ts';

export interface Translated {
  readonly plan: Plan;
  readonly diagnostics: readonly Diagnostic[];
  /** The answer depends on what the client accepts. */
  readonly negotiated: boolean;
}

/**
 * The plan for these options, asked for by this method.
 *
 * @throws Fault `not-implemented` for video
 */
export function translate(options: Options, method: ImageRequest['method']): Translated {
  const ops = opsOf(options);
  if (options.meta) {
    const output: Output = { kind: 'facts', form: 'imageoptim' };
    const plan = freezePlan({ frames: { kind: 'all' }, ops, output });
    return { plan, diagnostics: [], negotiated: false };
  }
  const diagnostics: Diagnostic[] = [];
  if (options.quality === 'lossless' && options.box !== undefined) {
    diagnostics.push(
      warning(
        'Lossless holds only where the picture is not resized; a resized one gets quality=high.',
        'quality',
      ),
    );
  }
  const { format } = options;
  const still = format === 'png' || format === 'jpeg' || format === 'avif';
  const plan = freezePlan({
    frames: still ? { kind: 'one', index: 0 } : { kind: 'all' },
    ops,
    output: picture({
      formats: formatRules(options, method),
      quality: qualityAsk(options),
      density: options.density,
      background: options.background,
      profile: options.quality === 'lossless' ? 'keep' : 'srgb',
    }),
  });
  return { plan, diagnostics, negotiated: format === undefined && method !== 'POST' };
}

function opsOf({ trim, box, density, mode, background }: Options): Op[] {
  const ops: Op[] = [{ kind: 'orient', by: 'source' }];
  if (trim) ops.push({ kind: 'trim', rule: { by: 'color', tolerance: 0 }, empty: 'keep' });
  if (box === undefined) return ops;
  const fitting = fittingOf(mode);
  ops.push({
    kind: 'resize',
    width: px(box.width),
    ...(box.height === undefined ? {} : { height: px(box.height) }),
    density,
    filter: 'lanczos3',
    ...fitting,
    ...(fitting.fit === 'contain' ? { fill: { kind: 'color', color: background } } : {}),
  });
  return ops;
}

function fittingOf(mode: SizeMode): Pick<ResizeOp, 'fit' | 'enlarge' | 'anchor' | 'position'> {
  switch (mode.kind) {
    case 'scale-down':
      return { fit: 'inside', enlarge: 'never' };
    case 'fit':
      return { fit: 'inside', enlarge: 'allowed' };
    case 'crop':
      return { fit: 'cover', enlarge: 'allowed', anchor: anchorOf(mode.at) };
    case 'pad':
      return { fit: 'contain', enlarge: 'allowed', position: { x: 0.5, y: 0.5 } };
    case 'stretch':
      return { fit: 'stretch', enlarge: 'allowed' };
  }
}

const SIDES = {
  centre: { x: 0.5, y: 0.5 },
  top: { x: 0.5, y: 0 },
  bottom: { x: 0.5, y: 1 },
  left: { x: 0, y: 0.5 },
  right: { x: 1, y: 0.5 },
} as const;

function anchorOf(at: CropAt): Anchor {
  switch (at.kind) {
    case 'side':
      return { kind: 'slack', ...SIDES[at.side] };
    case 'auto':
      return { kind: 'search', by: 'attention' };
    case 'point':
      return { kind: 'focus', x: at.x, y: at.y, zoom: 1 };
  }
}

/** Scores at density 1: the output's own density lowers them where it is 2 or more. */
function qualityAsk({ quality, box }: Options): QualitySpec {
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

function formatRules(options: Options, method: ImageRequest['method']): FormatRule[] {
  const { format } = options;
  if (format === undefined) {
    return method === 'POST' ? familyRules(options) : negotiatedRules(options);
  }
  switch (format) {
    case 'same':
      return familyRules(options);
    case 'png':
      return [PNG_PRESETS[options.quality]];
    case 'webp':
      return [webp(options)];
    case 'jpeg':
    case 'avif':
    case 'gif':
      return [{ format }];
    case 'webm':
    case 'h264':
      throw new Fault(
        'not-implemented',
        'Video output (format=webm and format=h264) is not available on this server.',
      );
  }
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
  const png = PNG_PRESETS[options.quality];
  const rules: FormatRule[] = [
    { when: { animated: true, accepts: 'webp' }, ...webp(options) },
    { when: { animated: true }, format: 'gif' },
  ];
  if (options.quality === 'lossless') {
    rules.push(
      { when: { animated: false, source: ['jpeg'] }, format: 'jpeg' },
      { when: { animated: false, accepts: 'webp' }, ...webp(options) },
      { when: { animated: false }, ...png },
    );
    return rules;
  }
  rules.push(
    { when: { animated: false, accepts: 'avif' }, format: 'avif' },
    { when: { animated: false, accepts: 'webp' }, format: 'webp' },
    ...baseRules(options),
  );
  return rules;
}

function baseRules({ quality }: Options): FormatRule[] {
  const png = PNG_PRESETS[quality];
  return [
    { when: { animated: false, sourceLossless: true }, ...png },
    { when: { animated: false, sourceLossless: false, alpha: true }, ...png },
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
    still('png', PNG_PRESETS[options.quality]),
    still('webp', webp(options)),
    still('avif', { format: 'avif' }),
    still('gif', { format: 'gif' }),
    ...baseRules(options),
  ];
}

/** WebP keeps every pixel for `lossless`; beside a size, the quality ask decides that later. */
function webp({ quality, box }: Options): Omit<FormatRule, 'when'> {
  return quality === 'lossless' && box === undefined
    ? { format: 'webp', lossless: true }
    : { format: 'webp' };
}

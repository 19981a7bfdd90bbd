/**
 * Translate: from the wishes of the options to a plan.
 *
 * The order of work is the service's own: upright first, then trim, then one
 * resize; conversion to sRGB and flattening belong to the output. Sizes stay
 * those of the URL, in CSS pixels with their density: `lower` multiplies.
 *
 * Source of the rules: docs/spec/imageoptim.md 3, 4, 5 and 7.
 */
import { type Diagnostic, notUsed } from '../../base/diagnostic.ts';
import { type Anchor, type Op, px, type ResizeOp } from '../../plan/op.ts';
import { type Output, picture } from '../../plan/output.ts';
import { freezePlan, type Plan } from '../../plan/plan.ts';
import type { ImageRequest } from '../dialect.ts';
import type { FormatSettings } from '../negotiation.ts';
import type { CropAt } from './params/readers.ts';
import type { Options, SizeMode } from './read.ts';
import { formatRules, qualityOf } from './translate/format.ts';

export interface Translated {
  readonly plan: Plan;
  readonly diagnostics: readonly Diagnostic[];
  /** The answer depends on what the client accepts. */
  readonly negotiated: boolean;
}

/** The plan for these options, asked for by this method. */
export function translate(
  options: Options,
  method: ImageRequest['method'],
  settings: FormatSettings = {},
): Translated {
  const ops = opsOf(options);
  if (options.meta) {
    const output: Output = { kind: 'facts', form: 'imageoptim' };
    const plan = freezePlan({ frames: { kind: 'all' }, ops, output });
    return { plan, diagnostics: [], negotiated: false };
  }
  const diagnostics: Diagnostic[] = [];
  if (options.quality === 'lossless' && options.box !== undefined) {
    diagnostics.push(
      notUsed(
        'Lossless holds only where the picture is not resized; a resized one gets quality=high.',
        'quality',
      ),
    );
  }
  const { format } = options;
  // Of a resized PNG no frame but the first is left anyway.
  const still =
    format === 'jpeg' || format === 'avif' || (format === 'png' && options.box === undefined);
  const plan = freezePlan({
    frames: still ? { kind: 'one', index: 0 } : { kind: 'all' },
    ops,
    output: picture({
      formats: formatRules(options, method, settings),
      quality: qualityOf(options),
      density: options.density,
      background: options.background,
      ...(format === 'webm' || format === 'h264' ? { onlyAnimations: true } : {}),
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
      return { kind: 'search', by: 'saliency' };
    case 'point':
      return { kind: 'focus', x: at.x, y: at.y, zoom: 1 };
  }
}

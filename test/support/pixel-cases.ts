/**
 * The cases of golden pixels: every op of a plan, every tone step, every resize
 * filter. The tables are keyed by the unions of `plan/op.ts`, so that a new
 * member without a case does not compile.
 */
import type { Color } from '../../src/base/color.ts';
import type { Raster } from '../../src/image/raster.ts';
import { BLEND_MODES } from '../../src/plan/composition/blend-mode.ts';
import { GRADIENT_SPACES } from '../../src/plan/composition/gradient.ts';
import type { TextStyle } from '../../src/plan/composition/text-style.ts';
import {
  CENTRE,
  type Fill,
  type Filter,
  type Op,
  type OpKind,
  type OverlayOp,
  px,
  type ResizeOp,
  type SecondPicture,
  share,
  type ToneStep,
} from '../../src/plan/op.ts';
import { clearScene, framedScene } from './pixel-scenes.ts';

/** Loops of our own, in whole numbers and floats: the same everywhere, up to a rounding. */
export const OURS = 1;
/** Steps of libvips: its vector paths may round otherwise on another processor. */
export const LIBVIPS = 2;

export interface PixelCase {
  readonly name: string;
  readonly ops: readonly Op[];
  /** The opaque scene by default. */
  readonly picture?: () => Raster;
  readonly tolerance: number;
}

const color = (red: number, green: number, blue: number, alpha = 1): Color => ({
  ...{ red, green, blue, alpha },
});
const TEAL = color(0, 128, 128);
const GLASS = color(255, 200, 0, 0.5);
const onTeal: Fill = { kind: 'color', color: TEAL };
const clearFill: Fill = { kind: 'clear-with-alpha', color: TEAL };

type OpOf<K extends OpKind> = Extract<Op, { kind: K }>;
type StepOf<K extends ToneStep['kind']> = Extract<ToneStep, { kind: K }>;

const resize = (fields: Partial<ResizeOp>): ResizeOp => ({
  ...{ kind: 'resize', fit: 'inside', enlarge: 'allowed', filter: 'lanczos3' },
  ...fields,
});
const box = (width: number, height: number) => ({ width: px(width), height: px(height) });
const sides = (top: number, right: number, bottom: number, left: number) => ({
  ...{ top, right, bottom, left },
});
const lengths = (top: number, right: number, bottom: number, left: number) => ({
  ...{ top: px(top), right: px(right), bottom: px(bottom), left: px(left) },
});

const TONES: { readonly [K in ToneStep['kind']]: readonly StepOf<K>[] } = {
  linear: [
    { kind: 'linear', gain: 1.3, offset: -20 },
    { kind: 'linear', gain: -1, offset: 255 },
  ],
  saturation: [
    { kind: 'saturation', factor: 1.5 },
    { kind: 'saturation', factor: 0 },
  ],
  gamma: [{ kind: 'gamma', exponent: 0.6 }],
  exposure: [
    { kind: 'exposure', stops: 1 },
    { kind: 'exposure', stops: -1.5 },
  ],
  hue: [{ kind: 'hue', degrees: 70 }],
  vibrance: [
    { kind: 'vibrance', amount: 0.6 },
    { kind: 'vibrance', amount: -0.6 },
  ],
  'shadows-highlights': [
    { kind: 'shadows-highlights', shadows: 0.7, highlights: 0 },
    { kind: 'shadows-highlights', shadows: 0, highlights: -0.7 },
  ],
  sepia: [{ kind: 'sepia', amount: 0.8 }],
  monochrome: [{ kind: 'monochrome', color: color(40, 90, 200, 0.9) }],
  duotone: [{ kind: 'duotone', dark: color(20, 0, 60), light: color(255, 240, 180), amount: 0.9 }],
};

const FILTERS: { readonly [K in Filter]: K } = {
  ...{ nearest: 'nearest', bilinear: 'bilinear', bicubic: 'bicubic' },
  ...{ mitchell: 'mitchell', lanczos2: 'lanczos2', lanczos3: 'lanczos3' },
};

const SECOND: SecondPicture = { index: 0, ops: [] };

const LAID: OverlayOp = {
  ...{ kind: 'overlay', picture: SECOND, x: CENTRE, y: CENTRE },
  ...{ pad: 0, mode: 'normal', opacity: 1 },
};

const LETTERS: TextStyle = {
  text: 'Hamburg ab',
  family: 'sans',
  size: 14,
  color: color(200, 0, 90),
};

const WRITTEN: OpOf<'text'> = {
  ...{ kind: 'text', style: LETTERS, pad: 2, clip: { at: 'end', ellipsis: false } },
  ...{ x: { kind: 'slack', share: 1 }, y: { kind: 'slack', share: 1 } },
};

/** By name behind the kind of op. */
const OPS: { readonly [K in OpKind]: Readonly<Record<string, OpOf<K> | [OpOf<K>, () => Raster]>> } =
  {
    orient: Object.fromEntries(
      ([2, 3, 4, 5, 6, 7, 8] as const).map((by) => [`by ${by}`, { kind: 'orient', by }]),
    ),
    trim: {
      'by color': [
        { kind: 'trim', rule: { by: 'color', tolerance: 0.02 }, empty: 'keep' },
        framedScene,
      ],
      'by border, with a pad': [
        { kind: 'trim', rule: { by: 'border', mean: 5, deviation: 5 }, empty: 'keep', pad: 2 },
        framedScene,
      ],
      'by alpha': [
        { kind: 'trim', rule: { by: 'alpha', alpha: 0, tolerance: 100 }, empty: 'keep' },
        clearScene,
      ],
      'by alpha or color': [
        { kind: 'trim', rule: { by: 'alpha-or-color', tolerance: 0 }, empty: 'keep' },
        clearScene,
      ],
    },
    inset: { 'of 4, 6, 2 and 8': { kind: 'inset', ...lengths(4, 6, 2, 8) } },
    crop: {
      'at a place': {
        ...{ kind: 'crop', area: { kind: 'size', ...box(20, 14) }, outside: 'fault' },
        ...{ x: { kind: 'at', length: px(5) }, y: { kind: 'at', length: px(7) } },
      },
      'at the right, half way down': {
        ...{ kind: 'crop', area: { kind: 'ratio', ratio: 1 }, outside: 'fault' },
        ...{ x: { kind: 'slack', share: 1 }, y: CENTRE },
      },
      'half outside': {
        ...{ kind: 'crop', area: { kind: 'size', ...box(30, 30) }, outside: 'intersect' },
        ...{ x: { kind: 'at', length: px(36) }, y: { kind: 'at', length: px(-10) } },
      },
      ...Object.fromEntries(
        (['saliency', 'entropy', 'edges'] as const).map((search) => [
          `by ${search}`,
          {
            ...{ kind: 'crop', area: { kind: 'size', ...box(16, 16) }, outside: 'fault' },
            ...{ x: CENTRE, y: CENTRE, search },
          } as const,
        ]),
      ),
    },
    resize: {
      ...Object.fromEntries(
        Object.values(FILTERS).flatMap((filter): [string, ResizeOp][] => [
          [`to a half by ${filter}`, resize({ width: share(0.5), filter })],
          [`to 5/8 by ${filter}`, resize({ width: px(30), filter })],
          [`to the double by ${filter}`, resize({ width: share(2), filter })],
        ]),
      ),
      'with alpha': [resize({ width: px(30) }), clearScene],
      inside: resize(box(20, 20)),
      outside: resize({ ...box(20, 20), fit: 'outside' }),
      stretched: resize({ ...box(20, 30), fit: 'stretch' }),
      'to cover': resize({ ...box(20, 20), fit: 'cover' }),
      'to cover from the right': resize({
        ...box(20, 20),
        ...{ fit: 'cover', anchor: { kind: 'slack', x: 1, y: 0.5 } },
      }),
      'to cover around a point': resize({
        ...box(20, 20),
        ...{ fit: 'cover', anchor: { kind: 'focus', x: 0.3, y: 0.6, zoom: 1.5 } },
      }),
      'within a color': resize({ ...box(24, 24), fit: 'contain', fill: onTeal }),
      'within a blurred copy': resize({
        ...box(24, 24),
        ...{ fit: 'contain', fill: { kind: 'blur', sigma: 3 } },
      }),
      'within its repeated edge': resize({
        ...box(24, 24),
        ...{ fit: 'contain', fill: { kind: 'edge' }, position: { x: 0.5, y: 0 } },
      }),
      'at double density, never enlarged': resize({ width: px(18), density: 2, enlarge: 'never' }),
    },
    limit: { 'to 20': { kind: 'limit', side: 20 } },
    mirror: {
      'left-right': { kind: 'mirror', horizontal: true, vertical: false },
      'top-bottom': { kind: 'mirror', horizontal: false, vertical: true },
    },
    rotate: {
      'by 90': { kind: 'rotate', degrees: 90, mode: 'pivot', fill: onTeal },
      'by 30, whole': { kind: 'rotate', degrees: 30, mode: 'pivot', fill: onTeal },
      'by -10, straightened': { kind: 'rotate', degrees: -10, mode: 'straighten', fill: onTeal },
      'by 30 over a blurred copy': {
        ...{ kind: 'rotate', degrees: 30, mode: 'pivot', fill: { kind: 'blur', sigma: 4 } },
      },
      'by 30 with alpha': [
        { kind: 'rotate', degrees: 30, mode: 'pivot', fill: clearFill },
        clearScene,
      ],
    },
    pad: {
      'in a color': { kind: 'pad', ...lengths(2, 4, 6, 8), fill: onTeal },
      'with alpha': [{ kind: 'pad', ...lengths(2, 4, 6, 8), fill: clearFill }, clearScene],
      'by its edge': { kind: 'pad', ...lengths(4, 4, 4, 4), fill: { kind: 'edge' } },
      'by a blurred copy': {
        ...{ kind: 'pad', ...lengths(4, 4, 4, 4), fill: { kind: 'blur' } },
      },
      'by a gradient of its own colors': {
        ...{ kind: 'pad', ...lengths(12, 4, 12, 4) },
        fill: { kind: 'gradient', shape: { kind: 'linear', x: 0, y: 1 }, space: 'srgb' },
      },
      ...Object.fromEntries(
        GRADIENT_SPACES.map((space) => [
          `by a radial gradient in ${space}`,
          {
            ...{ kind: 'pad', ...lengths(12, 12, 12, 12) },
            fill: {
              kind: 'gradient',
              shape: {
                kind: 'radial',
                x: share(0.5),
                y: share(0.5),
                radii: [share(0.3), share(0.8)],
              },
              colors: [color(230, 40, 20), color(20, 60, 220, 0.5)],
              space,
            },
          },
        ]),
      ),
    },
    canvas: {
      larger: {
        ...{ kind: 'canvas', area: { kind: 'size', ...box(60, 40) }, fill: onTeal },
        ...{ x: { kind: 'slack', share: 0 }, y: { kind: 'slack', share: 1 } },
      },
      'of a ratio': {
        ...{ kind: 'canvas', area: { kind: 'ratio', ratio: 1 }, fill: onTeal },
        ...{ x: CENTRE, y: CENTRE },
      },
      'that clips': {
        ...{ kind: 'canvas', area: { kind: 'size', ...box(24, 40) }, fill: onTeal },
        ...{ x: { kind: 'at', length: px(-6) }, y: CENTRE },
      },
    },
    tone: {
      ...Object.fromEntries(
        Object.values(TONES).flatMap((steps) =>
          steps.map((step): [string, OpOf<'tone'>] => {
            const numbers = Object.values(step).filter((value) => typeof value === 'number');
            return [[step.kind, ...numbers].join(' '), { kind: 'tone', steps: [step] }];
          }),
        ),
      ),
      'three at once, with alpha': [
        { kind: 'tone', steps: [TONES.hue[0]!, TONES.gamma[0]!, TONES.sepia[0]!] },
        clearScene,
      ],
    },
    blur: {
      'of 2 pixels': { kind: 'blur', sigma: px(2) },
      'of 12 pixels': { kind: 'blur', sigma: px(12) },
      'of a share': { kind: 'blur', sigma: share(0.02) },
      'with alpha': [{ kind: 'blur', sigma: px(2) }, clearScene],
    },
    sharpen: {
      'on luma': { kind: 'sharpen', sigma: 1, amount: 1, threshold: 0, channel: 'luma' },
      'on channels, above a threshold': {
        ...{ kind: 'sharpen', sigma: 1.5, amount: 2, threshold: 12, channel: 'rgb' },
      },
    },
    pixelate: {
      'of 7': { kind: 'pixelate', side: 7 },
      'with alpha': [{ kind: 'pixelate', side: 5 }, clearScene],
    },
    halftone: { 'of 6': { kind: 'halftone', side: 6 } },
    denoise: {
      weak: { kind: 'denoise', strength: 40, sharpness: 20 },
      strong: { kind: 'denoise', strength: 100, sharpness: -100 },
      negative: { kind: 'denoise', strength: -60, sharpness: 0 },
    },
    bilevel: {
      'by threshold': { kind: 'bilevel', method: 'threshold', level: 0.4 },
      'by diffusion': { kind: 'bilevel', method: 'atkinson', level: 0.5 },
    },
    background: {
      opaque: [{ kind: 'background', color: TEAL }, clearScene],
      translucent: [{ kind: 'background', color: GLASS }, clearScene],
    },
    checker: {
      'of 4': [
        { kind: 'checker', side: 4, colors: [color(255, 255, 255), color(200, 200, 210)] },
        clearScene,
      ],
    },
    overlay: {
      'in the lower right corner': {
        ...LAID,
        x: { kind: 'slack', share: 1 },
        y: { kind: 'slack', share: 1 },
        pad: 3,
      },
      'turned, in a box, half clear': {
        ...LAID,
        box: {
          kind: 'resize',
          width: { share: 0.5 },
          fit: 'inside',
          enlarge: 'allowed',
          filter: 'lanczos2',
        },
        degrees: 30,
        opacity: 0.5,
      },
      'tiled, by multiply': {
        ...{ ...LAID, tile: 'both', pad: 4, mode: 'multiply' },
        box: {
          kind: 'resize',
          width: px(10),
          fit: 'inside',
          enlarge: 'allowed',
          filter: 'lanczos2',
        },
      },
    },
    text: {
      'in the lower right corner': WRITTEN,
      'clipped, with dots': { ...WRITTEN, clip: { at: 'end', ellipsis: true }, room: 30 },
      'made smaller, outlined': {
        ...{ ...WRITTEN, shrink: true, room: 40 },
        style: { ...LETTERS, outline: { width: 2, color: TEAL } },
      },
    },
    'text-canvas': {
      'in lines': {
        ...{ kind: 'text-canvas', width: 60, pad: 2, x: 0.5, y: 0 },
        style: { ...LETTERS, leading: 2 },
      },
    },
    'picture-mask': {
      'clear below': { kind: 'picture-mask', picture: SECOND },
      'over a color': { kind: 'picture-mask', picture: SECOND, color: color(0, 90, 200) },
    },
    blend: Object.fromEntries(
      BLEND_MODES.map((mode) => [
        `by ${mode}`,
        [{ kind: 'blend', color: color(200, 60, 120, 0.8), mode, opacity: 0.9 }, clearScene],
      ]),
    ),
    'cross-hairs': { 'beside the middle': { kind: 'cross-hairs', x: 0.3, y: 0.6 } },
    'red-eye': { 'of the eye that is known': { kind: 'red-eye' } },
    'hide-faces': {
      'under a blur': { kind: 'hide-faces', by: 'blur', strength: 0.2 },
      'in blocks': { kind: 'hide-faces', by: 'blocks', strength: 0.25 },
    },
    enhance: { 'by the curve that is known': { kind: 'enhance' } },
    mask: {
      ellipse: { kind: 'mask', shape: { kind: 'ellipse' } },
      'round corners on a color': {
        ...{ kind: 'mask', shape: { kind: 'corners', radii: [4, 8, 12, 16] }, color: TEAL },
      },
      'corners by default': { kind: 'mask', shape: { kind: 'corners' } },
      triangle: { kind: 'mask', shape: { kind: 'polygon', corners: 3 } },
      'hexagon on a color': { kind: 'mask', shape: { kind: 'polygon', corners: 6 }, color: TEAL },
    },
    border: {
      plain: { kind: 'border', sides: sides(2, 4, 6, 8), color: TEAL },
      translucent: { kind: 'border', sides: sides(4, 4, 4, 4), color: GLASS },
      round: {
        ...{ kind: 'border', sides: sides(4, 4, 4, 4), color: TEAL },
        ...{ radii: [10, 10, 10, 10], innerRadii: [6, 6, 6, 6] },
      },
      'round, its inside by the wider bar': {
        ...{ kind: 'border', sides: sides(2, 3, 4, 10), color: TEAL },
        radii: [14, 14, 14, 14],
      },
    },
  };

/** Kinds whose pixels are computed in `raster/` or by copying alone. */
const COMPUTED_HERE = new Set<OpKind>([
  ...(['inset', 'canvas', 'tone', 'pixelate', 'halftone', 'bilevel', 'background'] as const),
  ...(['checker', 'mask', 'border', 'mirror', 'orient', 'trim', 'red-eye', 'enhance'] as const),
  ...(['cross-hairs', 'blend'] as const),
]);

/** Every case, in the order of the table. */
export const PIXEL_CASES: readonly PixelCase[] = Object.entries(OPS).flatMap(([kind, cases]) =>
  Object.entries<Op | [Op, () => Raster]>(cases).map(([name, value]): PixelCase => {
    const [op, picture] = Array.isArray(value) ? value : [value];
    return {
      name: `${kind} ${name}`,
      ops: [op],
      ...(picture ? { picture } : {}),
      tolerance: COMPUTED_HERE.has(kind as OpKind) ? OURS : LIBVIPS,
    };
  }),
);

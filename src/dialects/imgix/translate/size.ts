/**
 * Size: from the sizing parameters to ops
 * (docs/spec/imgix.md 4.6 to 4.10, 5.1 to 5.3, 5.7, 5.8).
 */
import type { Sides } from '../../../base/size.ts';
import {
  type Anchor,
  type Fill,
  type Fit,
  type Length,
  type Op,
  px,
  type ResizeOp,
  type SideLimits,
  share,
  type TrimRule,
} from '../../../plan/op.ts';
import type { Hints } from '../hints.ts';
import { LONGEST_SIDE } from '../params/readers.ts';
import type { FitWord } from '../params/size.ts';
import type { ImgixValues } from '../params.ts';
import { colorFill, spaceFill, TRANSPARENT_FILL } from './fill.ts';

/** The vendor's default: Lanczos with two lobes (docs/spec/imgix.md 5.1.3). */
export const DEFAULT_FILTER = 'lanczos2';

/** The largest distance of two RGBA colors in levels, √(4 · 255²). */
const FARTHEST_COLORS = 510;

/** What each `fit` means. */
const FITS: Readonly<Record<PlainFit, Pick<ResizeOp, 'enlarge'> & { readonly fit: Fit }>> = {
  clip: { fit: 'inside', enlarge: 'allowed' },
  max: { fit: 'inside', enlarge: 'never' },
  scale: { fit: 'stretch', enlarge: 'allowed' },
  crop: { fit: 'cover', enlarge: 'allowed' },
  min: { fit: 'cover', enlarge: 'never' },
  fill: { fit: 'contain', enlarge: 'allowed' },
  fillmax: { fit: 'contain', enlarge: 'never' },
  clamp: { fit: 'contain', enlarge: 'allowed' },
};

type PlainFit = Exclude<FitWord, 'facearea'>;

/** The box of a request, in CSS pixels or shares. */
export interface RequestedBox {
  readonly width?: Length;
  readonly height?: Length;
  /** Device pixels per CSS pixel; 1 where no side was asked for. */
  readonly density: number;
}

/**
 * The box that parameters and hints ask for.
 *
 * A `Width` hint counts device pixels: it is divided by the density here, so
 * that multiplying by it later gives the hint again.
 */
export function boxOf(values: ImgixValues, hints: Hints): RequestedBox {
  const asked = hints.dpr ?? values.dpr ?? 1;
  const { h: height } = values;
  const width = hints.width === undefined ? values.w : px(hints.width / asked);
  const sized = width !== undefined || height !== undefined;
  return {
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    density: sized ? asked : 1,
  };
}

/** Orientation, `rect` and `trim`: what happens before the picture meets its box. */
export function before(values: ImgixValues): Op[] {
  const ops: Op[] = [];
  const { orient, rect, trim } = values;
  if (orient === undefined) ops.push({ kind: 'orient', by: 'source' });
  else if (orient > 1) ops.push({ kind: 'orient', by: orient as Exclude<typeof orient, 0> });
  if (rect) {
    const { width, height, x, y } = rect;
    const area = { kind: 'size', width, height } as const;
    ops.push({ kind: 'crop', area, x, y, outside: 'intersect-or-keep' });
  }
  const rules = trim === undefined ? [] : trimRules(values, trim);
  rules.forEach((rule, index) => {
    const pad = index === rules.length - 1 ? (values['trim-pad'] ?? 0) : 0;
    ops.push({ kind: 'trim', rule, empty: 'keep', ...(pad === 0 ? {} : { pad }) });
  });
  return ops;
}

/** `color` takes clear edges off first, then those of the color (documented). */
function trimRules(values: ImgixValues, trim: NonNullable<ImgixValues['trim']>): TrimRule[] {
  const levels = values['trim-tol'] ?? 0;
  const color = values['trim-color'];
  const byColor = {
    ...(color === undefined ? {} : { color }),
    tolerance: levels / FARTHEST_COLORS,
  };
  switch (trim) {
    case 'auto':
      return [{ by: 'border', mean: values['trim-md'] ?? 11, deviation: values['trim-sd'] ?? 10 }];
    case 'alpha':
      return [{ by: 'alpha', alpha: values['trim-alpha'] ?? 0, tolerance: Math.min(255, levels) }];
    case 'color':
      return [
        { by: 'alpha', alpha: 0, tolerance: 0 },
        { by: 'color', ...byColor },
      ];
    case 'colorunlessalpha':
      return [{ by: 'alpha-or-color', ...byColor }];
  }
}

/** The resize of a box; none where nothing about the size was said. */
export function resizeOps(
  values: ImgixValues,
  box: RequestedBox,
  room: Sides | undefined,
): (Extract<Op, { kind: 'crop' | 'cross-hairs' }> | ResizeOp)[] {
  const asked = values.fit ?? 'clip';
  if (typeof asked === 'object') return faceAreaOps(values, box, room, asked.otherwise);
  return plainResizeOps(values, box, room, asked);
}

/** The part around the faces at the size of the box; where there is none, the fit behind the comma. */
function faceAreaOps(
  values: ImgixValues,
  box: RequestedBox,
  room: Sides | undefined,
  otherwise: PlainFit,
): ResizeOp[] {
  const { width, height } = box;
  const { faceindex } = values;
  const density = boundedDensity(box, undefined);
  const withoutFaces = plainResizeOps(values, box, room, otherwise, false).at(-1);
  return [
    {
      kind: 'resize',
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
      ...(density === 1 ? {} : { density }),
      fit: 'cover',
      enlarge: 'allowed',
      filter: values['resize-filter'] ?? DEFAULT_FILTER,
      anchor: {
        kind: 'face-area',
        ...(faceindex === undefined ? {} : { face: faceindex - 1 }),
        pad: values.facepad ?? 1,
      },
      ...(room === undefined ? {} : { reserve: room }),
      ...(withoutFaces?.kind === 'resize' ? { withoutFaces } : {}),
    },
  ];
}

/** @param heedsFaces whether a chain of `crop` may look for faces */
function plainResizeOps(
  values: ImgixValues,
  box: RequestedBox,
  room: Sides | undefined,
  word: PlainFit,
  heedsFaces = true,
): (Extract<Op, { kind: 'crop' | 'cross-hairs' }> | ResizeOp)[] {
  const { fit, enlarge } = FITS[word];
  const { width, height } = box;
  const both = width !== undefined && height !== undefined;
  // w and h together leave a ratio nothing to say (docs/spec/imgix.md 9.6).
  const ratio = (word === 'crop' || word === 'fill') && !both ? values.ar : undefined;
  const framed = both || ratio !== undefined;
  // Without a frame nothing is cut, so no face can be lost.
  const chain = anchorsOf(values, heedsFaces && framed);
  const [anchor, next] = word === 'crop' ? chain : [];
  const zoom = !framed && anchor?.kind === 'focus' ? zoomCrop(anchor) : [];
  if (width === undefined && height === undefined && ratio === undefined) return zoom;
  const limits = word === 'crop' && !framed ? limitsOf(values, width === undefined) : undefined;
  const density = boundedDensity(box, ratio, limits);
  const at = (place: Anchor | undefined): ResizeOp => ({
    kind: 'resize',
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(density === 1 ? {} : { density }),
    ...(ratio === undefined ? {} : { ratio }),
    ...(limits === undefined ? {} : { limits }),
    fit,
    enlarge,
    filter: values['resize-filter'] ?? DEFAULT_FILTER,
    ...(place === undefined ? {} : { anchor: place }),
    ...(fit === 'contain' ? { fill: fillOf(values, word, box.density) } : {}),
    ...(room === undefined ? {} : { reserve: room }),
  });
  return [...zoom, { ...at(anchor), ...(next === undefined ? {} : { withoutFaces: at(next) }) }];
}

/**
 * The density at which the box stays within 8192: `w=5000&dpr=3` has 1.6384.
 * A box that would be scaled down afterwards is never built.
 */
function boundedDensity(
  box: RequestedBox,
  ratio: number | undefined,
  limits: SideLimits = {},
): number {
  const width = pixels(box.width);
  const height = pixels(box.height);
  const longest = Math.max(
    width ?? (ratio === undefined || height === undefined ? 0 : height * ratio),
    height ?? (ratio === undefined || width === undefined ? 0 : width / ratio),
    limits.minWidth ?? 0,
    limits.minHeight ?? 0,
  );
  return longest === 0 ? box.density : Math.min(box.density, LONGEST_SIDE / longest);
}

function pixels(length: Length | undefined): number | undefined {
  return length && 'px' in length ? length.px : undefined;
}

/** Limits hold for the side that was not given; the lower one wins over the upper. */
function limitsOf(values: ImgixValues, forWidth: boolean): SideLimits | undefined {
  const min = forWidth ? values['min-w'] : values['min-h'];
  const max = forWidth ? values['max-w'] : values['max-h'];
  if (min === undefined && max === undefined) return undefined;
  const upper = max === undefined ? undefined : Math.max(max, min ?? 0);
  return forWidth
    ? {
        ...(min === undefined ? {} : { minWidth: min }),
        ...(upper === undefined ? {} : { maxWidth: upper }),
      }
    : {
        ...(min === undefined ? {} : { minHeight: min }),
        ...(upper === undefined ? {} : { maxHeight: upper }),
      };
}

/**
 * Where a crop looks: the first word of the chain that can be followed here, and behind `faces` the
 * one that holds where there is none.
 *
 * `faces,top,right` is on the faces, or in the upper right corner.
 */
function anchorsOf(values: ImgixValues, heedsFaces: boolean): readonly [Anchor, Anchor?] {
  const fixed = fixedAnchor(values);
  if (values.crop?.[0] !== 'faces' || !heedsFaces) return [fixed];
  return [{ kind: 'faces', face: (values.faceindex ?? 1) - 1 }, fixed];
}

/** The first word of the chain that depends on no face. Words of direction each fix one axis and work together. */
function fixedAnchor(values: ImgixValues): Anchor {
  const chain = values.crop ?? [];
  for (const word of chain) {
    switch (word) {
      case 'faces':
        continue;
      case 'auto':
        return { kind: 'search', by: 'saliency' };
      case 'focalpoint':
        return {
          kind: 'focus',
          x: (values['fp-x'] ?? 0.5) + 0,
          y: (values['fp-y'] ?? 0.5) + 0,
          zoom: values['fp-z'] ?? 1,
          ...(values['fp-debug'] ? { shown: true } : {}),
        };
      case 'entropy':
      case 'edges':
        return { kind: 'search', by: word };
      default: {
        const axis = (near: 'left' | 'top', far: 'right' | 'bottom') =>
          chain.includes(near) ? 0 : chain.includes(far) ? 1 : 0.5;
        return { kind: 'slack', x: axis('left', 'right'), y: axis('top', 'bottom') };
      }
    }
  }
  return { kind: 'slack', x: 0.5, y: 0.5 };
}

/** A zoom without a box of its own ratio: the window is cut before the picture is scaled. */
function zoomCrop({ x, y, zoom, shown }: Extract<Anchor, { kind: 'focus' }>) {
  const part = 1 / zoom;
  const before = (at: number) => Math.min(1 - part, Math.max(0, at - part / 2));
  const hairs = { x: (x - before(x)) * zoom, y: (y - before(y)) * zoom };
  const lines = shown ? [{ kind: 'cross-hairs', ...hairs } as const] : [];
  if (zoom === 1) return lines;
  const place = (at: number) => ({ kind: 'slack', share: before(at) / (1 - part) }) as const;
  const area = { kind: 'size', width: share(part), height: share(part) } as const;
  const crop = { kind: 'crop', area, x: place(x), y: place(y), outside: 'intersect' } as const;
  return [crop, ...lines];
}

/** What fills the box of fill, fillmax and clamp. */
function fillOf(values: ImgixValues, word: PlainFit, density: number): Fill {
  return word === 'clamp' ? { kind: 'edge' } : spaceFill(values, density);
}

/** Mirror and turn. */
export function turns(values: ImgixValues): Op[] {
  const ops: Op[] = [];
  const { flip, rot = 0 } = values;
  if (flip) {
    ops.push({
      kind: 'mirror',
      horizontal: flip.includes('h'),
      vertical: flip.includes('v'),
    });
  }
  if (rot !== 0) {
    const mode = values['rot-type'] ?? 'straighten';
    // A straightened picture leaves no corner to fill.
    const fill = mode === 'pivot' ? colorFill(values.bg) : TRANSPARENT_FILL;
    ops.push({ kind: 'rotate', degrees: rot, mode, fill });
  }
  return ops;
}

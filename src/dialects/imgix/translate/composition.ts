/**
 * Composition: from `blend` and `mark` to ops (docs/spec/imgix.md 6.1 and 6.2).
 *
 * Lengths are CSS pixels: whole numbers first, then times the density.
 */
import { devicePixels } from '../../../plan/fit.ts';
import {
  type Anchor,
  type Fill,
  type Length,
  type Op,
  type OverlayOp,
  type Placement,
  px,
  type ResizeOp,
  share,
} from '../../../plan/op.ts';
import type { PictureText, Place } from '../params/composition.ts';
import type { ImgixValues } from '../params.ts';
import { TRANSPARENT_FILL } from './fill.ts';
import type { Pictures } from './pictures.ts';
import { DEFAULT_FILTER } from './size.ts';

/** The distance of a mark from the edges, in CSS pixels. */
const MARK_PAD = 5;

/** What `blend` lays on the picture; `sizing` is what gives the picture itself its size. */
export function blendOps(
  values: ImgixValues,
  density: number,
  pictures: Pictures,
  sizing: readonly Op[],
): Op[] {
  const given = values.blend ?? values['blend-color'];
  if (given === undefined) return [];
  const mode = values['blend-mode'] ?? 'overlay';
  const opacity = (values['blend-alpha'] ?? 100) / 100;
  if (!isPicture(given)) return [{ kind: 'blend', color: given, mode, opacity }];
  const picture = pictures.add(given.picture, 'blend');
  if (picture === undefined) return [];
  const inherits = values['blend-size'] === 'inherit';
  const inherited = inherits ? sizing.filter(isResize).map(withoutRoom) : [];
  const box = inherits
    ? inherited.length === 0
      ? COVER
      : undefined
    : boxOf(values['blend-w'], values['blend-h'], density, blendFit(values));
  return [
    {
      kind: 'overlay',
      picture: { ...picture, ops: [...picture.ops, ...inherited] },
      ...(box === undefined ? {} : { box }),
      ...places(values['blend-align'] ?? [], 0.5, values['blend-x'], values['blend-y'], density),
      pad: devicePixels(values['blend-pad'] ?? 0, density),
      mode,
      opacity,
    },
  ];
}

/** What `mark` lays on the picture. */
export function markOps(values: ImgixValues, density: number, pictures: Pictures): Op[] {
  if (values.mark === undefined) return [];
  const picture = pictures.add(values.mark, 'mark', values['mark-base']);
  if (picture === undefined) return [];
  const scale = (values['mark-scale'] ?? 0) / 100;
  const box =
    boxOf(values['mark-w'], values['mark-h'], density, markFit(values)) ??
    (scale > 0
      ? { ...COVER, width: share(scale), height: share(scale), fit: 'inside' }
      : undefined);
  const tile = values['mark-tile'] === 'grid';
  const width = values['mark-if-min-width'] ?? 0;
  const height = values['mark-if-min-height'] ?? 0;
  const op: OverlayOp = {
    kind: 'overlay',
    picture,
    ...(box === undefined ? {} : { box }),
    ...(values['mark-rot'] === undefined ? {} : { degrees: values['mark-rot'] }),
    ...places(
      values['mark-align'] ?? [],
      tile ? 0 : 1,
      values['mark-x'],
      values['mark-y'],
      density,
    ),
    pad: devicePixels(values['mark-pad'] ?? MARK_PAD, density),
    ...(tile ? { tile: 'both' } : {}),
    ...(width + height > 0 ? { least: { width, height } } : {}),
    mode: 'normal',
    opacity: (values['mark-alpha'] ?? 100) / 100,
  };
  return [op];
}

/** All of the picture below it. */
const COVER: ResizeOp = {
  kind: 'resize',
  width: share(1),
  height: share(1),
  fit: 'cover',
  enlarge: 'allowed',
  filter: DEFAULT_FILTER,
};

type Fitting = Pick<ResizeOp, 'fit' | 'enlarge' | 'anchor' | 'fill' | 'withoutFaces'>;

function markFit({ 'mark-fit': fit = 'clip', ...values }: ImgixValues): Fitting {
  const both = values['mark-w'] !== undefined && values['mark-h'] !== undefined;
  // It needs both sides (documented).
  if (fit === 'crop') return both ? { fit: 'cover', enlarge: 'allowed' } : FITS.clip;
  return FITS[fit];
}

function blendFit({ 'blend-fit': fit = 'clip', 'blend-crop': crop = [] }: ImgixValues): Fitting {
  if (fit !== 'crop') return FITS[fit];
  const axis = (near: 'left' | 'top', far: 'right' | 'bottom') =>
    crop.includes(near) ? 0 : crop.includes(far) ? 1 : 0.5;
  const anchor: Anchor = { kind: 'slack', x: axis('left', 'right'), y: axis('top', 'bottom') };
  const faces: Anchor = { kind: 'faces', face: 0 };
  return { fit: 'cover', enlarge: 'allowed', anchor: crop[0] === 'faces' ? faces : anchor };
}

const EDGE: Fill = { kind: 'edge' };

const FITS = {
  clip: { fit: 'inside', enlarge: 'allowed' },
  max: { fit: 'inside', enlarge: 'never' },
  scale: { fit: 'stretch', enlarge: 'allowed' },
  fill: { fit: 'contain', enlarge: 'allowed', fill: TRANSPARENT_FILL },
  clamp: { fit: 'contain', enlarge: 'allowed', fill: EDGE },
} as const satisfies Readonly<Record<string, Fitting>>;

function boxOf(
  width: Length | undefined,
  height: Length | undefined,
  density: number,
  fitting: Fitting,
): ResizeOp | undefined {
  if (width === undefined && height === undefined) return undefined;
  return {
    kind: 'resize',
    ...(width === undefined ? {} : { width: deviceLength(width, density) }),
    ...(height === undefined ? {} : { height: deviceLength(height, density) }),
    filter: DEFAULT_FILTER,
    ...fitting,
  };
}

/** Shares are of the picture below, which has its density. */
function deviceLength(length: Length, density: number): Length {
  return 'px' in length ? px(devicePixels(length.px, density)) : length;
}

function places(
  align: readonly Place[],
  otherwise: number,
  x: number | undefined,
  y: number | undefined,
  density: number,
): Pick<OverlayOp, 'x' | 'y'> {
  const axis = (words: readonly [Place, Place, Place], own: number | undefined): Placement => {
    if (own !== undefined) return { kind: 'at', length: px(own * density) };
    const at = words.findIndex((word) => align.includes(word));
    return { kind: 'slack', share: at < 0 ? otherwise : at / 2 };
  };
  return { x: axis(['left', 'center', 'right'], x), y: axis(['top', 'middle', 'bottom'], y) };
}

function isPicture(value: object): value is PictureText {
  return 'picture' in value;
}

function isResize(op: Op): op is ResizeOp {
  return op.kind === 'resize';
}

function withoutRoom({ reserve: _, ...op }: ResizeOp): ResizeOp {
  return op;
}

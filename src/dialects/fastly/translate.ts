/**
 * Translate: the values of parameters become the steps of a plan.
 *
 * The order is that of docs/spec/fastly-io.md 4: upright, trim-color,
 * precrop, trim, crop, orient, one resize, pad or canvas with bg-color, tone,
 * sharpen, blur, the overlay, bw. Steps that would do nothing are left out, so that
 * `orient=1` and no `orient` are the same plan.
 */
import { CLEAR, type Color, WHITE } from '../../base/color.ts';
import type { Fill, Fit, Length, Op, Placement, ResizeOp, ToneStep } from '../../plan/op.ts';
import { CENTRE, share } from '../../plan/op.ts';
import { isNothing, type LengthSides } from './params/readers.ts';
import { type FastlyValues, LONGEST_SIDE } from './params.ts';
import type { Remark } from './read.ts';
import type { ServiceSettings } from './settings.ts';

/** The steps that `values` ask for, in the service's order. */
export function translate(
  values: FastlyValues,
  settings: ServiceSettings,
  remark: Remark,
  overlay: readonly Op[] = [],
): Op[] {
  return [
    { kind: 'orient', by: 'source' },
    ...trimColor(values),
    ...crop(values, 'precrop', remark),
    ...inset(values),
    ...crop(values, 'crop', remark),
    ...orient(values),
    ...resize(values, settings, remark),
    { kind: 'limit', side: LONGEST_SIDE },
    ...space(values),
    ...background(values),
    ...tone(values),
    ...sharpen(values),
    ...blur(values),
    ...overlay,
    ...blackWhite(values),
  ];
}

function trimColor({ 'trim-color': trim }: FastlyValues): Op[] {
  if (!trim) return [];
  return [{ kind: 'trim', rule: { by: 'color', ...trim }, empty: 'fault', notFor: ['gif'] }];
}

function crop(values: FastlyValues, name: 'crop' | 'precrop', remark: Remark): Op[] {
  const window = values[name];
  if (!window) return [];
  const { area, x, y, safe, smart } = window;
  const outside = safe ? 'intersect' : 'fault';
  if (smart && area.kind === 'ratio') {
    if (!isCentre(x) || !isCentre(y)) remark(name, 'smart places the window, positions do not');
    return [{ kind: 'crop', area, x: CENTRE, y: CENTRE, outside, search: 'saliency' }];
  }
  if (smart) remark(name, 'smart needs a ratio like 1:1, the window is placed without it');
  return [{ kind: 'crop', area, x, y, outside }];
}

function isCentre(placement: Placement): boolean {
  return placement.kind === 'slack' && placement.share === 0.5;
}

function inset({ trim }: FastlyValues): Op[] {
  return trim && !isFlat(trim) ? [{ kind: 'inset', ...trim }] : [];
}

function isFlat({ top, right, bottom, left }: LengthSides): boolean {
  return [top, right, bottom, left].every(isNothing);
}

function orient({ orient: by = 1 }: FastlyValues): Op[] {
  return by === 1 ? [] : [{ kind: 'orient', by }];
}

const FITS = { bounds: 'inside', cover: 'outside', crop: 'cover' } as const satisfies Record<
  string,
  Fit
>;

/**
 * The one resize step. `fit` acts only between two sides, and without it two
 * sides are a forced size (width and fit pages). `dpr` multiplies sizes in any
 * unit, and scales the picture where no size is given
 * (docs/spec/fastly-io.md 5.1, 5.2).
 */
function resize(values: FastlyValues, settings: ServiceSettings, remark: Remark): Op[] {
  const { width, height, dpr = 1 } = values;
  remarkOnLength('width', width, dpr, remark);
  remarkOnLength('height', height, dpr, remark);
  const enlarge = mayEnlarge(values, settings) ? 'allowed' : 'never';
  const common: Pick<ResizeOp, 'kind' | 'enlarge' | 'filter' | 'density'> = {
    kind: 'resize',
    enlarge,
    filter: values['resize-filter'] ?? settings.filter,
    ...(dpr === 1 ? {} : { density: dpr }),
  };
  if (width && height) {
    return [{ ...common, width, height, fit: values.fit ? FITS[values.fit] : 'stretch' }];
  }
  if (width) return [{ ...common, width, fit: 'inside' }];
  if (height) return [{ ...common, height, fit: 'inside' }];
  return dpr > 1 && enlarge === 'allowed' ? [{ ...common, width: share(1), fit: 'inside' }] : [];
}

/** Off by default; where both are said, `disable` wins (docs/spec/fastly-io.md 5.3). */
function mayEnlarge({ enable, disable }: FastlyValues, settings: ServiceSettings): boolean {
  return (enable !== undefined || settings.upscale) && disable === undefined;
}

function remarkOnLength(
  name: string,
  length: Length | undefined,
  density: number,
  remark: Remark,
): void {
  if (length && 'px' in length && length.px * density > LONGEST_SIDE) {
    remark(name, `the output has at most ${LONGEST_SIDE} pixels a side and is scaled to that`);
  }
}

/** Pad or canvas; canvas wins (pad and canvas pages). */
function space(values: FastlyValues): Op[] {
  const { canvas, pad, 'bg-color': color } = values;
  if (canvas) {
    // Clear wherever the output can; where it cannot, the encoder puts it on white.
    const fill: Fill = { kind: 'color', color: underneath(color) ?? CLEAR };
    return [{ kind: 'canvas', ...canvas, fill }];
  }
  if (!pad || isFlat(pad)) return [];
  const fill: Fill = color
    ? { kind: 'color', color: underneath(color) ?? CLEAR }
    : { kind: 'clear-with-alpha', color: WHITE };
  return [{ kind: 'pad', ...pad, fill }];
}

/** A translucent color comes with the `background` step alone: twice over it would be denser. */
function underneath(color: Color | undefined): Color | undefined {
  return color?.alpha === 1 ? color : undefined;
}

function background({ 'bg-color': color }: FastlyValues): Op[] {
  return color && color.alpha > 0 ? [{ kind: 'background', color }] : [];
}

/** Anchors are documented, the curves between them are ours (docs/spec/fastly-io.md 7.13). */
function tone({ brightness = 0, contrast = 0, saturation = 0 }: FastlyValues): Op[] {
  const steps: ToneStep[] = [];
  if (brightness > 0) {
    steps.push({ kind: 'linear', gain: 1 - brightness / 100, offset: (255 * brightness) / 100 });
  } else if (brightness < 0) {
    steps.push({ kind: 'linear', gain: 1 + brightness / 100, offset: 0 });
  }
  if (contrast !== 0) {
    const reach = (255 * contrast) / 100;
    const gain = (259 * (reach + 255)) / (255 * (259 - reach));
    steps.push({ kind: 'linear', gain, offset: 128 * (1 - gain) });
  }
  if (saturation !== 0) steps.push({ kind: 'saturation', factor: 1 + saturation / 100 });
  return steps.length > 0 ? [{ kind: 'tone', steps }] : [];
}

function sharpen({ sharpen: mask }: FastlyValues): Op[] {
  if (!mask || mask.amount === 0) return [];
  const { amount, radius, threshold } = mask;
  return [{ kind: 'sharpen', sigma: radius / 2, amount, threshold, channel: 'rgb' }];
}

function blur({ blur: sigma }: FastlyValues): Op[] {
  return sigma ? [{ kind: 'blur', sigma }] : [];
}

function blackWhite({ bw }: FastlyValues): Op[] {
  if (!bw) return [];
  const level = bw.method === 'threshold' ? bw.level : 0.5;
  return [{ kind: 'bilevel', method: bw.method, level }];
}

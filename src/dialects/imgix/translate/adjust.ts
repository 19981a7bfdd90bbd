/**
 * Adjust: from the adjustments and effects to ops
 * (docs/spec/imgix.md 5.5 and 5.6; the curves are ours, the vendor
 * publishes none).
 *
 * Every parameter is neutral at 0 and then leaves no step behind.
 */
import type { Op, ToneStep } from '../../../plan/op.ts';
import type { ImgixValues } from '../params.ts';

/** Red out of pupils: `auto=redeye`, and `auto=true` beside faces in `crop` (docs/spec/imgix.md 4.13). */
export function redEyeOps({ auto = [], crop = [] }: ImgixValues): Op[] {
  const asked = auto.includes('redeye') || (auto.includes('true') && crop.includes('faces'));
  return asked ? [{ kind: 'red-eye' }] : [];
}

/**
 * How strongly faces are hidden, as a share of their longer side, at 1 and at 100. The vendor names no
 * unit; the least is already past recognition (docs/spec/imgix.md 5.13.2).
 */
const HIDING = {
  blur: { least: 0.12, most: 0.4 },
  blocks: { least: 1 / 7, most: 1 },
} as const;

/** Faces that nobody shall recognize: `face-blur` and `face-pixel`. */
export function faceOps(values: ImgixValues): Op[] {
  const { 'face-blur': blur = 0, 'face-pixel': blocks = 0 } = values;
  const hidden = (by: 'blur' | 'blocks', value: number): Op[] => {
    const { least, most } = HIDING[by];
    return value === 0
      ? []
      : [{ kind: 'hide-faces', by, strength: least + ((most - least) * (value - 1)) / 99 }];
  };
  return [...hidden('blur', blur), ...hidden('blocks', blocks)];
}

/** The curve of the source, before anything is adjusted: `auto=enhance`, and `auto=true`. */
export function enhanceOps({ auto = [] }: ImgixValues): Op[] {
  return auto.includes('enhance') || auto.includes('true') ? [{ kind: 'enhance' }] : [];
}

/** Steps on each pixel by itself: adjustments, then tints. */
export function toneOps(values: ImgixValues): Op[] {
  const steps = [...adjustments(values), ...tints(values)];
  return steps.length > 0 ? [{ kind: 'tone', steps }] : [];
}

function adjustments(values: ImgixValues): ToneStep[] {
  const { bri = 0, con = 0, exp = 0, gam = 0, high = 0, shad = 0, hue = 0 } = values;
  const { sat = 0, vib = 0, invert = false } = values;
  const steps: ToneStep[] = [];
  if (bri !== 0) steps.push({ kind: 'linear', gain: 1, offset: (255 * bri) / 200 });
  if (con !== 0) {
    const gain = 1 + con / (con > 0 ? 100 : 200);
    steps.push({ kind: 'linear', gain, offset: 127.5 * (1 - gain) });
  }
  if (exp !== 0) steps.push({ kind: 'exposure', stops: exp / 50 });
  if (gam !== 0) {
    steps.push({ kind: 'gamma', exponent: (1000 - (gam > 0 ? 9 : 89) * gam) / 1000 });
  }
  if (high !== 0 || shad !== 0) {
    steps.push({
      kind: 'shadows-highlights',
      shadows: shad / 100 + 0,
      highlights: high / 100 + 0,
    });
  }
  if (hue % 360 !== 0) steps.push({ kind: 'hue', degrees: hue });
  if (sat !== 0) steps.push({ kind: 'saturation', factor: 1 + sat / 100 });
  if (vib !== 0) steps.push({ kind: 'vibrance', amount: vib / 100 });
  if (invert) steps.push({ kind: 'linear', gain: -1, offset: 255 });
  return steps;
}

function tints(values: ImgixValues): ToneStep[] {
  const { monochrome, sepia = 0, duotone } = values;
  const steps: ToneStep[] = [];
  if (monochrome && monochrome.alpha > 0) steps.push({ kind: 'monochrome', color: monochrome });
  if (sepia !== 0) steps.push({ kind: 'sepia', amount: sepia / 100 });
  const amount = (values['duotone-alpha'] ?? 100) / 100;
  if (duotone && amount > 0) {
    const [dark, light] = duotone;
    steps.push({ kind: 'duotone', dark, light, amount });
  }
  return steps;
}

/** Noise reduction and sharpening; their radii are pixels of the output. */
export function detailOps(values: ImgixValues): Op[] {
  const ops: Op[] = [];
  const { nr, nrs, sharp = 0, usm = 0, usmrad = 2.5 } = values;
  if (nr !== undefined || nrs !== undefined) {
    ops.push({ kind: 'denoise', strength: nr ?? 20, sharpness: nrs ?? 20 });
  }
  if (sharp !== 0) {
    ops.push({ kind: 'sharpen', sigma: 1, amount: sharp / 50, threshold: 0, channel: 'luma' });
  }
  if (usm !== 0 && usmrad > 0) {
    ops.push({ kind: 'sharpen', sigma: usmrad, amount: usm / 50, threshold: 0, channel: 'rgb' });
  }
  return ops;
}

/** Half-tone, blur and pixels, in the documented order. */
export function styleOps(values: ImgixValues): Op[] {
  const { htn = 0, blur = 0, px = 0 } = values;
  const ops: Op[] = [];
  if (htn > 0) ops.push({ kind: 'halftone', side: htn });
  if (blur > 0) ops.push({ kind: 'blur', sigma: { px: blur / 10 } });
  if (px > 0) ops.push({ kind: 'pixelate', side: px });
  return ops;
}

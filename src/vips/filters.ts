/**
 * Filters that sharp computes a part of: its Gaussians and medians, then a
 * loop over typed arrays. Those that are loops alone stand in raster/filters.ts.
 * (docs/spec/fastly-io.md 7.14 and 7.16, docs/spec/imgix.md 5.5 and 5.6)
 */
import type { Raster } from '../image/raster.ts';
import type { Instruction } from '../plan/program.ts';
import { lumaOf, pixelate } from '../raster/filters.ts';
import { layOver, pixelsOf, reachOf } from '../raster/hidden-faces.ts';
import { blurred } from './blur.ts';
import { extract } from './geometry.ts';
import { pipeline, pixels } from './pipeline.ts';

type Step<K extends Instruction['kind']> = Extract<Instruction, { kind: K }>;

/**
 * Unsharp mask: `v + amount * (v - blurred)` where the difference is above
 * the threshold. `luma`: one difference for all channels, so that no color
 * fringes appear. A negative amount softens.
 */
export async function sharpen(raster: Raster, step: Step<'sharpen'>): Promise<Raster> {
  const { amount, threshold, channel } = step;
  if (amount === 0) return raster;
  const soft = (await blurred(raster, Math.max(0.3, step.sigma))).data;
  const { channels } = raster;
  const from = raster.data;
  const out = new Uint8ClampedArray(from);
  for (let i = 0; i < out.length; i += channels) {
    if (channel === 'luma') {
      const difference = lumaOf(from, i) - lumaOf(soft, i);
      if (Math.abs(difference) <= threshold) continue;
      const by = amount * difference;
      out[i] = from[i]! + by;
      out[i + 1] = from[i + 1]! + by;
      out[i + 2] = from[i + 2]! + by;
    } else {
      for (let c = i; c < i + 3; c++) {
        const difference = from[c]! - soft[c]!;
        if (Math.abs(difference) > threshold) out[c] = from[c]! + amount * difference;
      }
    }
  }
  return { ...raster, data: new Uint8Array(out.buffer) };
}

/**
 * Noise reduction: towards the median of the neighbourhood where a pixel is
 * near it, left alone where it stands out as detail. `sharpness` sets how far
 * "near" reaches: -100 takes nearly everything for noise, 100 little. A
 * negative strength lifts fine detail instead. Approximate by design.
 */
export async function denoise(raster: Raster, step: Step<'denoise'>): Promise<Raster> {
  const strength = Math.max(-1, Math.min(1, step.strength / 100));
  if (strength === 0) return raster;
  const smooth = (
    strength > 0 ? await median(raster, strength > 0.5 ? 5 : 3) : await blurred(raster, 1)
  ).data;
  const near = 8 + 24 * (1 - Math.max(-1, Math.min(1, step.sharpness / 100)));
  const { channels, data } = raster;
  const out = new Uint8ClampedArray(data);
  for (let i = 0; i < out.length; i += channels) {
    for (let c = i; c < i + 3; c++) {
      const difference = smooth[c]! - data[c]!;
      const distance = Math.abs(difference) / near;
      if (distance < 1) out[c] = data[c]! + strength * difference * (1 - distance * distance);
    }
  }
  return { ...raster, data: new Uint8Array(out.buffer) };
}

/** Sigmas of a Gaussian beyond which it takes nothing in that can be seen. */
const BLUR_REACH = 3;

/** The least sigma and the least side of a block, in pixels: below, they hide nothing. */
const LEAST_DETAIL = { blur: 0.5, blocks: 2 };

/** The raster with faces in blocks or under a blur; every pixel away from them as it was. */
export async function hideFaces(raster: Raster, step: Step<'hide-faces'>): Promise<Raster> {
  const out = { ...raster, data: new Uint8Array(raster.data) };
  for (const place of step.places) {
    const detail = Math.max(LEAST_DETAIL[step.by], place.detail);
    const blurs = step.by === 'blur';
    const around = blurs ? reachOf(place) + BLUR_REACH * detail : 0;
    const region = pixelsOf(place, around, raster);
    if (region === undefined) continue;
    const part = extract(out, region);
    if (blurs) {
      layOver(out, await blurred(part, detail), region, place);
    } else {
      const { width, height } = region;
      const blocks = pixelate(part, { kind: 'pixelate', side: Math.ceil(detail), width, height });
      layOver(out, blocks, region);
    }
  }
  return out;
}

/** The median of each square of `side` pixels; libvips refuses pictures smaller than its window. */
async function median(raster: Raster, side: 3 | 5): Promise<Raster> {
  const { width, height } = raster;
  if (Math.min(width, height) >= side) return pixels(pipeline(raster).median(side));
  // What libvips does at every edge, done before: the edge repeated, half a window wide.
  const by = (side - 1) / 2;
  const sides = { top: by, right: by, bottom: by, left: by, extendWith: 'copy' } as const;
  const wide = await pixels(pipeline(await pixels(pipeline(raster).extend(sides))).median(side));
  return extract(wide, { left: by, top: by, width, height });
}

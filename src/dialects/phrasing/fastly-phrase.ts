/** Fastly phrase: a plan in the parameters of Fastly Image Optimizer (docs/spec/fastly-io.md 6 and 7). */
import type { Color } from '../../base/color.ts';
import type { FormatName } from '../../image/format.ts';
import type { Length, Placement } from '../../plan/op.ts';
import type { Plan } from '../../plan/plan.ts';
import {
  densityOf,
  hex,
  namedFormat,
  nearestOf,
  negotiates,
  opOf,
  type Pairs,
  short,
  toneOf,
} from './phrase.ts';

const FORMATS: Readonly<Partial<Record<FormatName, string>>> = {
  jpeg: 'jpg',
  webp: 'webp',
  avif: 'avif',
  png: 'png',
  gif: 'gif',
  jxl: 'jxl',
  mp4: 'mp4',
  svg: 'svg',
};

/** Scores that `optimize` aims at. */
const OPTIMIZE = [
  ['low', 85],
  ['medium', 75],
  ['high', 60],
] as const;

export function fastlyPhrase(plan: Plan): Pairs {
  return [...sizePairs(plan), ...lookPairs(plan), ...outputPairs(plan)];
}

function sizePairs(plan: Plan): [string, string][] {
  const pairs: [string, string][] = [];
  const crop = opOf(plan, 'crop');
  if (crop?.search !== undefined && crop.area.kind === 'ratio') {
    pairs.push(['crop', `${short(crop.area.ratio)}:1,smart`]);
  } else if (crop !== undefined) {
    const { area } = crop;
    const window =
      area.kind === 'ratio' ? `${short(area.ratio)}:1` : `${text(area.width)},${text(area.height)}`;
    pairs.push(['crop', `${window}${placed('x', crop.x)}${placed('y', crop.y)}`]);
  }
  const resize = opOf(plan, 'resize');
  if (resize !== undefined) {
    const { width, height, fit, enlarge, filter, fill } = resize;
    const density = densityOf(plan.output, width, height);
    if (width !== undefined) pairs.push(['width', text(width, density)]);
    if (height !== undefined) pairs.push(['height', text(height, density)]);
    if (density !== 1) pairs.push(['dpr', short(density)]);
    const fits = { inside: 'bounds', outside: 'cover', cover: 'crop', contain: 'bounds' } as const;
    const both = width !== undefined && height !== undefined;
    if (both && fit !== 'stretch') pairs.push(['fit', fits[fit]]);
    if (enlarge === 'allowed') pairs.push(['enable', 'upscale']);
    if (filter !== 'lanczos3' && filter !== 'mitchell') pairs.push(['resize-filter', filter]);
    if (both && fit === 'contain') {
      pairs.push(['canvas', `${text(width)},${text(height)}`]);
      if (fill?.kind === 'color') pairs.push(['bg-color', colorText(fill.color)]);
    }
  }
  const turned = opOf({ ...plan, ops: plan.ops.filter((op) => !isBySource(op)) }, 'orient');
  if (turned !== undefined && turned.by !== 'source') pairs.push(['orient', String(turned.by)]);
  const mirror = opOf(plan, 'mirror');
  if (mirror !== undefined) {
    pairs.push(['orient', `${mirror.horizontal ? 'h' : ''}${mirror.vertical ? 'v' : ''}`]);
  }
  return pairs;
}

const isBySource = (op: Plan['ops'][number]) => op.kind === 'orient' && op.by === 'source';

function lookPairs(plan: Plan): [string, string][] {
  const pairs: [string, string][] = [];
  if (opOf(plan, 'trim') !== undefined) pairs.push(['trim-color', 'auto']);
  for (const step of opOf(plan, 'tone')?.steps ?? []) {
    if (step.kind === 'saturation') pairs.push(['saturation', short((step.factor - 1) * 100)]);
    if (step.kind !== 'linear') continue;
    const { kind, percent } = toneOf(step.gain, step.offset);
    // Its contrast follows a curve of its own: 259 (c + 255) / 255 (259 - c)
    const own = (255 * 259 * (step.gain - 1)) / (259 + 255 * step.gain) / 2.55;
    pairs.push([kind, short(kind === 'contrast' ? own : percent)]);
  }
  const blur = opOf(plan, 'blur');
  if (blur !== undefined) pairs.push(['blur', text(blur.sigma)]);
  const sharpen = opOf(plan, 'sharpen');
  if (sharpen !== undefined) {
    const { amount, sigma, threshold } = sharpen;
    pairs.push(['sharpen', `a${short(amount)},r${short(sigma * 2)},t${short(threshold)}`]);
  }
  const pad = opOf(plan, 'pad');
  if (pad !== undefined) {
    const sides = [pad.top, pad.right, pad.bottom, pad.left];
    pairs.push(['pad', sides.map((side) => text(side)).join(',')]);
    if (pad.fill.kind === 'color') pairs.push(['bg-color', colorText(pad.fill.color)]);
  }
  const canvas = opOf(plan, 'canvas');
  if (canvas?.area.kind === 'size') {
    pairs.push(['canvas', `${text(canvas.area.width)},${text(canvas.area.height)}`]);
    if (canvas.fill.kind === 'color') pairs.push(['bg-color', colorText(canvas.fill.color)]);
  }
  const background = opOf(plan, 'background');
  if (background !== undefined) pairs.push(['bg-color', colorText(background.color)]);
  return pairs;
}

function outputPairs({ output, frames }: Plan): [string, string][] {
  if (output.kind !== 'picture') return [];
  const pairs: [string, string][] = [];
  const named = namedFormat(output);
  const lossless = output.quality.kind === 'lossless' || output.formats[0]?.lossless === true;
  if (named === 'webp' && lossless) pairs.push(['format', 'webpll']);
  else if (named !== undefined) pairs.push(['format', FORMATS[named] ?? named]);
  else if (negotiates(output)) pairs.push(['format', 'auto']);
  const { quality } = output;
  if (quality.kind === 'quality') pairs.push(['quality', short(quality.jpeg)]);
  if (quality.kind === 'target') pairs.push(['optimize', nearestOf(OPTIMIZE, quality.score)]);
  if (frames.kind === 'one' && frames.index === 0) pairs.push(['frame', '1']);
  if (output.metadata === 'copyright') pairs.push(['metadata', 'copyright']);
  return pairs;
}

/** Pixels, or a percentage. */
function text(length: Length, density = 1): string {
  return 'px' in length ? short(length.px / density) : `${short(length.share * 100)}p`;
}

function placed(axis: 'x' | 'y', at: Placement): string {
  if (at.kind === 'at') return `,${axis}${text(at.length)}`;
  return at.share === 0.5 ? '' : `,offset-${axis}${short(at.share * 100)}`;
}

function colorText(color: Color): string {
  const { red, green, blue, alpha } = color;
  return alpha === 1 ? hex(color) : `${red},${green},${blue},${short(alpha)}`;
}

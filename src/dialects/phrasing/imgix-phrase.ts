/** imgix phrase: a plan in the parameters of the imgix Rendering API (docs/spec/imgix.md 4 and 5). */
import type { Color } from '../../base/color.ts';
import type { FormatName } from '../../image/format.ts';
import type { Anchor, Length } from '../../plan/op.ts';
import type { Plan } from '../../plan/plan.ts';
import {
  densityOf,
  hex,
  namedFormat,
  negotiates,
  opOf,
  type Pairs,
  short,
  toneOf,
} from './phrase.ts';

const FORMATS: Readonly<Partial<Record<FormatName, string>>> = { jpeg: 'jpg', png: 'png' };

/** Targets from here down are near what `auto=compress` aims at. */
const COMPRESSED = 66;

export function imgixPhrase(plan: Plan): Pairs {
  const { output } = plan;
  if (output.kind === 'facts') return [['fm', 'json']];
  if (output.kind === 'blurhash') return [['fm', 'blurhash']];
  return [...sizePairs(plan), ...lookPairs(plan), ...outputPairs(plan)];
}

function sizePairs(plan: Plan): [string, string][] {
  const pairs: [string, string][] = [];
  const crop = opOf(plan, 'crop');
  if (crop?.area.kind === 'size') {
    const { area, x, y } = crop;
    const edges = (at: typeof x, near: string, middle: string, far: string) => {
      if (at.kind === 'at') return side(at.length);
      return at.share < 0.34 ? near : at.share > 0.66 ? far : middle;
    };
    const corner = `${edges(x, 'left', 'center', 'right')},${edges(y, 'top', 'middle', 'bottom')}`;
    pairs.push(['rect', `${corner},${side(area.width)},${side(area.height)}`]);
  }
  const resize = opOf(plan, 'resize');
  if (resize !== undefined) {
    const { width, height, fit, enlarge, filter, anchor, fill } = resize;
    const density = densityOf(plan.output, width, height);
    if (width !== undefined) pairs.push(['w', side(width, density)]);
    if (height !== undefined) pairs.push(['h', side(height, density)]);
    if (density !== 1) pairs.push(['dpr', short(density)]);
    const never = enlarge === 'never';
    if (fit === 'inside' && never) pairs.push(['fit', 'max']);
    if (fit === 'stretch') pairs.push(['fit', 'scale']);
    if (fit === 'cover' || fit === 'outside') {
      pairs.push(['fit', never ? 'min' : 'crop'], ...anchored(anchor));
    }
    if (fit === 'contain') {
      pairs.push(['fit', never ? 'fillmax' : 'fill']);
      if (fill?.kind === 'blur') pairs.push(['fill', 'blur']);
      if (fill?.kind === 'color')
        pairs.push(['fill', 'solid'], ['fill-color', colorText(fill.color)]);
    }
    if (filter !== 'lanczos2') pairs.push(['resize-filter', filter]);
  }
  for (const op of plan.ops) {
    if (op.kind === 'orient' && op.by !== 'source') pairs.push(['or', String(op.by)]);
    if (op.kind === 'mirror') {
      pairs.push(['flip', `${op.horizontal ? 'h' : ''}${op.vertical ? 'v' : ''}`]);
    }
  }
  return pairs;
}

function anchored(anchor: Anchor | undefined): [string, string][] {
  switch (anchor?.kind) {
    case undefined:
    case 'face-area':
      return [];
    case 'slack': {
      const ends = (at: number, near: string, far: string) =>
        at < 0.34 ? [near] : at > 0.66 ? [far] : [];
      const words = [...ends(anchor.y, 'top', 'bottom'), ...ends(anchor.x, 'left', 'right')];
      return words.length === 0 ? [] : [['crop', words.join(',')]];
    }
    case 'focus':
      return [
        ['crop', 'focalpoint'],
        ['fp-x', short(anchor.x)],
        ['fp-y', short(anchor.y)],
        ...(anchor.zoom === 1 ? [] : ([['fp-z', short(anchor.zoom)]] as [string, string][])),
      ];
    case 'search':
      return [['crop', anchor.by === 'edges' ? 'edges' : 'entropy']];
    case 'faces':
      return [['crop', 'faces']];
  }
}

function lookPairs(plan: Plan): [string, string][] {
  const pairs: [string, string][] = [];
  const trim = opOf(plan, 'trim');
  if (trim !== undefined) pairs.push(['trim', trim.rule.by === 'color' ? 'color' : 'auto']);
  for (const step of opOf(plan, 'tone')?.steps ?? []) {
    if (step.kind === 'saturation') pairs.push(['sat', short((step.factor - 1) * 100)]);
    if (step.kind !== 'linear') continue;
    const { kind, percent } = toneOf(step.gain, step.offset);
    const bounded = Math.max(-100, Math.min(100, percent));
    pairs.push([kind === 'brightness' ? 'bri' : 'con', short(Math.round(bounded))]);
  }
  const blur = opOf(plan, 'blur');
  if (blur !== undefined && 'px' in blur.sigma) pairs.push(['blur', short(blur.sigma.px * 10)]);
  const sharpen = opOf(plan, 'sharpen');
  if (sharpen?.channel === 'luma') pairs.push(['sharp', short(sharpen.amount * 50)]);
  else if (sharpen !== undefined) {
    pairs.push(['usm', short(sharpen.amount * 50)], ['usmrad', short(sharpen.sigma)]);
  }
  const pad = opOf(plan, 'pad');
  if (pad !== undefined && 'px' in pad.top) {
    pairs.push(['pad', short(pad.top.px)]);
    if (pad.fill.kind === 'color') pairs.push(['bg', colorText(pad.fill.color)]);
  }
  const background = opOf(plan, 'background');
  if (background !== undefined) pairs.push(['bg', colorText(background.color)]);
  return pairs;
}

function outputPairs({ output, frames }: Plan): [string, string][] {
  if (output.kind !== 'picture') return [];
  const pairs: [string, string][] = [];
  const named = namedFormat(output);
  const { quality } = output;
  const compresses = quality.kind === 'target' && quality.score < COMPRESSED;
  const autos = [
    ...(named === undefined && negotiates(output) ? ['format'] : []),
    ...(compresses ? ['compress'] : []),
  ];
  if (autos.length > 0) pairs.push(['auto', autos.join(',')]);
  if (named !== undefined) pairs.push(['fm', FORMATS[named] ?? named]);
  if (quality.kind === 'quality' && quality.jpeg !== 75) pairs.push(['q', short(quality.jpeg)]);
  // A score of 85 is about what a quality of 90 looks like, 75 and below the usual 75
  if (quality.kind === 'target' && quality.score > 80) pairs.push(['q', '90']);
  if (quality.kind === 'lossless') pairs.push(['lossless', '1']);
  if (output.profile === 'srgb' && !compresses) pairs.push(['cs', 'tinysrgb']);
  if (frames.kind === 'one') pairs.push(['frame', String(frames.index + 1)]);
  return pairs;
}

/** Pixels, or a share. */
function side(length: Length, density = 1): string {
  return 'px' in length ? short(length.px / density) : short(length.share);
}

function colorText(color: Color): string {
  if (color.alpha === 1) return hex(color);
  return `${Math.round(color.alpha * 255)
    .toString(16)
    .padStart(2, '0')}${hex(color)}`;
}

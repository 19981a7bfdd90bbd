/** ImageOptim phrase: a plan in the options of the ImageOptim API (docs/spec/imageoptim.md 2 and 3). */
import type { Anchor } from '../../plan/op.ts';
import type { Plan } from '../../plan/plan.ts';
import { densityOf, hex, namedFormat, nearestOf, opOf, type Pairs, short } from './phrase.ts';

/** Scores that the presets aim at. */
const QUALITY = [
  ['low', 50],
  ['medium', 68],
  ['high', 85],
] as const;

export function imageoptimPhrase(plan: Plan): Pairs {
  if (plan.output.kind === 'facts') return [['meta', '']];
  const pairs: [string, string][] = [...sizePairs(plan)];
  if (opOf(plan, 'trim') !== undefined) pairs.push(['trim', 'border']);
  const background = opOf(plan, 'background');
  if (background !== undefined) pairs.push(['bgcolor', hex(background.color)]);
  return [...pairs, ...outputPairs(plan)];
}

function sizePairs(plan: Plan): [string, string][] {
  const resize = opOf(plan, 'resize');
  if (resize === undefined) return [];
  const { width, height, fit, enlarge, anchor, fill } = resize;
  // Shares, and a height alone, cannot be said
  if (width === undefined || !('px' in width)) return [];
  if (height !== undefined && !('px' in height)) return [];
  const density = densityOf(plan.output, width, height);
  const sides = [width, ...(height === undefined ? [] : [height])];
  const pairs: [string, string][] = [
    ['size', sides.map(({ px }) => short(Math.round(px / density))).join('x')],
  ];
  if (density !== 1) pairs.push(['density', `${short(density)}x`]);
  if (height === undefined || fit === 'inside' || fit === 'outside') {
    return enlarge === 'allowed' ? [...pairs, ['fit', '']] : pairs;
  }
  if (fit === 'stretch') return [...pairs, ['stretch', '']];
  if (fit === 'cover') return [...pairs, ['crop', cropText(anchor)]];
  const color = fill?.kind === 'color' ? [['bgcolor', hex(fill.color)] as [string, string]] : [];
  return [...pairs, ['pad', ''], ...color];
}

function cropText(anchor: Anchor | undefined): string {
  switch (anchor?.kind) {
    case 'search':
    case 'faces':
    case 'face-area':
      return 'auto';
    case 'focus':
      return `${short(anchor.x)}x${short(anchor.y)}`;
    case 'slack':
      if (anchor.y < 0.34) return 'top';
      if (anchor.y > 0.66) return 'bottom';
      return anchor.x < 0.34 ? 'left' : anchor.x > 0.66 ? 'right' : '';
    case undefined:
      return '';
  }
}

function outputPairs({ output }: Plan): [string, string][] {
  if (output.kind !== 'picture') return [];
  const pairs: [string, string][] = [];
  const { quality } = output;
  const named = namedFormat(output);
  // A palette where nothing is said; all colors of a PNG are what high means
  const allColors = named === 'png' && output.formats[0]?.palette === undefined;
  const preset =
    quality.kind === 'lossless'
      ? 'lossless'
      : allColors
        ? 'high'
        : // Qualities of the JPEG scale score about so much less than their number
          nearestOf(QUALITY, quality.kind === 'target' ? quality.score : quality.jpeg - 8);
  if (preset !== 'medium') pairs.push(['quality', preset]);
  if (named === 'png' || named === 'jpeg') pairs.push(['format', named]);
  if (named === 'mp4') pairs.push(['format', 'h264']);
  if (named === 'webm') pairs.push(['format', 'webm']);
  return pairs;
}

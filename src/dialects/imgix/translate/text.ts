/**
 * Text: from `txt` and its kin to ops (docs/spec/imgix.md 6.3).
 *
 * Lengths are CSS pixels: whole numbers first, then times the density.
 */

import type { TextStyle } from '../../../plan/composition/text-style.ts';
import { devicePixels } from '../../../plan/fit.ts';
import { type Op, type OpOf, type Placement, px } from '../../../plan/op.ts';
import type { Hints } from '../hints.ts';
import { colorOf } from '../params/colors.ts';
import { LONGEST_SIDE } from '../params/readers.ts';
import type { ImgixValues } from '../params.ts';

const BLACK = colorOf('000')!;
const WHITE = colorOf('fff')!;

/** In CSS pixels. */
const SIZE = 12;
const PAD = 10;

/** Width of a canvas of text, in CSS pixels. */
const CANVAS_WIDTH = 200;

/** A line over the picture. */
export function textOps(values: ImgixValues, density: number): Op[] {
  if (!isSet(values)) return [];
  const clip = values['txt-clip'] ?? [];
  const align = values['txt-align'] ?? [];
  const width = values['txt-width'];
  const axis = (words: readonly string[], own: number | undefined): Placement => {
    if (own !== undefined) return { kind: 'at', length: px(own * density) };
    return { kind: 'slack', share: shareOf(words, align, 1) };
  };
  return [
    {
      kind: 'text',
      style: styleOf(values, density),
      x: axis(ACROSS, values['txt-x']),
      y: axis(DOWN, values['txt-y']),
      pad: devicePixels(values['txt-pad'] ?? PAD, density),
      ...(width === undefined || width === 0 ? {} : { room: devicePixels(width, density) }),
      clip: {
        at: clip.find((word) => word !== 'ellipsis') ?? 'end',
        ellipsis: clip.includes('ellipsis'),
      },
      ...(values['txt-fit'] === 'max' ? { shrink: true } : {}),
    },
  ];
}

/** The canvas of `/~text`, in the place of a source; empty where nothing is to be set. */
export function canvasOp(values: ImgixValues, hints: Hints): OpOf<'text-canvas'> {
  const density = hints.dpr ?? values.dpr ?? 1;
  const side = (length: ImgixValues['w'], otherwise: number | undefined) => {
    const asked = length && 'px' in length ? length.px : otherwise;
    if (asked === undefined) return undefined;
    return Math.max(1, Math.min(LONGEST_SIDE, devicePixels(asked, density)));
  };
  const align = values['txt-align'] ?? [];
  const height = side(values.h, undefined);
  return {
    kind: 'text-canvas',
    style: styleOf(values, density),
    width: side(values.w, CANVAS_WIDTH) ?? CANVAS_WIDTH,
    ...(height === undefined ? {} : { height }),
    pad: devicePixels(values['txt-pad'] ?? PAD, density),
    x: shareOf(ACROSS, align, 0),
    y: shareOf(DOWN, align, 0),
  };
}

export function isSet({ txt = '' }: ImgixValues): boolean {
  return txt.trim() !== '';
}

const ACROSS = ['left', 'center', 'right'];
const DOWN = ['top', 'middle', 'bottom'];

function shareOf(words: readonly string[], align: readonly string[], otherwise: number): number {
  const at = words.findIndex((word) => align.includes(word));
  return at < 0 ? otherwise : at / 2;
}

function styleOf(values: ImgixValues, density: number): TextStyle {
  const { family, bold, italic } = values['txt-font'] ?? {
    family: 'sans' as const,
    bold: false,
    italic: false,
  };
  const line = devicePixels(values['txt-line'] ?? 0, density);
  const shadow = (values['txt-shad'] ?? 0) * density;
  const tracking = devicePixels(values['txt-track'] ?? 0, density);
  const leading = devicePixels(values['txt-lead'] ?? 0, density);
  const ligatures = ({ '0': 'none', '1': undefined, '2': 'all' } as const)[
    values['txt-lig'] ?? '1'
  ];
  return {
    text: values.txt ?? '',
    family,
    ...(bold ? { bold } : {}),
    ...(italic ? { italic } : {}),
    size: devicePixels(values['txt-size'] ?? SIZE, density),
    color: values['txt-color'] ?? BLACK,
    ...(line === 0 ? {} : { outline: { width: line, color: values['txt-line-color'] ?? WHITE } }),
    ...(shadow === 0 ? {} : { shadow }),
    ...(tracking === 0 ? {} : { tracking }),
    ...(leading === 0 ? {} : { leading }),
    ...(ligatures === undefined ? {} : { ligatures }),
  };
}

/**
 * Shapes and grounds: what lies under, over and around a picture.
 *
 * Edges are smooth: a pixel on the rim of a shape is covered in part, as far
 * as its middle lies inside (half a pixel on either side of the line).
 */
import type { Color } from '../base/color.ts';
import type { Raster } from '../image/raster.ts';
import type { Instruction } from '../plan/program.ts';
import { still, withAlpha, withoutAlpha } from './pixels.ts';

type Step<K extends Instruction['kind']> = Extract<Instruction, { kind: K }>;
type Radii = readonly [number, number, number, number];

/** The picture on a color; no alpha is left when the color is opaque. */
export function over(raster: Raster, color: Color): Raster {
  if (raster.channels === 3) return raster;
  const { data, width, height } = raster;
  if (color.alpha >= 1) {
    const out = new Uint8Array(width * height * 3);
    const backdrop = [color.red, color.green, color.blue];
    for (let i = 0, o = 0; i < data.length; i += 4, o += 3) {
      const alpha = data[i + 3]!;
      for (let c = 0; c < 3; c++) {
        out[o + c] = alpha === 255 ? data[i + c]! : mixed(backdrop[c]!, data[i + c]!, alpha / 255);
      }
    }
    return still(width, height, 3, out);
  }
  if (color.alpha <= 0) return raster;
  const out = new Uint8Array(data);
  for (let i = 0; i < data.length; i += 4) layer(out, i, color, 1 - data[i + 3]! / 255);
  return still(width, height, 4, out);
}

/**
 * Every frame on a color taken as opaque; no alpha is left. It rounds halves in whole numbers,
 * where `over` rounds shares; encoded bytes depend on it.
 */
export function flatten(
  raster: Raster,
  backdrop: { readonly red: number; readonly green: number; readonly blue: number },
): Raster {
  if (raster.channels === 3) return raster;
  const { data } = raster;
  const pixels = data.length / 4;
  const out = new Uint8Array(pixels * 3);
  for (let i = 0, o = 0; i < data.length; i += 4, o += 3) {
    const alpha = data[i + 3]!;
    const rest = 255 - alpha;
    out[o] = (data[i]! * alpha + backdrop.red * rest + 127) / 255;
    out[o + 1] = (data[i + 1]! * alpha + backdrop.green * rest + 127) / 255;
    out[o + 2] = (data[i + 2]! * alpha + backdrop.blue * rest + 127) / 255;
  }
  return { ...raster, channels: 3, data: out };
}

/** A checkerboard under clear areas; the first color begins in the upper left corner. */
export function checker(raster: Raster, { side, colors }: Step<'checker'>): Raster {
  if (raster.channels === 3) return raster;
  const { data, width, height } = raster;
  const out = new Uint8Array(data);
  const length = Math.max(1, Math.round(side));
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const alpha = data[i + 3]!;
      if (alpha === 255) continue;
      const odd = (Math.floor(x / length) + Math.floor(y / length)) & 1;
      layer(out, i, colors[odd as 0 | 1], 1 - alpha / 255);
    }
  }
  const opaque = colors.every((color) => color.alpha >= 1);
  const result = still(width, height, 4, out);
  return opaque ? withoutAlpha(result) : result;
}

/** All but a shape hidden: clear, or under a color. */
export function mask(raster: Raster, step: Step<'mask'>): Raster {
  const { width, height } = raster;
  return shownBy(raster, coverOf(step, width, height), step.color);
}

function coverOf({ shape, radii, corners }: Step<'mask'>, width: number, height: number): Cover {
  switch (shape) {
    case 'ellipse':
      return ellipse(width, height);
    case 'polygon':
      return polygon(width, height, corners ?? 3);
    case 'corners':
      return rounded(0, 0, width, height, radii);
  }
}

/** Shown as far as another picture of its size is light and opaque (docs/spec/imgix.md 5.8). */
export function pictureMask(raster: Raster, by: Raster, color: Color | undefined): Raster {
  const { data, channels, width } = by;
  const cover: Cover = (x, y) => {
    const at = (y * width + x) * channels;
    const luma = 0.2126 * data[at]! + 0.7152 * data[at + 1]! + 0.0722 * data[at + 2]!;
    // White is all of it, whatever the sum of three decimals.
    const light = Math.round(luma * 1000) / 255_000;
    return channels === 4 ? (light * data[at + 3]!) / 255 : light;
  };
  return shownBy(raster, cover, color);
}

function shownBy(raster: Raster, cover: Cover, color: Color | undefined): Raster {
  const { width, height } = raster;
  const base =
    raster.channels === 3 && color !== undefined && color.alpha >= 1 ? raster : withAlpha(raster);
  const out = new Uint8Array(base.data);
  const { channels } = base;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += channels) {
      const share = cover(x, y);
      if (share >= 1) continue;
      cut(out, i, channels, share, color);
    }
  }
  return still(width, height, channels, out);
}

/**
 * Bars over the edge, the size stays. With radii the outside of the frame is
 * clear and its inside is rounded too: by `innerRadii`, else by what the
 * outer radius leaves next to the wider bar.
 */
export function border(raster: Raster, step: Step<'border'>): Raster {
  const { sides, color, radii } = step;
  const { width, height } = raster;
  const outerRadii = limited(radii ?? [0, 0, 0, 0], width, height);
  const innerWidth = Math.max(0, width - sides.left - sides.right);
  const innerHeight = Math.max(0, height - sides.top - sides.bottom);
  const innerRadii = limited(
    step.innerRadii ?? innerFrom(outerRadii, sides),
    innerWidth,
    innerHeight,
  );
  const isRound = outerRadii.some((radius) => radius > 0);
  const outer = rounded(0, 0, width, height, outerRadii);
  const inner = rounded(sides.left, sides.top, innerWidth, innerHeight, innerRadii);
  const base = isRound ? withAlpha(raster) : raster;
  const { channels } = base;
  const out = new Uint8Array(base.data);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += channels) {
      const inside = inner(x, y);
      if (inside < 1) paint(out, i, channels, color, (1 - inside) * color.alpha);
      if (isRound) {
        const shown = outer(x, y);
        if (shown < 1) cut(out, i, channels, shown, undefined);
      }
    }
  }
  return still(width, height, channels, out);
}

/** Sides below this have lines of one pixel; longer ones a pixel more for each of it. */
const LINE_PER = 400;

const LINE: Color = { red: 255, green: 0, blue: 0, alpha: 1 };
const RIM: Color = { red: 255, green: 255, blue: 255, alpha: 1 };

/** Red lines with a white rim through a pixel, from edge to edge. */
export function crossHairs(raster: Raster, { x, y }: Step<'cross-hairs'>): Raster {
  const { width, height, channels } = raster;
  const half = Math.floor(Math.max(width, height) / LINE_PER / 2);
  const out = new Uint8Array(raster.data);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i += channels) {
      const away = Math.min(Math.abs(column - x), Math.abs(row - y));
      if (away > half + 1) continue;
      const { red, green, blue } = away > half ? RIM : LINE;
      out[i] = red;
      out[i + 1] = green;
      out[i + 2] = blue;
      if (channels === 4) out[i + 3] = 255;
    }
  }
  return still(width, height, channels, out);
}

function innerFrom(outer: Radii, sides: Step<'border'>['sides']): Radii {
  const less = (radius: number, a: number, b: number) => Math.max(0, radius - Math.max(a, b));
  return [
    less(outer[0], sides.top, sides.left),
    less(outer[1], sides.top, sides.right),
    less(outer[2], sides.bottom, sides.right),
    less(outer[3], sides.bottom, sides.left),
  ];
}

function limited(radii: Radii, width: number, height: number): Radii {
  const most = Math.min(width, height) / 2;
  const limit = (radius: number) => Math.max(0, Math.min(radius, most));
  return [limit(radii[0]), limit(radii[1]), limit(radii[2]), limit(radii[3])];
}

/** How much of a pixel lies inside, 0..1. */
type Cover = (x: number, y: number) => number;

function ellipse(width: number, height: number): Cover {
  const [a, b] = [width / 2, height / 2];
  return (x, y) => {
    const u = (x + 0.5 - a) / a;
    const v = (y + 0.5 - b) / b;
    const length = Math.hypot(u, v);
    if (length === 0) return 1;
    // Distance to the rim: the value of the ellipse's function over its slope.
    const slope = Math.hypot(u / a, v / b) / length;
    return clamp01((1 - length) / slope + 0.5);
  };
}

/** A regular polygon with a corner on the right, stretched until it touches all sides. */
function polygon(width: number, height: number, corners: number): Cover {
  const around = Array.from({ length: corners }, (_, i) => (2 * Math.PI * i) / corners);
  const across = stretched(around.map(Math.cos), width);
  const down = stretched(around.map(Math.sin), height);
  const edges = around.map((_, i) => {
    const [x, y] = [across[i]!, down[i]!];
    const [dx, dy] = [across[(i + 1) % corners]! - x, down[(i + 1) % corners]! - y];
    const length = Math.hypot(dx, dy);
    return { x, y, dx: dx / length, dy: dy / length };
  });
  return (x, y) => {
    let inside = Number.POSITIVE_INFINITY;
    for (const edge of edges) {
      const away = (y + 0.5 - edge.y) * edge.dx - (x + 0.5 - edge.x) * edge.dy;
      if (away < inside) inside = away;
    }
    return clamp01(inside + 0.5);
  };
}

function stretched(values: readonly number[], side: number): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => ((value - least) / (most - least)) * side);
}

/** A rectangle with rounded corners: upper left, upper right, lower right, lower left. */
function rounded(left: number, top: number, width: number, height: number, radii: Radii): Cover {
  const [right, bottom] = [left + width, top + height];
  return (x, y) => {
    const [u, v] = [x + 0.5, y + 0.5];
    const radius =
      v < top + height / 2
        ? u < left + width / 2
          ? radii[0]
          : radii[1]
        : u < left + width / 2
          ? radii[3]
          : radii[2];
    const dx = Math.max(left + radius - u, u - (right - radius));
    const dy = Math.max(top + radius - v, v - (bottom - radius));
    if (radius > 0 && dx > 0 && dy > 0) return clamp01(radius - Math.hypot(dx, dy) + 0.5);
    return clamp01(Math.min(u - left, right - u, v - top, bottom - v) + 0.5);
  };
}

function clamp01(value: number): number {
  return value < 0 ? 0 : Math.min(value, 1);
}

function mixed(from: number, to: number, share: number): number {
  return Math.round(from + (to - from) * share);
}

/** The picture shown to a share; in the hidden share nothing, or a color. */
function cut(data: Uint8Array, at: number, channels: 3 | 4, shown: number, color?: Color): void {
  if (channels === 3) {
    if (color) paint(data, at, 3, color, 1 - shown);
    return;
  }
  const front = (data[at + 3]! / 255) * shown;
  const below = color ? color.alpha * (1 - shown) : 0;
  const sum = front + below;
  if (color && below > 0) {
    data[at] = Math.round((data[at]! * front + color.red * below) / sum);
    data[at + 1] = Math.round((data[at + 1]! * front + color.green * below) / sum);
    data[at + 2] = Math.round((data[at + 2]! * front + color.blue * below) / sum);
  }
  data[at + 3] = Math.round(sum * 255);
}

/** A color under a pixel that leaves `room` of it uncovered. */
function layer(data: Uint8Array, at: number, color: Color, room: number): void {
  const below = room * color.alpha;
  if (below <= 0) return;
  const front = 1 - room;
  const sum = front + below;
  data[at] = Math.round((data[at]! * front + color.red * below) / sum);
  data[at + 1] = Math.round((data[at + 1]! * front + color.green * below) / sum);
  data[at + 2] = Math.round((data[at + 2]! * front + color.blue * below) / sum);
  data[at + 3] = Math.round(sum * 255);
}

/** A color over a pixel, with this alpha. */
function paint(data: Uint8Array, at: number, channels: 3 | 4, color: Color, alpha: number): void {
  if (alpha <= 0) return;
  const below = channels === 4 ? (data[at + 3]! / 255) * (1 - alpha) : 1 - alpha;
  const sum = alpha + below;
  data[at] = Math.round((color.red * alpha + data[at]! * below) / sum);
  data[at + 1] = Math.round((color.green * alpha + data[at + 1]! * below) / sum);
  data[at + 2] = Math.round((color.blue * alpha + data[at + 2]! * below) / sum);
  if (channels === 4) data[at + 3] = Math.round(sum * 255);
}

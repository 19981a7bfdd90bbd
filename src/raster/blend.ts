/**
 * Blending: a picture or a color mixed with what lies below it, by the formulas of the W3C's
 * Compositing and Blending Level 1 (docs/spec/composition.md 1.1 to 1.4).
 *
 * In encoded sRGB, as browsers do, with straight alpha: clear pixels lend no color, so that no
 * edge has a fringe. Modes that mix each channel by itself go through a table of all pairs.
 *
 * Pure loops over the bytes of rasters.
 */
import type { Raster } from '../image/raster.ts';
import type { BlendMode } from '../plan/composition/blend-mode.ts';
import type { Instruction } from '../plan/program.ts';
import { still } from './pixels.ts';

type Step<K extends Instruction['kind']> = Extract<Instruction, { kind: K }>;

/** How a channel of the source (`cs`) mixes with that of the backdrop (`cb`), both 0..1. */
type Channel = (cb: number, cs: number) => number;

const CHANNELS: Readonly<Partial<Record<BlendMode, Channel>>> = {
  normal: (_, cs) => cs,
  multiply,
  screen,
  overlay: (cb, cs) => hardLight(cs, cb),
  darken: Math.min,
  lighten: Math.max,
  'color-dodge': (cb, cs) => (cb === 0 ? 0 : cs === 1 ? 1 : Math.min(1, cb / (1 - cs))),
  'color-burn': (cb, cs) => (cb === 1 ? 1 : cs === 0 ? 0 : 1 - Math.min(1, (1 - cb) / cs)),
  'hard-light': hardLight,
  'soft-light': softLight,
  difference: (cb, cs) => Math.abs(cb - cs),
  exclusion: (cb, cs) => cb + cs - 2 * cb * cs,
};

/** Three channels of a color. */
type Rgb = [red: number, green: number, blue: number];

/** The same for modes that mix a color as a whole; the result goes into `out`. */
type Whole = (cb: Rgb, cs: Rgb, out: Rgb) => void;

const WHOLES: Readonly<Partial<Record<BlendMode, Whole>>> = {
  hue(cb, cs, out) {
    setSaturation(cs, saturation(cb), out);
    setLuminosity(out, luminosity(cb), out);
  },
  saturation(cb, cs, out) {
    setSaturation(cb, saturation(cs), out);
    setLuminosity(out, luminosity(cb), out);
  },
  color: (cb, cs, out) => setLuminosity(cs, luminosity(cb), out),
  luminosity: (cb, cs, out) => setLuminosity(cb, luminosity(cs), out),
};

/** A color over the whole picture. */
export function blendColor(raster: Raster, { color, mode, opacity }: Step<'blend'>): Raster {
  const top = new Uint8Array([color.red, color.green, color.blue, 255]);
  const pixel = { ...still(1, 1, 4, top) };
  return blended(raster, mode, (paint) => {
    for (let at = 0; at < raster.width * raster.height; at++) {
      paint(at, pixel.data, 0, 4, opacity * color.alpha);
    }
  });
}

/** A second picture in its places. */
export function overlay(
  raster: Raster,
  top: Raster,
  { places, mode, opacity }: Pick<Step<'overlay'>, 'places' | 'mode' | 'opacity'>,
): Raster {
  const { width, height } = raster;
  const { channels, data } = top;
  return blended(raster, mode, (paint) => {
    for (const y of places.y) {
      for (const x of places.x) {
        const right = Math.min(width, x + top.width);
        const bottom = Math.min(height, y + top.height);
        for (let row = Math.max(0, y); row < bottom; row++) {
          let from = ((row - y) * top.width + Math.max(0, -x)) * channels;
          for (let column = Math.max(0, x); column < right; column++, from += channels) {
            const alpha = channels === 4 ? data[from + 3]! / 255 : 1;
            if (alpha > 0) paint(row * width + column, data, from, channels, alpha * opacity);
          }
        }
      }
    }
  });
}

/** Lays the color at `from` on pixel `at`, with an alpha of 0..1. */
type Paint = (at: number, data: Uint8Array, from: number, channels: 3 | 4, alpha: number) => void;

function blended(raster: Raster, mode: BlendMode, draw: (paint: Paint) => void): Raster {
  const { width, height, channels } = raster;
  const out = new Uint8Array(raster.data);
  const whole = WHOLES[mode];
  draw(whole ? wholePaint(out, channels, whole) : channelPaint(out, channels, tableOf(mode)));
  return still(width, height, channels, out);
}

function channelPaint(out: Uint8Array, channels: 3 | 4, table: Float32Array): Paint {
  return (at, data, from, _, alpha) => {
    const to = at * channels;
    const below = channels === 4 ? out[to + 3]! / 255 : 1;
    const sum = alpha + below - alpha * below;
    if (sum === 0) return;
    for (let c = 0; c < 3; c++) {
      const cb = out[to + c]!;
      const cs = data[from + c]!;
      const mixed = table[cb * 256 + cs]!;
      out[to + c] = composed(cb, cs, mixed, alpha, below) / sum + 0.5;
    }
    if (channels === 4) out[to + 3] = sum * 255 + 0.5;
  };
}

function wholePaint(out: Uint8Array, channels: 3 | 4, mix: Whole): Paint {
  const [cb, cs, mixed]: [Rgb, Rgb, Rgb] = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  return (at, data, from, _, alpha) => {
    const to = at * channels;
    const below = channels === 4 ? out[to + 3]! / 255 : 1;
    const sum = alpha + below - alpha * below;
    if (sum === 0) return;
    for (let c = 0; c < 3; c++) {
      cb[c] = out[to + c]! / 255;
      cs[c] = data[from + c]! / 255;
    }
    mix(cb, cs, mixed);
    for (let c = 0; c < 3; c++) {
      out[to + c] =
        composed(out[to + c]!, data[from + c]!, mixed[c]! * 255, alpha, below) / sum + 0.5;
    }
    if (channels === 4) out[to + 3] = sum * 255 + 0.5;
  };
}

/** Source over backdrop, its color mixed where both are: premultiplied, in levels. */
function composed(cb: number, cs: number, mixed: number, alpha: number, below: number): number {
  return alpha * (1 - below) * cs + alpha * below * mixed + (1 - alpha) * below * cb;
}

const tables = new Map<BlendMode, Float32Array>();

/** The mixed level of every pair: backdrop times 256 plus source. */
function tableOf(mode: BlendMode): Float32Array {
  let table = tables.get(mode);
  if (table === undefined) {
    const mix = CHANNELS[mode]!;
    table = Float32Array.from(
      { length: 65_536 },
      (_, i) => 255 * mix((i >> 8) / 255, (i & 255) / 255),
    );
    tables.set(mode, table);
  }
  return table;
}

function multiply(cb: number, cs: number): number {
  return cb * cs;
}

function screen(cb: number, cs: number): number {
  return cb + cs - cb * cs;
}

function hardLight(cb: number, cs: number): number {
  return cs <= 0.5 ? multiply(cb, 2 * cs) : screen(cb, 2 * cs - 1);
}

function softLight(cb: number, cs: number): number {
  if (cs <= 0.5) return cb - (1 - 2 * cs) * cb * (1 - cb);
  const d = cb <= 0.25 ? ((16 * cb - 12) * cb + 4) * cb : Math.sqrt(cb);
  return cb + (2 * cs - 1) * (d - cb);
}

function luminosity([red, green, blue]: Rgb): number {
  return 0.3 * red + 0.59 * green + 0.11 * blue;
}

function saturation(color: Rgb): number {
  return greatest(color) - least(color);
}

function greatest([red, green, blue]: Rgb): number {
  return Math.max(red, green, blue);
}

function least([red, green, blue]: Rgb): number {
  return Math.min(red, green, blue);
}

/** The color with another luminosity, moved into 0..1 towards grey. */
function setLuminosity(color: Rgb, to: number, out: Rgb): void {
  const by = to - luminosity(color);
  for (let c = 0; c < 3; c++) out[c] = color[c]! + by;
  const lowest = least(out);
  const most = greatest(out);
  for (let c = 0; c < 3; c++) {
    if (lowest < 0) out[c] = to + ((out[c]! - to) * to) / (to - lowest);
    if (most > 1) out[c] = to + ((out[c]! - to) * (1 - to)) / (most - to);
  }
}

/** The color with another saturation: its least channel 0, its greatest `to`. */
function setSaturation(color: Rgb, to: number, out: Rgb): void {
  const lowest = least(color);
  const range = greatest(color) - lowest;
  for (let c = 0; c < 3; c++) out[c] = range === 0 ? 0 : ((color[c]! - lowest) * to) / range;
}

/**
 * Readers: the grammar of lengths, areas, regions, sides and colors
 * (docs/spec/fastly-io.md 2).
 *
 * Every reader takes the decoded text of a parameter and gives a value, or
 * undefined where the text is not in the grammar. Values come out in one
 * spelling: `50p` and `0.5` are the same share, `4.0:3.0` and `4:3` the same
 * ratio, so that equal meaning gives equal plans.
 */
import type { Color } from '../../../base/color.ts';
import type { Orientation } from '../../../image/source-info.ts';
import { type Area, CENTRE, type Length, type Placement } from '../../../plan/op.ts';
import { unsigned } from '../../params.ts';

/** An area and where it stands. */
export interface PlacedArea {
  readonly area: Area;
  readonly x: Placement;
  readonly y: Placement;
}

export interface CropWindow extends PlacedArea {
  /** A window that leaves the picture is cut to what remains. */
  readonly safe: boolean;
  /** Go where the content is. */
  readonly smart: boolean;
}

export interface LengthSides {
  readonly top: Length;
  readonly right: Length;
  readonly bottom: Length;
  readonly left: Length;
}

/** Beyond these a number cannot matter: sources end at 12000 pixels, outputs at 8192. */
const MOST_PIXELS = 1_000_000;
const LARGEST_SHARE = 10_000;

/** A number of at least 0 and at most `most`. */
export function upTo(most: number, text: string): number | undefined {
  const value = unsigned(text);
  return value !== undefined && value <= most ? value : undefined;
}

/**
 * A length: `Np` is a percentage, below 1 a fraction, else pixels rounded to
 * whole ones (`341.3333` is 341 px; width page). Nothing is `{ px: 0 }`.
 */
export function length(text: string): Length | undefined {
  const percent = text.endsWith('p');
  const value = unsigned(percent ? text.slice(0, -1) : text);
  if (value === undefined) return undefined;
  if (percent) return shareOf(value / 100);
  return value < 1 ? shareOf(value) : { px: Math.min(MOST_PIXELS, Math.round(value)) };
}

/** A length that is more than nothing: sizes, not positions. */
export function extent(text: string): Length | undefined {
  const value = length(text);
  return value !== undefined && !isNothing(value) ? value : undefined;
}

export function isNothing(value: Length): boolean {
  return 'px' in value ? value.px === 0 : value.share === 0;
}

/** Twelve digits, so that 33.3p and 0.333 are the same number. */
function shareOf(value: number): Length {
  const share = Number(Math.min(LARGEST_SHARE, value).toPrecision(12));
  return share === 0 ? { px: 0 } : { share };
}

/** `a:b` as a / b; both above 0. */
export function ratio(text: string): number | undefined {
  const [first, second, ...more] = text.split(':');
  if (first === undefined || second === undefined || more.length > 0) return undefined;
  const width = unsigned(first);
  const height = unsigned(second);
  if (!width || !height || width > MOST_PIXELS || height > MOST_PIXELS) return undefined;
  // In whole units, so that 1.6:0.9 is exactly 16:9.
  const unit = 10 ** Math.min(9, Math.max(decimals(first), decimals(second)));
  const across = Math.round(width * unit);
  const down = Math.round(height * unit);
  return across > 0 && down > 0 ? across / down : undefined;
}

function decimals(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

/**
 * An area with positions and flags in any order: `4:3,smart`,
 * `600,600,x50p,offset-y10,safe`. One position per axis; a missing axis is
 * centred (crop page).
 */
export function cropWindow(text: string): CropWindow | undefined {
  const parts = text.split(',');
  const flags = new Set<string>(parts.filter((part) => part === 'safe' || part === 'smart'));
  const window = windowOf(parts.filter((part) => !flags.has(part)));
  return window && { ...window, safe: flags.has('safe'), smart: flags.has('smart') };
}

/** An area with positions, without flags (canvas page). */
export function canvasWindow(text: string): PlacedArea | undefined {
  return windowOf(text.split(','));
}

function windowOf(parts: readonly string[]): PlacedArea | undefined {
  const [first = '', second = ''] = parts;
  const byRatio = first.includes(':');
  const area = byRatio ? ratioArea(first) : sizeArea(first, second);
  return area && placed(area, parts.slice(byRatio ? 1 : 2));
}

function ratioArea(text: string): Area | undefined {
  const value = ratio(text);
  return value === undefined ? undefined : { kind: 'ratio', ratio: value };
}

function sizeArea(across: string, down: string): Area | undefined {
  const width = extent(across);
  const height = extent(down);
  return width && height ? { kind: 'size', width, height } : undefined;
}

function placed(area: Area, parts: readonly string[]): PlacedArea | undefined {
  const found: { x?: Placement; y?: Placement } = {};
  for (const part of parts) {
    const [, offset, axis, value = ''] = /^(offset-)?([xy])(.*)$/.exec(part) ?? [];
    if (axis !== 'x' && axis !== 'y') return undefined;
    const placement = offset ? slack(value) : at(value);
    // Coordinate or offset, never both on one axis.
    if (placement === undefined || found[axis]) return undefined;
    found[axis] = placement;
  }
  return { area, x: found.x ?? CENTRE, y: found.y ?? CENTRE };
}

function at(text: string): Placement | undefined {
  const value = length(text);
  return value && { kind: 'at', length: value };
}

/**
 * A bare percentage of what is left over; one client writes the `p` (docs/spec/fastly-io.md 2.2).
 */
function slack(text: string): Placement | undefined {
  const percent = upTo(100, text.endsWith('p') ? text.slice(0, -1) : text);
  return percent === undefined
    ? undefined
    : { kind: 'slack', share: Number((percent / 100).toPrecision(12)) };
}

/** One to four lengths in CSS order: top, right, bottom, left; missing ones from the side across. */
export function sides(text: string): LengthSides | undefined {
  const lengths = text.split(',').map(length);
  if (lengths.length > 4) return undefined;
  const [top, right = top, bottom = top, left = right] = lengths;
  if (!top || !right || !bottom || !left || lengths.includes(undefined)) return undefined;
  return { top, right, bottom, left };
}

/** `rgb` or `rrggbb` in hex of any case, `r,g,b` or `r,g,b,a` with a 0 (clear) to 1 (bg-color page). */
export function color(text: string): Color | undefined {
  return text.includes(',') ? byteColor(text.split(',')) : hexColor(text);
}

function hexColor(text: string): Color | undefined {
  if (!/^([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text)) return undefined;
  const digits = text.length === 3 ? [...text].map((digit) => digit + digit).join('') : text;
  const channel = (start: number) => Number.parseInt(digits.slice(start, start + 2), 16);
  return { red: channel(0), green: channel(2), blue: channel(4), alpha: 1 };
}

function byteColor(parts: readonly string[]): Color | undefined {
  if (parts.length < 3 || parts.length > 4) return undefined;
  const [red, green, blue] = parts.map((part) => upTo(255, part));
  const alpha = upTo(1, parts[3] ?? '1');
  if (red === undefined || green === undefined || blue === undefined || alpha === undefined) {
    return undefined;
  }
  return { red: Math.round(red), green: Math.round(green), blue: Math.round(blue), alpha };
}

/** What trim-color takes away. No color: that of the upper left pixel. */
export interface ColorTrim {
  readonly color?: Color;
  /** 0 exact .. 1 everything. */
  readonly tolerance: number;
}

/** `{color}` or `auto`, then perhaps `,tN` with N 0..1 (trim-color page). */
export function colorTrim(text: string): ColorTrim | undefined {
  const [, name = '', threshold] = /^(.*?)(?:,t([^,]*))?$/.exec(text) ?? [];
  const tolerance = threshold === undefined ? 0 : upTo(1, threshold);
  if (tolerance === undefined) return undefined;
  if (name === 'auto') return { tolerance };
  const chosen = color(name);
  return chosen && { color: chosen, tolerance };
}

/** Amount 0..10, radius 0.5..1000 px, threshold 0..255. */
export interface Unsharp {
  readonly amount: number;
  readonly radius: number;
  readonly threshold: number;
}

/** `a{amount},r{radius},t{threshold}`, all three (sharpen page). */
export function unsharp(text: string): Unsharp | undefined {
  const found: Partial<Record<string, number>> = {};
  for (const part of text.split(',')) {
    const [letter = '', value] = [part.slice(0, 1), unsigned(part.slice(1))];
    if (!/^[art]$/.test(letter) || value === undefined || letter in found) return undefined;
    found[letter] = value;
  }
  const { a: amount, r: radius, t: threshold } = found;
  if (amount === undefined || radius === undefined || threshold === undefined) return undefined;
  if (amount > 10 || radius < 0.5 || radius > 1000 || threshold > 255) return undefined;
  return { amount, radius, threshold: Math.round(threshold) };
}

/** A radius of 0.5..1000 px, or a percentage (above 0, at most 100) of the larger side (blur page). */
export function blurRadius(text: string): Length | undefined {
  if (text.endsWith('p')) {
    const percent = upTo(100, text.slice(0, -1));
    return percent ? shareOf(percent / 100) : undefined;
  }
  const radius = upTo(1000, text);
  return radius !== undefined && radius >= 0.5 ? { px: radius } : undefined;
}

/** How a picture becomes black and white; `level` 0..1, higher is darker. */
export type BlackWhite =
  | { readonly method: 'threshold'; readonly level: number }
  | { readonly method: 'atkinson' };

/** The luminance below which a pixel is black, in percent (docs/spec/fastly-io.md 7.16). */
const DEFAULT_LEVEL = 49;

/** `threshold`, `threshold,L` with L 0..100, `atkinson` (bw page). */
export function blackWhite(text: string): BlackWhite | undefined {
  if (text === 'atkinson') return { method: 'atkinson' };
  const [word, given, ...more] = text.split(',');
  if (word !== 'threshold' || more.length > 0) return undefined;
  const level = given === undefined ? DEFAULT_LEVEL : upTo(100, given);
  return level === undefined ? undefined : { method: 'threshold', level: level / 100 };
}

/** A quality for every format, and perhaps another for WebP by `auto=webp`. */
export interface QualityPair {
  readonly first: number;
  readonly webp?: number;
}

/** `N` or `N,M`; decimals are rounded, and then 1..100 (quality page). */
export function qualityPair(text: string): QualityPair | undefined {
  const [first, webp, ...more] = text.split(',').map(qualityNumber);
  if (first === undefined || more.length > 0) return undefined;
  if (!text.includes(',')) return { first };
  return webp === undefined ? undefined : { first, webp };
}

export function qualityNumber(text: string): number | undefined {
  const value = Math.round(upTo(100, text) ?? 0);
  return value >= 1 ? value : undefined;
}

/** Letters flip first, then turn, in either spelling (orient page; numbers are EXIF's). */
const ORIENTATIONS: Readonly<Record<string, Orientation>> = {
  h: 2,
  hv: 3,
  vh: 3,
  v: 4,
  rv: 5,
  vr: 5,
  r: 6,
  lv: 7,
  vl: 7,
  l: 8,
};

export function orientation(text: string): Orientation | undefined {
  if (/^[1-8]$/.test(text)) return Number(text) as Orientation;
  return Object.hasOwn(ORIENTATIONS, text) ? ORIENTATIONS[text] : undefined;
}

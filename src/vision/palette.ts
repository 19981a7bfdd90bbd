/**
 * Palette: the colors a picture is made of (docs/spec/imgix.md 5.9.3).
 *
 * Pixels are counted in cells of five bits per channel; median cut splits the
 * cells into boxes, and a few rounds of k-means move the boxes' means to where
 * the pixels are. Beside the N colors stand up to six that have a role:
 * vibrant and muted, each plain, light and dark.
 *
 * What a role looks for (`WANTED`, `WEIGHTS`) are the default options of
 * @vibrant/generator-default 4.0.4, the generator of node-vibrant 4.0.4 (MIT,
 * see THIRD_PARTY.md); how the colors are found is not.
 *
 * Deterministic: no random start, ties go to the lower number.
 */
import type { Raster } from '../image/raster.ts';

export interface PaletteColor {
  /** 0..255. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** Share of the visible pixels, 0..1. */
  readonly share: number;
}

export const ROLES = [
  'vibrant',
  'vibrant_light',
  'vibrant_dark',
  'muted',
  'muted_light',
  'muted_dark',
] as const;
export type Role = (typeof ROLES)[number];

/** The order in which the rules of roles stand in a style sheet (docs/spec/imgix.md 5.9.4). */
const RULES = [
  'vibrant',
  'muted_dark',
  'muted',
  'vibrant_light',
  'muted_light',
  'vibrant_dark',
] as const satisfies readonly Role[];

/**
 * From this mean luminance on a picture counts as light. Recorded palettes say only that it lies
 * between 0.375 and 0.708 (docs/spec/imgix.md 5.9.4).
 */
const LIGHT_FROM = 0.5;

export interface Palette {
  /**
   * Exactly as many as were asked for, where the picture has any visible pixel. By their greatest
   * channel: a light picture lists the least first, a dark one the most.
   */
  readonly colors: readonly PaletteColor[];
  /** Roles that the picture fills; any may be missing. */
  readonly dominant: Readonly<Partial<Record<Role, PaletteColor>>>;
  /** Mean luminance of the visible pixels, 0..1. */
  readonly luminance: number;
}

interface Cell {
  red: number;
  green: number;
  blue: number;
  count: number;
}

type Axis = 'red' | 'green' | 'blue';

/** Colors the roles are chosen among. */
const CANDIDATES = 24;
const ROUNDS = 6;

/** The palette of a raster's first frame; pixels more than half clear are not seen. */
export function paletteOf(raster: Raster, colors: number): Palette {
  const cells = cellsOf(raster);
  const total = cells.reduce((sum, cell) => sum + cell.count, 0);
  const found = clusters(cells, colors, total);
  const mean =
    total === 0 ? 0 : cells.reduce((sum, cell) => sum + luminance(cell) * cell.count, 0) / total;
  const up = isLight(mean) ? 1 : -1;
  return {
    colors: filled(found, colors).sort((a, b) => up * (greatest(a) - greatest(b))),
    dominant: rolesOf(clusters(cells, CANDIDATES, total)),
    luminance: mean,
  };
}

function isLight(mean: number): boolean {
  return mean >= LIGHT_FROM;
}

function greatest({ red, green, blue }: PaletteColor): number {
  return Math.max(red, green, blue);
}

/** A flat picture has fewer colors than asked for: the most frequent stands for the rest. */
function filled(found: readonly PaletteColor[], colors: number): PaletteColor[] {
  const first = found[0];
  if (first === undefined) return [];
  return Array.from({ length: colors }, (_, i) => found[i] ?? { ...first, share: 0 });
}

function cellsOf({ width, height, channels, data }: Raster): Cell[] {
  const cells = new Map<number, Cell>();
  const end = width * height * channels;
  for (let i = 0; i < end; i += channels) {
    if (channels === 4 && data[i + 3]! < 128) continue;
    const [red, green, blue] = [data[i]!, data[i + 1]!, data[i + 2]!];
    const key = ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3);
    const cell = cells.get(key);
    if (cell) {
      cell.red += red;
      cell.green += green;
      cell.blue += blue;
      cell.count++;
    } else {
      cells.set(key, { red, green, blue, count: 1 });
    }
  }
  return [...cells]
    .sort(([a], [b]) => a - b)
    .map(([, { red, green, blue, count }]) => ({
      red: red / count,
      green: green / count,
      blue: blue / count,
      count,
    }));
}

/** At most `wanted` colors, the most frequent first. */
function clusters(cells: readonly Cell[], wanted: number, total: number): PaletteColor[] {
  if (cells.length === 0 || wanted < 1) return [];
  let means = cut(cells, wanted).map(meanOf);
  for (let round = 0; round < ROUNDS; round++) {
    const groups = means.map((): Cell[] => []);
    for (const cell of cells) groups[nearest(cell, means)]!.push(cell);
    means = groups.filter((group) => group.length > 0).map(meanOf);
  }
  return means
    .sort((a, b) => b.count - a.count)
    .map(({ red, green, blue, count }) => ({
      red: Math.round(red),
      green: Math.round(green),
      blue: Math.round(blue),
      share: count / total,
    }));
}

/** Median cut: the box with the widest spread, weighted by its pixels, is split until there are enough. */
function cut(cells: readonly Cell[], wanted: number): Cell[][] {
  const boxes: Cell[][] = [[...cells]];
  while (boxes.length < wanted) {
    let widest = -1;
    let most = 0;
    boxes.forEach((box, i) => {
      const weight = box.length < 2 ? 0 : spread(box).range * Math.sqrt(countOf(box));
      if (weight > most) [widest, most] = [i, weight];
    });
    const box = boxes[widest];
    if (box === undefined) break;
    const { axis } = spread(box);
    box.sort((a, b) => a[axis] - b[axis]);
    const half = countOf(box) / 2;
    let seen = 0;
    let at = 0;
    while (at < box.length - 1 && seen + box[at]!.count / 2 < half) seen += box[at++]!.count;
    boxes.splice(widest, 1, box.slice(0, Math.max(1, at)), box.slice(Math.max(1, at)));
  }
  return boxes;
}

function spread(box: readonly Cell[]): { axis: Axis; range: number } {
  let best: { axis: Axis; range: number } = { axis: 'green', range: -1 };
  for (const axis of ['green', 'red', 'blue'] as const) {
    const values = box.map((cell) => cell[axis]);
    const range = Math.max(...values) - Math.min(...values);
    if (range > best.range) best = { axis, range };
  }
  return best;
}

function countOf(box: readonly Cell[]): number {
  return box.reduce((sum, { count }) => sum + count, 0);
}

function meanOf(box: readonly Cell[]): Cell {
  const count = countOf(box);
  const mean = (axis: Axis) => box.reduce((sum, cell) => sum + cell[axis] * cell.count, 0) / count;
  return { red: mean('red'), green: mean('green'), blue: mean('blue'), count };
}

function nearest(cell: Cell, means: readonly Cell[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  means.forEach((mean, i) => {
    const distance =
      2 * (cell.red - mean.red) ** 2 +
      4 * (cell.green - mean.green) ** 2 +
      3 * (cell.blue - mean.blue) ** 2;
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}

/** What each role looks for, on 0..1: saturation and lightness, and the ranges that are allowed. */
const WANTED: Readonly<
  Record<
    Role,
    { saturation: number; lightness: number; range: readonly [number, number]; vivid: boolean }
  >
> = {
  vibrant: { saturation: 1, lightness: 0.5, range: [0.3, 0.7], vivid: true },
  vibrant_light: { saturation: 1, lightness: 0.74, range: [0.55, 1], vivid: true },
  vibrant_dark: { saturation: 1, lightness: 0.26, range: [0, 0.45], vivid: true },
  muted: { saturation: 0.3, lightness: 0.5, range: [0.3, 0.7], vivid: false },
  muted_light: { saturation: 0.3, lightness: 0.74, range: [0.55, 1], vivid: false },
  muted_dark: { saturation: 0.3, lightness: 0.26, range: [0, 0.45], vivid: false },
};

/** Saturations, 0..1, that a vibrant role needs and that a muted one may have. */
const LEAST_VIBRANT = 0.35;
const MOST_MUTED = 0.4;

/** What nearness to a role's saturation, to its lightness, and the share of pixels count for. */
const WEIGHTS = { saturation: 3, lightness: 6.5, share: 0.5 } as const;

function rolesOf(colors: readonly PaletteColor[]): Palette['dominant'] {
  const taken = new Set<PaletteColor>();
  const out: Partial<Record<Role, PaletteColor>> = {};
  const most = Math.max(...colors.map(({ share }) => share), 0);
  for (const role of ROLES) {
    const { saturation, lightness, range, vivid } = WANTED[role];
    let best: PaletteColor | undefined;
    let score = 0;
    for (const color of colors) {
      const [s, l] = saturationAndLightness(color);
      const saturated = vivid ? s >= LEAST_VIBRANT : s <= MOST_MUTED;
      const fits = l >= range[0] && l <= range[1] && saturated;
      if (!fits || taken.has(color)) continue;
      const value =
        WEIGHTS.saturation * (1 - Math.abs(s - saturation)) +
        WEIGHTS.lightness * (1 - Math.abs(l - lightness)) +
        WEIGHTS.share * (most === 0 ? 0 : color.share / most);
      if (value > score) [best, score] = [color, value];
    }
    if (best) {
      out[role] = best;
      taken.add(best);
    }
  }
  return out;
}

function saturationAndLightness({ red, green, blue }: PaletteColor): [number, number] {
  const most = Math.max(red, green, blue) / 255;
  const least = Math.min(red, green, blue) / 255;
  const l = (most + least) / 2;
  const s = most === least ? 0 : (most - least) / (1 - Math.abs(2 * l - 1));
  return [s, l];
}

function luminance({ red, green, blue }: { red: number; green: number; blue: number }): number {
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

/** `#cc4422`. */
export function hexOf({ red, green, blue }: Pick<PaletteColor, 'red' | 'green' | 'blue'>): string {
  return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * The palette as a style sheet: `.image-fg-1`, `.image-bg-1`, … for each
 * color, `-ex-1` and `-ex-2` for black and white in the order of the colors,
 * then the roles. `prefix` must be a CSS name already; anything else in it is dropped.
 */
export function paletteCss(palette: Palette, prefix = 'image'): string {
  const name = prefix.replace(/[^\w-]/g, '') || 'image';
  const rules = palette.colors.flatMap((color, i) => pair(name, `${i + 1}`, hexOf(color)));
  const extremes = ['#000000', '#ffffff'];
  if (!isLight(palette.luminance)) extremes.reverse();
  rules.push(...extremes.flatMap((hex, i) => pair(name, `ex-${i + 1}`, hex)));
  for (const role of RULES) {
    const color = palette.dominant[role];
    if (color) rules.push(...pair(name, role.replace('_', '-'), hexOf(color)));
  }
  return `${rules.join('\n')}\n`;
}

function pair(prefix: string, name: string, hex: string): string[] {
  return [
    `.${prefix}-fg-${name} { color:${hex} !important; }`,
    `.${prefix}-bg-${name} { background-color:${hex} !important; }`,
  ];
}

export interface PaletteJson {
  readonly colors: readonly ColorJson[];
  readonly average_luminance: number;
  readonly dominant_colors: Readonly<Partial<Record<Role, ColorJson>>>;
}

interface ColorJson {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly hex: string;
}

/** The palette as a document; channels as shares of 1. */
export function paletteJson({ colors, dominant, luminance: mean }: Palette): PaletteJson {
  const entries = ROLES.flatMap((role) => {
    const color = dominant[role];
    return color ? [[role, colorJson(color)] as const] : [];
  });
  return {
    colors: colors.map(colorJson),
    average_luminance: rounded(mean),
    dominant_colors: Object.fromEntries(entries),
  };
}

function colorJson(color: PaletteColor): ColorJson {
  return {
    red: rounded(color.red / 255),
    green: rounded(color.green / 255),
    blue: rounded(color.blue / 255),
    hex: hexOf(color),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/**
 * Writing GIF: one color table for all frames, and of each frame only what changes.
 *
 * A frame is cut to the box of its changes; what it leaves as it was is clear where that packs
 * better, under the place of a color that the frame has no use for. How a frame is disposed of is chosen for the frame behind it, and frames that
 * show the same are one. A frame of new colors, a cut to another scene, has a table of its own.
 * Nothing is dithered: what does not change in the picture does not change in the file.
 *
 * Invariant: where the colors of all frames fit one table, frames are shown as the raster has
 * them, but for alpha, which is clear or not.
 */

import type { GifDisposal } from '../containers/animation/gif-frames.ts';
import { concat, latin1Bytes } from '../containers/bytes.ts';
import type { Raster } from '../image/raster.ts';
import { colorDistance } from '../raster/palette/color.ts';
import { ColorHistogram } from '../raster/palette/color-histogram.ts';
import { PaletteMap } from '../raster/palette/nearest-color.ts';
import { quantize } from '../raster/palette/quantize.ts';
import { countChanges, frameColors } from './frame-colors.ts';
import { type Behind, changedBox, disposalFor, framePixels, type Pixels } from './frames.ts';
import { compressLzw, type LzwPixels } from './lzw.ts';
import { isBelieved } from './whole-screen.ts';

/** Hundredths of a second that a frame can be shown. */
const LONGEST = 65_535;

/** Milliseconds below which browsers show a frame for longer than it says: such frames are not joined. */
const SHORTEST = 20;

/** Milliseconds of a frame that nothing is said of. */
const PLAIN_DELAY = 100;

/** When a frame has a table of its own: the share of the canvas and the pixels that change, and their mean squared error. */
const SCENE = { share: 0.25, pixels: 6000, error: 10 } as const;

/** Colors from which more of them in tables of scenes say more than fewer for all would save. */
const SCENE_COLORS = 128;

const DISPOSALS = { keep: 1, clear: 2, restore: 3 } as const satisfies Record<GifDisposal, number>;

/** A frame as it is shown, and the colors that are drawn for it. */
interface Shown {
  readonly pixels: Pixels;
  readonly map: PaletteMap;
  /** Milliseconds. */
  readonly delay: number;
}

/**
 * The raster as a GIF of at most `colors` colors per table, 2..256, clear not counted where there
 * is room. `slack`: how much further than the nearest color, in levels, that of a pixel may be so
 * that it is the one that is there already, or that of its neighbour; 0 for none.
 */
export function writeGif(raster: Raster, colors: number, slack = 0): Uint8Array {
  const { width, height, pages, loop } = raster;
  const { histogram, later, keep, clears } = frameColors(raster);
  const hasClear = clears || pages > 1;
  const most = Math.min(colors, hasClear ? 255 : 256);
  const map = new PaletteMap(byUse(quantize(histogram, most, keep), later));
  const settings = { width, map, hasClear, clears, animated: pages > 1 };
  let canvas: Pixels = new Uint32Array(width * height);
  const frames = shownFrames(raster, map, most, slack * slack);
  const parts: Uint8Array[] = [];
  let added = false;
  let frame = frames.next();
  for (let first = true; !frame.done; first = false) {
    const { pixels } = frame.value;
    const next = frames.next();
    const box = (first && wholeScreen(raster)) ||
      changedBox(canvas, pixels, width) || { left: 0, top: 0, right: 1, bottom: 1 };
    const behind = next.done
      ? { disposal: 'keep' as const, box, canvas }
      : disposalFor({ before: canvas, now: pixels, next: next.value.pixels, width }, box, {
          clears,
          first,
        });
    const { blocks, clear } = frameBlocks(frame.value, canvas, behind, settings);
    parts.push(...blocks);
    added ||= frame.value.map === map && clear === map.palette.length;
    canvas = behind.canvas;
    frame = next;
  }
  const entries = map.palette.length + (added ? 1 : 0);
  return concat([
    latin1Bytes('GIF89a'),
    words(width, height),
    Uint8Array.of(0x80 | 0x70 | sizeFlag(entries), 0, 0),
    tableBytes(map, entries),
    ...(pages > 1 && loop !== 1 ? [loopBlock(loop)] : []),
    ...parts,
    Uint8Array.of(0x3b),
  ]);
}

/**
 * The colors by the pixels that frames behind the first draw in them, most first: such frames are
 * small, and one of the lower places alone is packed in fewer bits.
 */
function byUse(palette: Uint32Array, later: ColorHistogram): Uint32Array {
  if (later.size === 0) return palette;
  const map = new PaletteMap(palette);
  const pixels = new Float64Array(palette.length);
  const { colors, counts } = later.entries();
  colors.forEach((color, i) => {
    pixels[map.indexOf(color)]! += counts[i]!;
  });
  const order = [...palette.keys()].sort((a, b) => pixels[b]! - pixels[a]! || a - b);
  return Uint32Array.from(order, (i) => palette[i]!);
}

/** The box of the first frame where it has to cover the screen, so that every reader believes that. */
function wholeScreen({ width, height }: Raster) {
  if (isBelieved({ width, height })) return undefined;
  return { left: 0, top: 0, right: width, bottom: height };
}

/** The frames in the colors of their tables, those that show the same as one; `slack` squared. */
function* shownFrames(
  raster: Raster,
  global: PaletteMap,
  most: number,
  slack: number,
): Generator<Shown, undefined> {
  const delays = (page: number) => raster.delays[page] ?? PLAIN_DELAY;
  const { width } = raster;
  const start: Moving = { now: framePixels(raster, 0), before: undefined, shown: undefined, width };
  let { now: before } = start;
  let shown: Shown = { ...mapped(start, global, most, slack), delay: delays(0) };
  for (let page = 1; page < raster.pages; page++) {
    const now = framePixels(raster, page);
    const moving: Moving = { now, before, shown: shown.pixels, width };
    const next = { ...mapped(moving, global, most, slack), delay: delays(page) };
    const both = shown.delay + next.delay;
    const joins = Math.min(shown.delay, next.delay) >= SHORTEST && both <= LONGEST * 10;
    if (joins && changedBox(shown.pixels, next.pixels, width) === undefined) {
      shown = { ...shown, delay: both };
    } else {
      yield shown;
      shown = next;
    }
    before = now;
  }
  yield shown;
  return undefined;
}

/** A frame, the one before it, and how that is shown. */
interface Moving {
  readonly now: Pixels;
  readonly before: Pixels | undefined;
  readonly shown: Pixels | undefined;
  readonly width: number;
}

/** A frame in the colors of a table: what did not change keeps the colors it is shown in. */
function mapped(
  moving: Moving,
  global: PaletteMap,
  most: number,
  slack: number,
): Pick<Shown, 'pixels' | 'map'> {
  const { now, before } = moving;
  const { pixels, changed, error } = inColors(moving, global, slack);
  const scene = changed >= Math.max(SCENE.pixels, SCENE.share * now.length);
  if (before === undefined || most < SCENE_COLORS || !scene || error <= SCENE.error * changed) {
    return { pixels, map: global };
  }
  const histogram = new ColorHistogram();
  countChanges(histogram, now, before);
  const map = new PaletteMap(quantize(histogram, most));
  const own = inColors(moving, map, slack);
  return own.error < error ? { pixels: own.pixels, map } : { pixels, map: global };
}

/** How many pixels change, and their squared errors in the nearest colors of a table. */
function inColors({ now, before, shown, width }: Moving, map: PaletteMap, slack: number) {
  const pixels: Pixels = new Uint32Array(now.length);
  let changed = 0;
  let error = 0;
  let [last, color, off] = [0, 0, 0];
  for (let i = 0; i < now.length; i++) {
    const pixel = now[i]!;
    if (before !== undefined && pixel === before[i]) {
      pixels[i] = shown![i]!;
    } else if (pixel !== 0) {
      if (pixel !== last) {
        color = map.palette[map.indexOf(pixel)]!;
        off = color === pixel ? 0 : colorDistance(color, pixel);
        last = pixel;
      }
      pixels[i] = color;
      error += off;
      changed++;
      // Flat areas keep their color: taken from a neighbour it would run all over them.
      if (slack === 0 || pixel === now[i - 1]) continue;
      const near = (other: number | undefined): other is number =>
        other !== undefined &&
        other !== 0 &&
        (other === color || colorDistance(other, pixel) <= off + slack);
      const above = pixels[i - width];
      const left = i % width > 0 ? pixels[i - 1] : undefined;
      pixels[i] = near(shown?.[i]) ? shown![i]! : near(above) ? above : near(left) ? left : color;
    }
  }
  return { pixels, changed, error };
}

interface Settings {
  readonly width: number;
  readonly map: PaletteMap;
  readonly hasClear: boolean;
  /** Some frame has clear pixels, and some box may be cleared: readers do so to a color where a frame has none that is clear. */
  readonly clears: boolean;
  readonly animated: boolean;
}

/** One frame: how long and with which clear color, where, and its pixels. */
function frameBlocks(
  { pixels, map, delay }: Shown,
  canvas: Pixels,
  { disposal, box }: Behind,
  { width, map: global, hasClear, clears, animated }: Settings,
): { readonly blocks: Uint8Array[]; readonly clear: number } {
  const { left, top, right, bottom } = box;
  const drawn = drawnSymbols(pixels, map, canvas, box, width);
  const needed = clears || (hasClear && drawn.kinds.some((kind) => kind !== DRAWN));
  const clear = needed ? clearSymbol(drawn, map.palette.length) : -1;
  const entries = Math.max(map.palette.length, clear + 1);
  const table =
    map === global
      ? [Uint8Array.of(0)]
      : [Uint8Array.of(0x80 | sizeFlag(entries)), tableBytes(map, entries)];
  const data = compressLzw(withClear(drawn, clear));
  const image = [Uint8Array.of(0x2c), words(left, top, right - left, bottom - top), ...table, data];
  if (!animated && !hasClear) return { blocks: image, clear };
  const flags = (animated ? DISPOSALS[disposal] << 2 : 0) | (clear >= 0 ? 1 : 0);
  const time = animated ? Math.min(LONGEST, Math.max(0, Math.round(delay / 10))) : 0;
  const control = [
    Uint8Array.of(0x21, 0xf9, 4, flags),
    words(time),
    Uint8Array.of(Math.max(0, clear), 0),
  ];
  return { blocks: [...control, ...image], clear };
}

/** What a pixel of a frame may be: as its symbol says, that or clear, or only clear. */
const DRAWN = 0;
const FREE = 1;
const LEFT = 2;

/** The pixels of the box of a frame. */
interface DrawnSymbols {
  readonly symbols: Uint8Array;
  /** DRAWN, FREE or LEFT for each. */
  readonly kinds: Uint8Array;
}

function drawnSymbols(
  pixels: Pixels,
  map: PaletteMap,
  canvas: Pixels,
  { left, top, right, bottom }: Behind['box'],
  width: number,
): DrawnSymbols {
  const symbols = new Uint8Array((right - left) * (bottom - top));
  const kinds = new Uint8Array(symbols.length);
  for (let y = top, o = 0; y < bottom; y++) {
    for (let i = y * width + left; i < y * width + right; i++, o++) {
      const pixel = pixels[i]!;
      const index = pixel === 0 ? -1 : map.indexOf(pixel);
      // Clear, or shown in a color of another table: it can only be left as it is.
      const own = index >= 0 && map.palette[index] === pixel;
      kinds[o] = pixel === 0 ? LEFT : pixel !== canvas[i] ? DRAWN : own ? FREE : LEFT;
      symbols[o] = Math.max(0, index);
    }
  }
  return { symbols, kinds };
}

/** The lowest place of a table that no pixel of the frame has to have; one behind it where all are taken. */
function clearSymbol({ symbols, kinds }: DrawnSymbols, colors: number): number {
  const taken = new Uint8Array(colors);
  for (let i = 0; i < symbols.length; i++) if (kinds[i] === DRAWN) taken[symbols[i]!] = 1;
  const free = taken.indexOf(0);
  return free < 0 ? colors : free;
}

/** The pixels with their choices, none of which takes longer codes than those without one. */
function withClear({ symbols, kinds }: DrawnSymbols, clear: number): LzwPixels {
  let most = Math.max(3, clear);
  for (let i = 0; i < symbols.length; i++) {
    if (kinds[i] === DRAWN && symbols[i]! > most) most = symbols[i]!;
  }
  const end = 1 << (32 - Math.clz32(most));
  const out = { symbols: symbols.slice(), free: new Uint8Array(symbols.length), clear };
  for (let i = 0; i < symbols.length; i++) {
    if (kinds[i] === DRAWN) continue;
    const choice = kinds[i] === FREE && symbols[i]! < end;
    if (choice) out.free[i] = 1;
    else out.symbols[i] = clear;
  }
  return out;
}

/** The size of a table as GIF says it: one less than the bits of an index. */
function sizeFlag(entries: number): number {
  return Math.max(0, 31 - Math.clz32(entries - 1));
}

function tableBytes(map: PaletteMap, entries: number): Uint8Array {
  const out = new Uint8Array(6 << sizeFlag(entries));
  map.palette.forEach((color, i) => {
    out.set([color & 255, (color >> 8) & 255, (color >> 16) & 255], i * 3);
  });
  return out;
}

/** `NETSCAPE2.0`: how often an animation is shown again, 0 for ever. */
function loopBlock(plays: number): Uint8Array {
  const again = plays === 0 ? 0 : Math.min(65_535, plays - 1);
  const head = [Uint8Array.of(0x21, 0xff, 11), latin1Bytes('NETSCAPE2.0')];
  return concat([...head, Uint8Array.of(3, 1), words(again), Uint8Array.of(0)]);
}

function words(...numbers: number[]): Uint8Array {
  return Uint8Array.from(numbers.flatMap((number) => [number & 255, number >> 8]));
}

/**
 * Typesetting: one line on a picture, or lines on a canvas of their own, as outlines
 * (docs/spec/composition.md 3).
 *
 * The text is bounded by its dialect; every line is shaped a bounded number of times.
 */
import type { Bidi } from 'bidi-js';
import { clamp, type Size } from '../base/size.ts';
import type { TextDrawing } from '../image/text-drawing.ts';
import type { TextClip, TextStyle } from '../plan/composition/text-style.ts';
import type { OpOf, Placement } from '../plan/op.ts';
import { Fonts } from './fonts.ts';
import { clustersOf, type Line, lineOf, type Typesetter } from './line.ts';

/** Height of a line, in sizes of the text (docs/spec/composition.md 3.4). */
const LINE_HEIGHT = 1.2;

/** The baseline of the fonts here, below the top of their letters' box: 1069 above and 293 below of 1000. */
const ASCENT = 1.069;
const DESCENT = 0.293;

/** The highest canvas, in pixels. */
const HIGHEST = 8192;

/** Lines beyond these show nothing at any size that can be read. */
const MOST_LINES = 1000;

let ready: Promise<Typesetter> | undefined;

/** What sets texts, loaded once. */
export function typesetter(file?: URL): Promise<Typesetter> {
  ready ??= (async () => {
    const [fonts, module] = await Promise.all([Fonts.load(file), import('bidi-js')]);
    const factory: unknown = module.default;
    if (!isFactory(factory)) throw new Error('Expected bidi-js to export a function.');
    return { fonts, bidi: factory() };
  })();
  return ready;
}

/** Its types tell of a module in the place of its function. */
function isFactory(value: unknown): value is () => Bidi {
  return typeof value === 'function';
}

/** A line of text on a picture. */
export function textOn(op: OpOf<'text'>, picture: Size, by: Typesetter): TextDrawing {
  const { style, pad } = op;
  const text = style.text.replace(/\s+/g, ' ').trim();
  const room = Math.max(1, op.room ?? picture.width - 2 * pad);
  let size = style.size;
  let line = lineOf(text, style, size, by);
  if (line.width > room && op.shrink) {
    size = Math.max(1, (size * room) / line.width);
    line = lineOf(text, style, size, by);
  }
  if (line.width > room && !op.shrink) line = clipped(text, style, room, op.clip, by);
  const height = size * LINE_HEIGHT;
  const left = placed(op.x, picture.width, line.width, pad);
  const top = placed(op.y, picture.height, height, pad);
  return {
    path: pathOf(line, left, top + baseline(size), size),
    height,
    missing: line.missing,
  };
}

/** Lines of text on a canvas. */
export function textCanvas(op: OpOf<'text-canvas'>, by: Typesetter): TextDrawing {
  const { style, width, pad } = op;
  const room = Math.max(1, width - 2 * pad);
  const step = style.size * LINE_HEIGHT + (style.leading ?? 0);
  const lines: Line[] = [];
  for (const paragraph of style.text.split(/\r\n|[\r\n\u2028\u2029]/)) {
    if (lines.length * step > HIGHEST) break;
    lines.push(...wrapped(paragraph, style, room, by).slice(0, MOST_LINES - lines.length));
  }
  const block = step * lines.length - (style.leading ?? 0);
  const height = clamp(Math.ceil(block + 2 * pad), 1, HIGHEST);
  const top = pad + op.y * ((op.height ?? height) - 2 * pad - block);
  const path = lines
    .map((line, i) => {
      const left = pad + op.x * (room - line.width);
      return pathOf(line, left, top + i * step + baseline(style.size), style.size);
    })
    .join('');
  return { path, height, missing: lines.some(({ missing }) => missing) };
}

function baseline(size: number): number {
  return (size * (LINE_HEIGHT - ASCENT - DESCENT)) / 2 + size * ASCENT;
}

function placed(place: Placement, whole: number, part: number, pad: number): number {
  if (place.kind === 'slack') return pad + place.share * (whole - part - 2 * pad);
  return 'px' in place.length ? place.length.px : place.length.share * whole;
}

/** As much of a text as fits, with dots for the rest where they are asked for. */
function clipped(
  text: string,
  style: TextStyle,
  room: number,
  { at, ellipsis }: TextClip,
  by: Typesetter,
): Line {
  const clusters = clustersOf(text);
  const dots = ellipsis ? '…' : '';
  const kept = (count: number): string => {
    if (at === 'start')
      return (
        dots +
        clusters
          .slice(clusters.length - count)
          .join('')
          .trimStart()
      );
    if (at === 'end') return clusters.slice(0, count).join('').trimEnd() + dots;
    const before = Math.ceil(count / 2);
    const after = clusters.slice(clusters.length - (count - before)).join('');
    return clusters.slice(0, before).join('').trimEnd() + dots + (count > before ? after : '');
  };
  const set = (count: number) => lineOf(kept(count), style, style.size, by);
  return set(most(clusters.length - 1, (count) => set(count).width <= room));
}

/** Lines that fit, broken at blanks, and within a word where it alone is too long. */
function wrapped(paragraph: string, style: TextStyle, room: number, by: Typesetter): Line[] {
  const set = (text: string) => lineOf(text, style, style.size, by);
  const lines: Line[] = [];
  let words = paragraph.split(/[ \t]+/).filter((word) => word !== '');
  if (words.length === 0) return [set('')];
  while (words.length > 0 && lines.length < MOST_LINES) {
    // The first word by its letters: no more of it is shaped than about a line holds.
    const clusters = clustersOf(words[0]!);
    const fits = most(clusters.length, (n) => set(clusters.slice(0, n).join('')).width <= room);
    if (fits < clusters.length) {
      const head = Math.max(1, fits);
      lines.push(set(clusters.slice(0, head).join('')));
      const rest = clusters.slice(head).join('');
      words = rest === '' ? words.slice(1) : [rest, ...words.slice(1)];
      continue;
    }
    const count = most(words.length, (n) => set(words.slice(0, n).join(' ')).width <= room);
    lines.push(set(words.slice(0, Math.max(1, count)).join(' ')));
    words = words.slice(Math.max(1, count));
  }
  return lines;
}

/** The greatest count up to `limit` that fits, found by doubling and halving; 0 for none. */
function most(limit: number, fits: (count: number) => boolean): number {
  let low = 0;
  let high = 1;
  while (high <= limit && fits(high)) {
    low = high;
    high *= 2;
  }
  high = Math.min(high, limit + 1);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The outlines of a line whose baseline begins at a point. */
function pathOf(line: Line, left: number, base: number, size: number): string {
  let path = '';
  for (const { face, glyph, x, y } of line.glyphs) {
    const scale = size / face.unitsPerEm;
    for (const { type, values } of face.font.glyphToJson(glyph)) {
      path += type;
      for (let i = 0; i < values.length; i += 2) {
        const px = left + x + values[i]! * scale;
        const py = base + y - values[i + 1]! * scale;
        path += ` ${px.toFixed(2)} ${py.toFixed(2)}`;
      }
    }
  }
  return path;
}

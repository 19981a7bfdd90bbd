/**
 * Lines: a text as glyphs in the order in which they stand on the page.
 *
 * The bidirectional algorithm gives each letter its direction, each run of one direction and one
 * face is shaped by itself, and runs are put in visual order (Unicode UAX 9, rule L2). Letters that
 * belong together (grapheme clusters) are never torn apart.
 */
import type { Bidi } from 'bidi-js';
import type { TextStyle } from '../plan/composition/text-style.ts';
import type { Fonts, OpenFace } from './fonts.ts';

/** A glyph and where it stands, in pixels from the beginning of its line on the baseline. */
export interface PlacedGlyph {
  readonly face: OpenFace;
  readonly glyph: number;
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly glyphs: readonly PlacedGlyph[];
  readonly width: number;
  /** Letters without a shape. */
  readonly missing: boolean;
}

/** What is needed to set a text. */
export interface Typesetter {
  readonly fonts: Fonts;
  readonly bidi: Bidi;
}

/** A part of a text of one direction and one face. */
interface Run {
  readonly text: string;
  readonly face: OpenFace;
  readonly level: number;
  /** Marks of the letter before them, which its own face lacks. */
  readonly marks?: true;
}

const CLUSTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The parts of a text that are never torn apart. */
export function clustersOf(text: string): string[] {
  return Array.from(CLUSTERS.segment(text), ({ segment }) => segment);
}

/** A line of text at a size in pixels. */
export function lineOf(text: string, style: TextStyle, size: number, by: Typesetter): Line {
  const { runs, missing } = runsOf(text.normalize('NFC'), style, by);
  const glyphs: PlacedGlyph[] = [];
  const tracking = style.tracking ?? 0;
  let width = 0;
  let letter = 0;
  for (const run of inVisualOrder(runs)) {
    const scale = size / run.face.unitsPerEm;
    const middle = width - tracking - letter / 2;
    for (const { codepoint, xAdvance = 0, xOffset = 0, yOffset = 0 } of shaped(run, style, by)) {
      const { xBearing = 0, width: extent = 0 } = run.face.font.glyphExtents(codepoint) ?? {};
      glyphs.push({
        face: run.face,
        glyph: codepoint,
        x: run.marks ? middle - (xBearing + extent / 2) * scale : width + xOffset * scale,
        y: -yOffset * scale,
      });
      // A mark stands on its letter and takes no room of its own.
      if (xAdvance === 0 || run.marks) continue;
      letter = xAdvance * scale;
      width += letter + tracking;
    }
  }
  return { glyphs, width: Math.max(0, width - (glyphs.length > 0 ? tracking : 0)), missing };
}

function shaped({ text, face, level }: Run, style: TextStyle, { fonts }: Typesetter) {
  const { Buffer, Direction, Feature, shape } = fonts.shaper;
  const buffer = new Buffer();
  buffer.addText(text);
  buffer.guessSegmentProperties();
  buffer.setDirection(level % 2 === 1 ? Direction.RTL : Direction.LTR);
  const off = style.ligatures === 'none' || (style.tracking ?? 0) !== 0;
  shape(face.font, buffer, [
    ...(off ? [new Feature('liga', 0), new Feature('clig', 0)] : []),
    ...(style.ligatures === 'all' ? [new Feature('dlig', 1)] : []),
  ]);
  return buffer.getGlyphInfosAndPositions();
}

/** Runs in the order of the text. */
function runsOf(
  text: string,
  style: TextStyle,
  { fonts, bidi }: Typesetter,
): { readonly runs: readonly Run[]; readonly missing: boolean } {
  const faces = Array.from(fonts.facesFor(style));
  const { levels } = bidi.getEmbeddingLevels(text);
  const runs: Run[] = [];
  let missing = false;
  let at = 0;
  for (const cluster of clustersOf(text)) {
    const level = levels[at] ?? 0;
    at += cluster.length;
    const codes = Array.from(cluster, (char) => char.codePointAt(0)!).filter(isDrawn);
    if (codes.length === 0) continue;
    const last = runs.at(-1);
    const hasAll = (face: OpenFace) => codes.every((code) => face.has(code));
    // Blanks and signs stay with what stands before them, so that letters keep their joins.
    const face =
      last !== undefined && !last.marks && hasAll(last.face)
        ? last.face
        : (faces.find(hasAll) ?? faces.find((one) => one.has(codes[0]!)));
    const marks = face && !hasAll(face) && level % 2 === 0 ? marksOf(codes, face, faces) : [];
    if (face === undefined || (!hasAll(face) && marks.length === 0)) missing = true;
    const chosen = face ?? faces[0]!;
    if (marks.length > 0) {
      const letters = codes.filter((code) => chosen.has(code));
      runs.push({ text: String.fromCodePoint(...letters), face: chosen, level });
      for (const mark of marks) runs.push({ ...mark, level, marks: true });
      continue;
    }
    if (last !== undefined && last.face === chosen && last.level === level && !last.marks) {
      runs[runs.length - 1] = { ...last, text: last.text + cluster };
    } else {
      runs.push({ text: cluster, face: chosen, level });
    }
  }
  return { runs, missing };
}

/** The marks of a letter that its face lacks, each from another; none where one is not to be had. */
function marksOf(
  codes: readonly number[],
  own: OpenFace,
  faces: readonly OpenFace[],
): Pick<Run, 'text' | 'face'>[] {
  const lacking = codes.filter((code) => !own.has(code));
  const marks = lacking.flatMap((code) => {
    const text = String.fromCodePoint(code);
    const face = faces.find((one) => one.has(code));
    return face !== undefined && /^\p{M}$/u.test(text) ? [{ text, face }] : [];
  });
  return marks.length === lacking.length ? marks : [];
}

/** Controls and marks of direction are obeyed, not drawn. */
function isDrawn(code: number): boolean {
  const control = code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xfeff;
  const direction =
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xfe00 && code <= 0xfe0f);
  return !control && !direction;
}

/** From the highest level down, every sequence of runs at it or above is turned round. */
function inVisualOrder(runs: readonly Run[]): Run[] {
  const out = [...runs];
  const most = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = most; level >= 1; level--) {
    for (let start = 0; start < out.length; start++) {
      if (out[start]!.level < level) continue;
      let end = start;
      while (end < out.length && out[end]!.level >= level) end++;
      out.splice(start, end - start, ...out.slice(start, end).reverse());
      start = end;
    }
  }
  return out;
}

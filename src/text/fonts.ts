/**
 * Fonts: the faces in the package, shaped by HarfBuzz (docs/decisions/0022-text.md).
 *
 * One file holds them all; it and the shaper are read by the first text that is set. A letter is
 * taken from the first face that has it: those of the family, then Hebrew and Arabic, then the sans.
 */
import { readFile } from 'node:fs/promises';
import type { Face, Font } from 'harfbuzzjs';
import type { TextStyle } from '../plan/composition/text-style.ts';

/** The shaper. */
export type Shaper = typeof import('harfbuzzjs');

/** A face that is open: what it is shaped with, and which letters it has. */
export interface OpenFace {
  readonly font: Font;
  /** Units of its em square. */
  readonly unitsPerEm: number;
  has(codePoint: number): boolean;
}

/** The file that the build lays beside this one. */
export const FONT_FILE = new URL('./fonts.bin', import.meta.url);

interface Entry {
  readonly family: 'sans' | 'serif' | 'mono' | 'hebrew' | 'arabic';
  readonly bold: boolean;
  readonly italic: boolean;
  readonly at: number;
  readonly length: number;
}

export class Fonts {
  readonly shaper: Shaper;
  readonly #bytes: Uint8Array;
  readonly #entries: readonly Entry[];
  readonly #open = new Map<Entry, OpenFace>();

  private constructor(shaper: Shaper, bytes: Uint8Array, entries: readonly Entry[]) {
    this.shaper = shaper;
    this.#bytes = bytes;
    this.#entries = entries;
  }

  /** @param file as the build makes it */
  static async load(file: URL = FONT_FILE): Promise<Fonts> {
    const [bytes, shaper] = await Promise.all([readFile(file), import('harfbuzzjs')]);
    const head = 4 + bytes.readUInt32BE(0);
    const entries = JSON.parse(bytes.toString('utf8', 4, head)) as Entry[];
    return new Fonts(shaper, bytes.subarray(head), entries);
  }

  /** The faces of a style, in the order in which a letter is looked for in them. */
  facesFor({ family, ...style }: TextStyle): Iterable<OpenFace> {
    const bold = style.bold === true;
    const italic = style.italic === true;
    const all = this.#entries;
    const of = (name: Entry['family'], slanted: boolean) =>
      all.filter((one) => one.family === name && one.bold === bold && one.italic === slanted);
    const own = of(family, italic);
    const entries = [
      // The mono has no italics.
      ...(own.length > 0 ? own : of(family, false)),
      ...of('hebrew', false),
      ...of('arabic', false),
      ...(family === 'sans' ? [] : of('sans', italic)),
    ];
    return this.#opened(entries);
  }

  *#opened(entries: readonly Entry[]): Iterable<OpenFace> {
    for (const entry of entries) yield this.#face(entry);
  }

  #face(entry: Entry): OpenFace {
    const known = this.#open.get(entry);
    if (known !== undefined) return known;
    const { Blob, Face, Font } = this.shaper;
    const bytes = new Uint8Array(this.#bytes.subarray(entry.at, entry.at + entry.length));
    const face: Face = new Face(new Blob(bytes.buffer));
    const letters = new Set(face.collectUnicodes());
    const open = {
      font: new Font(face),
      unitsPerEm: face.upem,
      has: (codePoint: number) => letters.has(codePoint),
    };
    this.#open.set(entry, open);
    return open;
  }
}

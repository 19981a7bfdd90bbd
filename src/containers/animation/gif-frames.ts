/**
 * The frames of a GIF (GIF89a specification, sections 18 to 23): where they lie, what becomes
 * of them, and the colors of their tables. No pixel is decoded.
 */
import type { Region, Size } from '../../base/size.ts';
import { uint16 } from '../bytes.ts';
import { blockEnd, EXTENSION, headerEnd, IMAGE, tableBytes } from '../gif.ts';

const CONTROL = 0xf9;

/** What is left of a frame when the next one is drawn: all, nothing, or what was there before it. */
export type GifDisposal = 'keep' | 'clear' | 'restore';

/** Where a frame lies on the screen, and what becomes of it. */
export interface GifFrame extends Region {
  readonly disposal: GifDisposal;
  /** It declares a clear color. */
  readonly clear: boolean;
  /** Where its picture begins in the file, and the control block that belongs to it. */
  readonly at: number;
  readonly control?: number;
}

/**
 * The screen of a GIF, and its frames as far as they can be read; undefined for no GIF. A first
 * frame that does not fit makes the screen larger, as browsers and decoders have it.
 */
export function gifFrames(
  bytes: Uint8Array,
): { readonly screen: Size; readonly frames: readonly GifFrame[] } | undefined {
  const head = headerEnd(bytes);
  if (head === undefined) return undefined;
  const word = (at: number) => uint16(bytes, at, true) ?? 0;
  const frames: GifFrame[] = [];
  let control: number | undefined;
  for (let at: number | undefined = head; at !== undefined; at = blockEnd(bytes, at)) {
    const kind = bytes[at];
    if (kind === EXTENSION && bytes[at + 1] === CONTROL) control = at;
    if (kind !== IMAGE) continue;
    const place = { left: word(at + 1), top: word(at + 3) };
    const size = { width: word(at + 5), height: word(at + 7) };
    const flags = control === undefined ? 0 : (bytes[control + 3] ?? 0);
    const disposal = DISPOSALS[(flags >> 2) & 7] ?? 'keep';
    const clear = (flags & 1) === 1;
    frames.push({ ...place, ...size, disposal, clear, at, ...(control ? { control } : {}) });
    control = undefined;
  }
  const { left, top, width, height } = frames[0] ?? { left: 0, top: 0, width: 0, height: 0 };
  const screen = {
    width: Math.max(word(6), left + width),
    height: Math.max(word(8), top + height),
  };
  return { screen, frames };
}

/** By number; some writers number what is restored 4, and browsers follow them. */
const DISPOSALS: readonly GifDisposal[] = ['keep', 'keep', 'clear', 'restore', 'restore'];

/**
 * The GIF with a clear color in every frame that is cleared away, where another frame has one:
 * a decoder takes only such a frame's box for clear then, and fills others with the background
 * color (docs/spec/http.md 14.17). The color is one behind the table, so that no pixel has it; a
 * frame with a table of 256 stays as it is.
 */
export function withClearedBoxes(bytes: Uint8Array): Uint8Array {
  const { frames } = gifFrames(bytes) ?? { frames: [] };
  const mended = frames.some(({ clear }) => clear)
    ? frames.filter(({ disposal, clear }) => disposal === 'clear' && !clear)
    : [];
  if (mended.length === 0) return bytes;
  const out = new Uint8Array(bytes);
  const global = tableBytes(bytes[10]!);
  for (const { control, at } of mended) {
    const table = tableBytes(bytes[at + 9] ?? 0) || global;
    if (control === undefined || table >= 3 * 256) continue;
    out[control + 3] = out[control + 3]! | 1;
    out[control + 6] = 255;
  }
  return out;
}

/** The colors of all tables that frames use, red in the lowest byte of each; undefined where they are more than `most`. */
export function gifColors(bytes: Uint8Array, most: number): readonly number[] | undefined {
  const head = headerEnd(bytes);
  if (head === undefined) return undefined;
  const found = new Set<number>();
  let usesGlobal = false;
  for (let at: number | undefined = head; at !== undefined; at = blockEnd(bytes, at)) {
    if (bytes[at] !== IMAGE) continue;
    const length = tableBytes(bytes[at + 9] ?? 0);
    usesGlobal ||= length === 0;
    if (!addColors(found, bytes.subarray(at + 10, at + 10 + length), most)) return undefined;
  }
  const global = usesGlobal ? bytes.subarray(13, head) : bytes.subarray(0, 0);
  return addColors(found, global, most) ? [...found] : undefined;
}

/** Tables are filled up to a power of two, mostly with black: of several at the end, none is meant. */
function addColors(found: Set<number>, table: Uint8Array, most: number): boolean {
  let end = table.length;
  while (end > 0 && table[end - 1] === 0) end--;
  const padded = table.length - 3 * Math.ceil(end / 3) > 3;
  for (let i = 0; i + 2 < (padded ? end + 2 : table.length); i += 3) {
    found.add(table[i]! | (table[i + 1]! << 8) | (table[i + 2]! << 16));
  }
  return found.size <= most;
}

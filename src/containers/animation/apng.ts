/**
 * The animation in a PNG (W3C PNG, third edition, "Animation information"): where its frames lie, how
 * long they are shown, what becomes of them, and their compressed pixels. Nothing is inflated.
 *
 * Structure that breaks the rules makes a still of the file, which every decoder shows
 * (docs/spec/http.md 14.16).
 */
import type { Region, Size } from '../../base/size.ts';
import { uint16, uint32 } from '../bytes.ts';
import { type Chunk, pngChunks } from '../png.ts';

/** What is left of a frame when the next one is drawn: all, nothing, or what was there before it. */
export type ApngDisposal = 'keep' | 'clear' | 'restore';

export interface ApngFrame extends Region {
  /** Milliseconds; 0 for as short as can be. */
  readonly delay: number;
  readonly disposal: ApngDisposal;
  /** Over what is there by its alpha, or in its place. */
  readonly blend: 'over' | 'source';
  /** Pieces of one zlib stream, as IDAT holds them. */
  readonly data: readonly Uint8Array[];
}

export interface Apng {
  readonly size: Size;
  /** Times that the animation plays; 0 for ever. */
  readonly plays: number;
  /** Two at least, but for a lone frame. */
  readonly frames: readonly ApngFrame[];
  /** The header and all that tells how pixels of any frame look, in the order of the file. */
  readonly shared: readonly Chunk[];
}

const CONTROL_BYTES = 26;
const DISPOSALS: readonly ApngDisposal[] = ['keep', 'clear', 'restore'];
const BLENDS: readonly ApngFrame['blend'][] = ['source', 'over'];

/** Chunks without which pixels would look otherwise. */
const LOOKS = new Set('IHDR PLTE tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT'.split(' '));

/** What a PNG moves like; undefined for a still, and for an animation of a single frame. */
export function readApng(bytes: Uint8Array): Apng | undefined {
  const apng = animationOf(bytes);
  return apng && apng.frames.length > 1 ? apng : undefined;
}

/**
 * An animation of a single frame that is another picture than the one for stills, which is then never seen
 * where animations are (docs/spec/http.md 14.16).
 */
export function readLoneFrame(bytes: Uint8Array): Apng | undefined {
  const apng = animationOf(bytes);
  return apng?.frames.length === 1 && apng.hidesStill ? apng : undefined;
}

function animationOf(bytes: Uint8Array): (Apng & { readonly hidesStill: boolean }) | undefined {
  const { chunks, complete } = pngChunks(bytes);
  const at = (wanted: string) => chunks.findIndex(({ name }) => name === wanted);
  const [idat, actl] = [at('IDAT'), at('acTL')];
  if (!complete || actl < 0 || idat < actl || chunks[0]?.name !== 'IHDR') return undefined;
  const [width, height] = [uint32(chunks[0].data, 0), uint32(chunks[0].data, 4)];
  const count = uint32(chunks[actl]!.data, 0);
  const plays = uint32(chunks[actl]!.data, 4);
  if (!width || !height || count === undefined || plays === undefined) return undefined;
  const size = { width, height };
  const frames = framesOf(chunks, size)?.slice(0, count);
  if (frames === undefined) return undefined;
  const shared = chunks.slice(0, idat).filter(({ name }) => LOOKS.has(name));
  return { size, plays, frames, shared, hidesStill: at('fcTL') > idat };
}

/** Whether an animation of opaque pixels has clear ones all the same: no frame covers them, or one is cleared away. */
export function leavesClear({ size, frames }: Apng): boolean {
  const covers = frames[0] !== undefined && isWhole(frames[0], size);
  const cleared = frames
    .slice(0, -1)
    .some(({ disposal }, i) => disposal === 'clear' || (i === 0 && disposal === 'restore'));
  return !covers || cleared;
}

/** Whether a frame covers the canvas of its animation. */
export function isWhole({ width, height }: Size, size: Size): boolean {
  return width === size.width && height === size.height;
}

/** The frames in their order; undefined where a rule is broken. */
function framesOf(chunks: readonly Chunk[], size: Size): ApngFrame[] | undefined {
  const frames: ApngFrame[] = [];
  let parts: Uint8Array[] | undefined;
  let sequence = 0;
  for (const { name, data } of chunks) {
    if (name === 'IDAT') {
      // Without a frame before it the picture of stills is none of the animation.
      if (frames.length > 1) return undefined;
      if (frames[0] && !isWhole(frames[0], size)) return undefined;
      parts?.push(data);
      continue;
    }
    if (name !== 'fcTL' && name !== 'fdAT') continue;
    if (uint32(data, 0) !== sequence++) return undefined;
    if (name === 'fdAT') {
      if (parts === undefined) return undefined;
      parts.push(data.subarray(4));
      continue;
    }
    if (parts?.length === 0) return undefined;
    parts = [];
    const frame = frameOf(data, size, parts);
    if (frame === undefined) return undefined;
    frames.push(frame);
  }
  return parts?.length === 0 ? undefined : frames;
}

function frameOf(
  control: Uint8Array,
  size: Size,
  data: readonly Uint8Array[],
): ApngFrame | undefined {
  if (control.length !== CONTROL_BYTES) return undefined;
  const [width = 0, height = 0, left = 0, top = 0] = [4, 8, 12, 16].map((at) =>
    uint32(control, at),
  );
  const disposal = DISPOSALS[control[24]!];
  const blend = BLENDS[control[25]!];
  const inside = left + width <= size.width && top + height <= size.height;
  if (width === 0 || height === 0 || !inside || !disposal || !blend) return undefined;
  return { left, top, width, height, delay: delayOf(control), disposal, blend, data };
}

/** A denominator of 0 stands for hundredths of a second. */
function delayOf(control: Uint8Array): number {
  const [over, under] = [uint16(control, 20) ?? 0, uint16(control, 22) || 100];
  return Math.round((1000 * over) / under);
}

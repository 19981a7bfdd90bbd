/**
 * Never larger: where the result shows the source pixel for pixel, the bytes
 * of the source bound those of the result.
 *
 * The encoded result is delivered when it saves enough to be worth another
 * generation; else the source re-packed without loss; else the source stripped
 * of its metadata. A re-packed source keeps every pixel, so it also serves where
 * the encoder missed the target.
 *
 * A JPEG that is not upright is turned block by block where that is possible,
 * with every coefficient kept, else it keeps the tag that says its orientation.
 * Turned pixels are rounded otherwise by a few levels, so that the tag is kept
 * also where every pixel is wanted.
 */
import type { FormatName } from '../../image/format.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import type { OptimizeInput } from '../task.ts';
import { type Picture, wantsEveryPixel } from './quality-request.ts';

/** Works on the bytes of a file and leaves its pixels alone. */
export interface Repacker {
  /**
   * The JPEG with the same pixels in fewer bytes, as scans, metadata removed but for the
   * orientation; undefined when it cannot.
   */
  jpeg(bytes: Uint8Array): Promise<Uint8Array | undefined>;
  /**
   * The JPEG upright, with the same coefficients turned; undefined when it cannot.
   * `free` is the smaller of one scan and many.
   */
  turn(
    bytes: Uint8Array,
    kind: 'baseline' | 'progressive' | 'free',
  ): Promise<Uint8Array | undefined>;
  /** The PNG with the same pixels in fewer bytes, metadata removed; undefined when it cannot. */
  png(bytes: Uint8Array): Promise<Uint8Array | undefined>;
  /**
   * The file without metadata but what `keep` names; undefined for formats it does
   * not know, whose sources are then never delivered as they are. A color profile
   * and anything else that changes the look stays.
   */
  strip(
    bytes: Uint8Array,
    format: FormatName,
    keep?: Picture['metadata'],
  ): Promise<Uint8Array | undefined>;
}

/**
 * A lossy result must save this share of the losslessly optimised source: a
 * generation costs 3 to 10 points against the original, which is too much to
 * pay for less than a tenth of the bytes.
 */
export const GENERATION_SAVING = 0.1;

/** Share of the stripped source above which re-packing it is tried. */
const REPACK_FROM = 0.8;

export interface Deliverable {
  readonly bytes: Uint8Array;
  /** `turned`: the source's coefficients, whose pixels may differ by a few levels. */
  readonly kind: 'lossless' | 'source' | 'turned';
}

/** Whether the file itself would be a right answer to the request. */
export function sourceSatisfies(task: OptimizeInput): boolean {
  const { info, output, source } = task;
  if (!task.identity || source === undefined || output.whenLarger === 'render') return false;
  const formats = [task.chosen, ...task.alternatives].filter((c) => c.format === info.format);
  const choice = formats[0];
  if (choice === undefined) return false;
  if (info.pages !== task.raster.pages && !movesInFile(task)) return false;
  // Not every browser heeds the tag of other formats.
  if (info.orientation !== 1 && !(task.upright && info.format === 'jpeg')) return false;
  if (info.space !== 'rgb' && info.space !== 'grey') return false;
  if (info.profile === 'other' && output.profile !== 'keep') return false;
  if (output.profile === 'tagged-srgb' && info.profile !== 'srgb') return false;
  if (output.dpi !== undefined) return false;
  if (!paletteSatisfies(task, choice.palette)) return false;
  return info.format !== 'jpeg' || jpegSatisfies(info, output);
}

/**
 * Whether the file moves where the raster cannot: more than its first frame is read by others alone, or
 * its format holds no animation that is written here.
 */
export function movesInFile({ info, chosen }: OptimizeInput): boolean {
  return info.animated === true || chosen.onlySource === true;
}

/**
 * The file of the source, where the request allows it in any color space and orientation and it
 * takes fewer bytes than the result; undefined where it does not. Its metadata goes where that is
 * known how to (docs/spec/fastly-io.md 7.19).
 */
export async function sourceAsIs(
  { info, output, source, unchanged, chosen, alternatives }: OptimizeInput,
  repacker: Repacker | undefined,
  bytes: number,
): Promise<Deliverable | undefined> {
  if (output.whenLarger !== 'source-as-is' || !unchanged || source === undefined) return undefined;
  if (bytes <= source.length || ![chosen, ...alternatives].some((c) => c.format === info.format)) {
    return undefined;
  }
  const stripped = await repacker?.strip(source, info.format, output.metadata);
  const smaller = stripped !== undefined && stripped.length <= source.length;
  return { bytes: smaller ? stripped : source, kind: 'source' };
}

/** Where a target is asked for, a palette is one means to it; where a quality is, the source needs one. */
function paletteSatisfies({ info, output }: OptimizeInput, palette: number | undefined): boolean {
  if (palette === undefined || output.quality.kind === 'target') return true;
  return info.palette !== undefined && info.palette <= palette;
}

function jpegSatisfies(info: SourceInfo, output: Picture): boolean {
  const { jpeg } = output;
  const progressive = info.jpeg?.progressive ?? false;
  if (jpeg.kind === 'baseline' && progressive) return false;
  // Packed anew it is progressive, with nothing lost.
  if (jpeg.kind === 'progressive' && !progressive && output.metadata !== 'none') return false;
  return jpeg.chroma === 'free' || jpeg.chroma === info.jpeg?.chroma;
}

/**
 * What of the source shall be delivered in place of a result of `bytes`;
 * undefined when the result stands. `lossy`: the result changed pixels, so it
 * must save a generation's worth. `missed`: the result failed its target.
 */
export async function sourceInstead(
  task: OptimizeInput,
  repacker: Repacker | undefined,
  result: { readonly bytes: number; readonly lossy: boolean; readonly missed: boolean },
): Promise<Deliverable | undefined> {
  if (repacker === undefined || !sourceSatisfies(task) || task.source === undefined) {
    return undefined;
  }
  const { info, output, source } = task;
  const stripped = await repacker.strip(source, info.format, output.metadata);
  if (stripped === undefined) return undefined;
  const limit = (source: number) => (result.lossy ? (1 - GENERATION_SAVING) * source : source);
  if (!result.missed && result.bytes <= REPACK_FROM * limit(stripped.length)) return undefined;

  const best = (await turned(repacker, stripped, task)) ?? (await exact(repacker, stripped, task));
  if (best === undefined) return undefined;
  return result.missed || result.bytes > limit(best.bytes.length) ? best : undefined;
}

/** The source upright in no more bytes than it came in, where its pixels need not be the same to the last level. */
async function turned(
  repacker: Repacker,
  stripped: Uint8Array,
  task: OptimizeInput,
): Promise<Deliverable | undefined> {
  const { info, output } = task;
  if (info.orientation === 1 || output.metadata !== 'none' || !mayPack(task)) return undefined;
  if (wantsEveryPixel(output, task.chosen, task.identity)) return undefined;
  const { kind } = output.jpeg;
  const like = info.jpeg?.progressive ? 'progressive' : 'baseline';
  const bytes = await repacker.turn(stripped, kind === 'like-source' ? like : kind);
  const fits = bytes !== undefined && bytes.length <= info.bytes;
  return fits ? { bytes, kind: 'turned' } : undefined;
}

/** The source with its very pixels. */
async function exact(
  repacker: Repacker,
  stripped: Uint8Array,
  task: OptimizeInput,
): Promise<Deliverable | undefined> {
  const repacked = await repack(repacker, stripped, task);
  if (repacked === undefined && needsPacking(task)) return undefined;
  return repacked !== undefined && (repacked.length < stripped.length || needsPacking(task))
    ? { bytes: repacked, kind: 'lossless' }
    : { bytes: stripped, kind: 'source' };
}

/** Packed anew a file carries no profile: where one is asked for, it stays as it is. */
function mayPack({ output }: OptimizeInput): boolean {
  return output.profile !== 'tagged-srgb' && output.profile !== 'adobe-rgb';
}

/** Whether only a packed copy of the source is of the kind that was asked for. */
function needsPacking({ info, output }: OptimizeInput): boolean {
  return info.format === 'jpeg' && output.jpeg.kind === 'progressive' && !info.jpeg?.progressive;
}

async function repack(
  repacker: Repacker,
  bytes: Uint8Array,
  task: OptimizeInput,
): Promise<Uint8Array | undefined> {
  const { info, output } = task;
  if (!mayPack(task)) return undefined;
  if (info.format === 'jpeg') {
    // Packed anew it is progressive and without metadata.
    const { kind } = output.jpeg;
    const free = kind === 'free' || kind === 'progressive' || info.jpeg?.progressive === true;
    return free && output.metadata === 'none' ? await repacker.jpeg(bytes) : undefined;
  }
  return info.format === 'png' ? await repacker.png(bytes) : undefined;
}

/**
 * Frame choice: which frames of an animation are played, in which order, how long and how often.
 *
 * Pure: numbers in, numbers out.
 */
import { clamp } from '../../base/size.ts';
import { shownDelay } from '../../image/video.ts';

/** Which frames stay, counted from 0; each rule works on what the one before it has left. */
export interface FrameChoice {
  /** The range that stays; beyond the animation: its nearest frame. */
  readonly first?: number;
  readonly last?: number;
  /** Keeps the first of every so many. */
  readonly every?: number;
  /** Drops the last of every so many, from 2. */
  readonly without?: number;
  /** From the last to the first. */
  readonly reverse?: true;
}

/** How the frames are played. */
export interface Playing {
  /** Times, 0 for ever; absent: as the source says. */
  readonly loop?: number;
  /** Frames in a second; absent: each frame as long as in the source. */
  readonly rate?: number;
}

/** The choice in its one spelling; undefined where it keeps all as they are. */
export function canonicalChoice(choice: FrameChoice): FrameChoice | undefined {
  const { first = 0, last, every = 1, without = 0, reverse } = choice;
  const kept = {
    ...(first > 0 ? { first } : {}),
    ...(last === undefined ? {} : { last }),
    ...(every > 1 ? { every } : {}),
    ...(without > 1 ? { without } : {}),
    ...(reverse ? { reverse } : {}),
  };
  return Object.keys(kept).length > 0 ? kept : undefined;
}

/** The frames of an animation of `count` that a choice plays, in order; at least one. */
export function chosenFrames(choice: FrameChoice, count: number): number[] {
  const { every = 1, without = 0 } = choice;
  const last = Math.min(count - 1, choice.last ?? count - 1);
  const first = Math.min(last, choice.first ?? 0);
  const range = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const kept = range.filter((_, i) => i % every === 0);
  const left = without > 1 ? kept.filter((_, i) => (i + 1) % without !== 0) : kept;
  return choice.reverse ? left.reverse() : left;
}

/** How long frames are shown, in milliseconds, and how often. */
export function played(
  { rate, loop }: Playing,
  frames: readonly number[],
  source: { readonly delays: readonly number[]; readonly loop: number },
): { readonly delays: readonly number[]; readonly loop: number } {
  return {
    delays: frames.map((frame) =>
      rate === undefined ? (source.delays[frame] ?? shownDelay(0)) : Math.round(1000 / rate),
    ),
    loop: loop ?? source.loop,
  };
}

/** Frames that are read: from the first on, or these. */
interface Frames {
  readonly first: number;
  readonly count: number;
  readonly pages?: readonly number[];
}

/** Least and most bytes of frames that are decoded at once. */
const AT_ONCE = { least: 20 * 1024 * 1024, most: 64 * 1024 * 1024 } as const;

/**
 * Bytes of frames to decode at once where `left` bytes are still to come, these among them.
 *
 * A loader begins at the first frame each time, so that a long animation wants large parts. What is held
 * in the end is three quarters of all, without alpha; a part may take what is not yet held of
 * that and `AT_ONCE.least` more: 90 MB are decoded as 50, 27 and 13.
 */
export function bytesAtOnce(left: number): number {
  return clamp((0.75 * left + AT_ONCE.least) / 1.75, AT_ONCE.least, AT_ONCE.most);
}

/** Frames of a size in bytes to decode at once: as many as fit whole into `bytes`, at least one. */
export function framesAtOnce(bytes: number, frameBytes: number): number {
  return Math.max(1, Math.floor(bytes / frameBytes));
}

/**
 * The frames in the order they are played, in groups that lie within `most` frames of the source, a
 * number that may depend on how many are left.
 */
export function batchesOf(
  { first, count, pages }: Frames,
  most: (left: number) => number,
): readonly (readonly number[])[] {
  const batches: number[][] = [];
  const order = pages ?? Array.from({ length: count }, (_, i) => first + i);
  let within = 1;
  for (const [i, page] of order.entries()) {
    const last = batches.at(-1);
    const away = last && Math.max(...last, page) - Math.min(...last, page) + 1;
    if (last !== undefined && away! <= within) {
      last.push(page);
    } else {
      within = Math.max(1, most(order.length - i));
      batches.push([page]);
    }
  }
  return batches;
}

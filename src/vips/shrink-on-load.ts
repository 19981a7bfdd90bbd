/**
 * Shrink on load: the first turns, windows and scale of a program as one
 * transform of the stored picture, so that a decoder can shrink while it reads.
 *
 * Turns by quarters and mirrors commute with windows and scales when those
 * are said in the stored picture's own axes. `foldIntoLoad` does that
 * translation; what it cannot fold stands in `rest`, to be done afterwards.
 *
 * Pure: sizes in, sizes out.
 */
import type { Region, Size } from '../base/size.ts';
import type { Filter } from '../plan/op.ts';
import type { Instruction } from '../plan/program.ts';

export interface Turn {
  /** First mirror left-right, … */
  readonly mirror: boolean;
  /** … then turn clockwise. */
  readonly turn: 0 | 90 | 180 | 270;
}

export interface LoadTransform {
  /** Window on the stored picture, before scaling; absent for all of it. */
  readonly window?: Region;
  /** Size in the stored picture's axes, after the window; absent for no scaling. */
  readonly scale?: Size & { readonly filter: Filter };
  /** Last, what shows the picture upright. */
  readonly turn: Turn;
}

/** The longest beginning of a program that is one step, and the instructions left. */
export function foldIntoLoad(
  source: Size,
  instructions: readonly Instruction[],
): { transform: LoadTransform; rest: readonly Instruction[] } {
  let window: Region = { left: 0, top: 0, width: source.width, height: source.height };
  let scale: LoadTransform['scale'];
  let turn: Turn = { mirror: false, turn: 0 };
  let taken = 0;
  for (const step of instructions) {
    if (step.kind === 'orient') {
      turn = compose(turn, step);
    } else if (step.kind === 'extract' && scale === undefined) {
      const inner = unturnRegion(step, window, turn);
      window = { ...inner, left: window.left + inner.left, top: window.top + inner.top };
    } else if (step.kind === 'scale' && scale === undefined) {
      scale = { ...unturnSize(step, turn), filter: step.filter };
    } else {
      break;
    }
    taken++;
  }
  const whole = window.width === source.width && window.height === source.height;
  const transform: LoadTransform = {
    turn,
    ...(whole ? {} : { window }),
    ...(scale === undefined ? {} : { scale }),
  };
  return { transform, rest: instructions.slice(taken) };
}

/**
 * One turn after another, as one. A mirror behind a turn by t is the mirror
 * before a turn by -t.
 */
export function compose(first: Turn, next: Turn): Turn {
  const turn = next.mirror ? 360 - first.turn + next.turn : first.turn + next.turn;
  return { mirror: first.mirror !== next.mirror, turn: (turn % 360) as Turn['turn'] };
}

function isSideways({ turn }: Turn): boolean {
  return turn === 90 || turn === 270;
}

function unturnSize({ width, height }: Size, turn: Turn): Size {
  return isSideways(turn) ? { width: height, height: width } : { width, height };
}

/** Where a window on the turned picture lies on the picture before the turn, of size `source`. */
function unturnRegion(region: Region, source: Size, turn: Turn): Region {
  const { left, top } = region;
  const { width, height } = unturnSize(region, turn);
  const right = source.width - width;
  const bottom = source.height - height;
  const [x, y] = (
    {
      0: [left, top],
      90: [top, bottom - left],
      180: [right - left, bottom - top],
      270: [right - top, left],
    } as const
  )[turn.turn];
  return { left: turn.mirror ? right - x : x, top: y, width, height };
}

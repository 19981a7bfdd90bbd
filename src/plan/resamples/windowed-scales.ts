/**
 * Windowed scales: a picture that is enlarged beyond its limits only to be cut is cut before.
 *
 * 8000 x 20 to cover 500 x 500 is 200000 x 500 on the way, of which 500 columns stay. Instead, the
 * pixels of the source behind those columns are cut out, scaled alike, and cut to the pixel. The
 * window is whole pixels of the source around what stays, so the size of the result is the same; at the
 * cut the filter sees no neighbours. Scales within the limits stay as they are.
 *
 * Pure: instructions in, instructions out.
 */
import { clamp, type Size } from '../../base/size.ts';
import type { Instruction } from '../program.ts';

type Scale = Extract<Instruction, { kind: 'scale' }>;
type Extraction = Extract<Instruction, { kind: 'extract' }>;

/** Pixels of the source kept around what stays, for the filter. */
const MARGIN = 3;

/** @param start the size of the picture before the first instruction */
export function withWindowedScales(
  instructions: readonly Instruction[],
  start: Size,
  tooLarge: (size: Size) => boolean,
): Instruction[] {
  const out: Instruction[] = [];
  for (let i = 0; i < instructions.length; i++) {
    const scale = instructions[i]!;
    const window = instructions[i + 1];
    if (scale.kind === 'scale' && window?.kind === 'extract' && tooLarge(scale)) {
      out.push(...windowed(scale, window, out.at(-1) ?? start));
      i++;
    } else {
      out.push(scale);
    }
  }
  return out;
}

function windowed(scale: Scale, window: Extraction, before: Size): Instruction[] {
  const x = along(before.width, scale.width, window.left, window.width);
  const y = along(before.height, scale.height, window.top, window.height);
  return [
    { kind: 'extract', left: x.from, top: y.from, width: x.part, height: y.part },
    { ...scale, width: x.scaled, height: y.scaled },
    { ...window, left: x.left, top: y.left },
  ];
}

/** One side: which part of the source to take, what it becomes, and where what stays begins in it. */
function along(side: number, scaled: number, left: number, wanted: number) {
  const factor = scaled / side;
  const from = clamp(Math.floor(left / factor) - MARGIN, 0, side - 1);
  const to = clamp(Math.ceil((left + wanted) / factor) + MARGIN, from + 1, side);
  const size = Math.max(wanted, Math.round((to - from) * factor));
  return {
    from,
    part: to - from,
    scaled: size,
    left: clamp(left - Math.round(from * factor), 0, size - wanted),
  };
}

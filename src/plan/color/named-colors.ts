/**
 * Named colors: those that a request says, which are of sRGB whatever space its picture is kept in.
 *
 * Pure.
 */
import type { Color } from '../../base/color.ts';
import type { Instruction, ResolvedFill } from '../program.ts';
import type { ToneStep } from '../steps/tone-step.ts';

/** The instruction with another color for each that it names. */
export function withNamedColors(step: Instruction, convert: (color: Color) => Color): Instruction {
  switch (step.kind) {
    case 'extend':
    case 'rotate':
      return { ...step, fill: filledWith(step.fill, convert) };
    case 'tone':
      return { ...step, steps: step.steps.map((one) => toned(one, convert)) };
    case 'checker': {
      const [first, second] = step.colors;
      return { ...step, colors: [convert(first), convert(second)] };
    }
    case 'background':
    case 'border':
    case 'blend':
      return { ...step, color: convert(step.color) };
    case 'mask':
    case 'picture-mask':
      return step.color === undefined ? step : { ...step, color: convert(step.color) };
    default:
      return step;
  }
}

/** Whether an instruction names a color that is not the same levels in every space of RGB. */
export function namesColor(step: Instruction): boolean {
  let named = namesGradient(step);
  withNamedColors(step, (color) => {
    named ||= !isEnd(color);
    return color;
  });
  return named;
}

/** Whether an instruction draws a gradient between colors that it names. */
export function namesGradient(step: Instruction): boolean {
  const fill = step.kind === 'extend' || step.kind === 'rotate' ? step.fill : undefined;
  return fill?.kind === 'gradient' && fill.colors !== undefined;
}

/** Whether a color is black, white or clear, which every space of RGB says in the same way. */
export function isEnd({ red, green, blue, alpha }: Color): boolean {
  return alpha === 0 || ((red === 0 || red === 255) && red === green && red === blue);
}

/** Of a gradient the way is converted where it is drawn: its colors are mixed as those of sRGB. */
function filledWith(fill: ResolvedFill, convert: (color: Color) => Color): ResolvedFill {
  return fill.kind === 'color' ? { ...fill, color: convert(fill.color) } : fill;
}

function toned(step: ToneStep, convert: (color: Color) => Color): ToneStep {
  switch (step.kind) {
    case 'monochrome':
      return { ...step, color: convert(step.color) };
    case 'duotone':
      return { ...step, dark: convert(step.dark), light: convert(step.light) };
    default:
      return step;
  }
}

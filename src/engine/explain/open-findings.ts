/**
 * Open findings: the program of a plan whose steps depend on what has not been looked for.
 *
 * `explain` decodes no pixel, so it does not know the faces of a picture. It lowers the plan twice,
 * for two pictures that could be that one and differ in everything that can be found: what both
 * programs say is certain, what they do not agree on is decided by the picture.
 *
 * Pure.
 */
import type { Size } from '../../base/size.ts';
import type { Face } from '../../image/face.ts';
import type { FindingName, Findings } from '../../image/findings.ts';
import { type SourceInfo, uprightSize } from '../../image/source-info.ts';
import { printInstruction, printProgram } from '../../plan/print.ts';
import type { Instruction, Program } from '../../plan/program.ts';

/** Where the faces of the two pictures stand, as shares of the sides; both reach the middle. */
const PLACES = [
  [0.3, 0.4, 0.5],
  [0.45, 0.7, 0.9],
] as const;

/** Sides of a face, as a share of the picture's. */
const FACE = 0.05;

/** What two pictures with the size of a source could show. */
export function couldBeFound(info: SourceInfo): readonly [Required<Findings>, Required<Findings>] {
  const size = uprightSize(info);
  const shown = (index: 0 | 1): Required<Findings> => {
    const faces = PLACES[index].flatMap((y) => PLACES[index].map((x) => faceAt(x, y, size)));
    const weights = new Uint16Array(16);
    weights[index === 0 ? 0 : 15] = 1000;
    const grid = { columns: 4, rows: 4, weights };
    return {
      faces,
      facesInMotion: faces,
      redEyes: faces.map(({ leftEye: { x, y, width } }) => ({ x, y, radius: width })),
      enhancement: { ...ENHANCEMENT, exponent: index === 0 ? 0.8 : 0.9 },
      ...{ saliency: grid, entropy: grid, edges: grid },
    };
  };
  return [shown(0), shown(1)];
}

const ENHANCEMENT = { black: 0, white: 255, exponent: 1, contrast: 0, vibrance: 0 };

function faceAt(x: number, y: number, { width, height }: Size): Face {
  const bounds = { left: x * width, top: y * height, width: FACE * width, height: FACE * height };
  const at = (dx: number, dy: number) => ({
    x: bounds.left + dx * bounds.width,
    y: bounds.top + dy * bounds.height,
  });
  return {
    confidence: 1,
    bounds,
    leftEye: { ...at(0.3, 0.4), width: bounds.width / 5 },
    rightEye: { ...at(0.7, 0.4), width: bounds.width / 5 },
    mouth: at(0.5, 0.8),
  };
}

/** What is known, with one of those for what is not. */
export function withStandIns(
  known: Findings,
  open: readonly FindingName[],
  standIns: Findings,
): Findings {
  return { ...known, ...Object.fromEntries(open.map((name) => [name, standIns[name]])) };
}

/** `find faces in the picture` for each, before the steps. */
export function findLines(open: readonly FindingName[]): string[] {
  return open.map((name) => `find ${name} in the picture`);
}

/** The lines of `printProgram`, with what the picture decides said to be so. */
export function printOpen(one: Program, other: Program): string[] {
  const steps: string[] = [];
  let at = 0;
  for (const step of one.instructions) {
    const same = other.instructions.findIndex(({ kind }, i) => i >= at && kind === step.kind);
    if (same >= 0) at = same + 1;
    steps.push(printPair(step, same < 0 ? undefined : other.instructions[same]));
  }
  return printProgram(one, steps);
}

/** A step as both programs have it; what they differ in is as found. */
function printPair(step: Instruction, other: Instruction | undefined): string {
  const line = printInstruction(step);
  if (other !== undefined && line === printInstruction(other)) return line;
  const sizes = other?.width === step.width && other.height === step.height;
  const size = sizes ? `${step.width}x${step.height}` : 'a size found in the picture';
  return `${step.kind} as found in the picture -> ${size}`;
}

/**
 * Print: plans and programs as text, one step per line, for `explain`, golden
 * files and logs. Equal plans print equally.
 */
import { type Color, colorText } from '../base/color.ts';
import { sizeText } from '../base/size.ts';
import type { FormatRule, Output } from './output.ts';
import type { Plan } from './plan.ts';
import type { Instruction, Program } from './program.ts';

/** A plan as lines: frames where not all, the ops in order, the output. */
export function printPlan(plan: Plan): string {
  const frames = plan.frames.kind === 'one' ? [`frame ${plan.frames.index}`] : [];
  const { frames: which, playing } = plan;
  if (which.kind === 'all' && which.choice) {
    frames.push(printStep({ kind: 'frames', ...which.choice }));
  }
  if (playing) frames.push(printStep({ kind: 'playing', ...playing }));
  const inks = plan.cmyk === undefined ? [] : [`cmyk ${plan.cmyk}`];
  if (plan.annotations === false) inks.push('annotations false');
  return [...frames, ...inks, ...plan.ops.map(printStep), ...printOutput(plan.output)].join('\n');
}

/** A program as lines, each with the size after it. */
export function printProgram(
  program: Program,
  lines: readonly string[] = program.instructions.map(printInstruction),
): string[] {
  const { first, count, pages } = program.frames;
  const named = pages?.join(' ') ?? `${first}..${first + count - 1}`;
  const frames = count > 1 || first > 0 ? [`frames ${named}`] : [];
  const chosen = program.chosen
    ? [
        `encode ${program.chosen.format}${program.chosen.lossless ? ' lossless' : ''} ${sizeText(program.size)}`,
      ]
    : [];
  return [...frames, ...lines, ...chosen];
}

/** `extract 12,0 -> 300x200` */
export function printInstruction({ width, height, ...step }: Instruction): string {
  const done = step.kind === 'extract' ? `extract ${step.left},${step.top}` : printStep(step);
  return `${done} -> ${sizeText({ width, height })}`;
}

/** `resize width 300 fit inside enlarge never`: a step as its kind and its fields. */
function printStep(step: { readonly kind: string }): string {
  const { kind, ...fields } = step;
  return [kind, ...Object.entries(fields).map(([name, value]) => `${name} ${text(value)}`)].join(
    ' ',
  );
}

function printOutput(output: Output): string[] {
  if (output.kind !== 'picture') return [printStep(output).replace(/^/, 'output ')];
  const { kind: _, formats, quality, ...rest } = output;
  const fields = Object.entries(rest).map(([name, value]) => `${name} ${text(value)}`);
  return [...formats.map(printRule), `quality ${text(quality)}`, fields.join(' ')];
}

function printRule({ when, format, lossless, untargeted, palette }: FormatRule): string {
  const conditions = Object.entries(when ?? {}).map(([name, value]) => `${name} ${text(value)}`);
  return [
    `format ${format}`,
    ...(lossless ? ['lossless'] : []),
    ...(untargeted ? ['untargeted'] : []),
    ...(palette === undefined ? [] : [`palette ${palette}`]),
    ...(conditions.length > 0 ? [`when ${conditions.join(', ')}`] : []),
  ].join(' ');
}

function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if ('px' in value) return String(value.px);
  if ('share' in value && Object.keys(value).length === 1) return `${Number(value.share) * 100}%`;
  if ('red' in value) return colorText(value as Color);
  return `(${Object.entries(value)
    .map(([name, field]) => (name === 'kind' ? String(field) : `${name} ${text(field)}`))
    .join(' ')})`;
}

/**
 * The program of a plan for a source, inside a worker: lowered again and again, with what lowering
 * asks for measured on the pixels, found on the source or made of the second pictures.
 */
import { Fault } from '../../base/fault.ts';
import type { FindingName } from '../../image/findings.ts';
import type { FormatName } from '../../image/format.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { lower } from '../../plan/lower.ts';
import type { OpOf, SecondPicture } from '../../plan/op.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Known, Lowered, Program, TrimBox } from '../../plan/program.ts';
import { findTrim } from '../../raster/trim-box.ts';
import { type RenderContext, render } from '../../vips/render.ts';
import type { SourceFile } from '../../vips/source-file.ts';
import type { SourceFindings } from '../findings/source-findings.ts';
import { Stopwatch } from '../tracing/stopwatch.ts';

/** The second pictures of a task. */
export interface TaskPictures {
  /** By their places. */
  readonly known: NonNullable<Known['pictures']>;
  /** Makes a picture, and a finding on it, known. */
  prepare(picture: SecondPicture, finding?: FindingName): Promise<void>;
  /** The height that lines of text take. */
  heightOf(op: OpOf<'text-canvas'>): Promise<number>;
  /** Renders them. */
  readonly context: RenderContext;
}

/** A plan and the source it is for. */
export interface Lowering {
  readonly file: SourceFile;
  readonly info: SourceInfo;
  readonly plan: Plan;
  readonly accepts: readonly FormatName[];
  readonly findings: SourceFindings;
  readonly pictures: TaskPictures;
}

/** A context whose reading of pixels counts as a stage. */
export function readingBy(context: RenderContext, watch: Stopwatch): RenderContext {
  return { ...context, reading: () => watch.begin('decode') };
}

/** @throws Fault */
export async function programOf(task: Lowering, watch = new Stopwatch()): Promise<Program> {
  const { file, info, plan, findings, pictures } = task;
  const accepts = new Set(task.accepts);
  const measured: TrimBox[] = [];
  const heights: number[] = [];
  // Every round measures one more trim, finds one thing more or prepares one picture more: three
  // for an op at most, one for the output.
  for (let round = 0; round <= 3 * plan.ops.length + 1; round++) {
    const known = { measured, heights, findings: findings.known, pictures: pictures.known };
    const lowered: Lowered = lower(plan, info, accepts, known);
    switch (lowered.kind) {
      case 'program':
        return lowered.program;
      case 'find':
        await watch.time('find', () => findings.find(lowered.finding, file, info));
        break;
      case 'picture':
        await watch.time('transform', () => pictures.prepare(lowered.picture, lowered.finding));
        break;
      case 'typeset':
        heights.push(await watch.time('transform', () => pictures.heightOf(lowered.op)));
        break;
      case 'measure': {
        const { before, rule, ...reading } = lowered;
        const raster = await watch.time('transform', () =>
          render(
            file,
            info,
            { ...reading, instructions: before },
            readingBy(pictures.context, watch),
          ),
        );
        measured.push(findTrim(raster, rule) ?? 'empty');
      }
    }
  }
  throw new Fault('internal', 'Lowering did not end.');
}

/**
 * Explained: the program of a request and what it is expected to take, without a pixel.
 *
 * What a plan asks of the pixels of its source stays open: it is said what the picture decides.
 */
import type { FindingName, Findings } from '../../image/findings.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { predict } from '../../optimizer/predict.ts';
import { lower } from '../../plan/lower.ts';
import type { WorkerPictures } from '../pictures/worker-pictures.ts';
import type { ExplainResult, WorkerRequest } from '../worker-protocol.ts';
import { couldBeFound, findLines, printOpen, withStandIns } from './open-findings.ts';

export interface ExplainTask extends Pick<WorkerRequest, 'plan' | 'accepts' | 'budget'> {
  readonly info: SourceInfo;
  readonly pictures: Pick<WorkerPictures, 'known' | 'prepare' | 'heightOf'>;
  /** What was found on the source before. */
  readonly known: Findings;
}

/** @throws Fault where the request has no program */
export async function explained(task: ExplainTask): Promise<ExplainResult> {
  const { info, plan, pictures, budget } = task;
  const accepts = new Set(task.accepts);
  const [could, couldToo] = couldBeFound(info);
  const open: FindingName[] = [];
  const heights: number[] = [];
  const lowerWith = (standIns: Findings) =>
    lower(plan, info, accepts, {
      findings: withStandIns(task.known, open, standIns),
      heights,
      pictures: pictures.known,
    });
  let lowered = lowerWith(could);
  for (; lowered.kind !== 'program' && lowered.kind !== 'measure'; lowered = lowerWith(could)) {
    if (lowered.kind === 'picture') await pictures.prepare(lowered.picture, lowered.finding);
    if (lowered.kind === 'typeset') heights.push(await pictures.heightOf(lowered.op));
    if (lowered.kind === 'find') open.push(lowered.finding);
  }
  const finds = findLines(open);
  if (lowered.kind === 'measure') {
    return { info, program: [...finds, `measure trim by ${lowered.rule.by}, then the rest`] };
  }
  const { program } = lowered;
  const other = lowerWith(couldToo);
  const lines = printOpen(program, other.kind === 'program' ? other.program : program);
  const { output, chosen } = program;
  const predicted =
    output.kind === 'picture' && chosen
      ? predict({ output, chosen, info, size: program.size, mode: budget.mode })
      : undefined;
  return {
    info,
    program: [...finds, ...lines],
    ...(predicted === undefined ? {} : { predicted }),
  };
}

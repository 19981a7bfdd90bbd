/**
 * Render task: how a WorkerRequest is carried out, inside a worker.
 *
 * probe → lower (measuring trims on the way) → render → optimize. The only
 * place where plan, pixels and optimizer meet.
 */
import { warning } from '../base/diagnostic.ts';
import { Fault } from '../base/fault.ts';
import type { Size } from '../base/size.ts';
import type { Sign } from '../c2pa/write-manifest.ts';
import { imageoptimFacts } from '../dialects/imageoptim/facts.ts';
import { imgixFacts } from '../dialects/imgix/facts.ts';
import type { Findings } from '../image/findings.ts';
import { formatCard } from '../image/format.ts';
import type { Raster } from '../image/raster.ts';
import { isAnimation, type SourceInfo, uprightSize } from '../image/source-info.ts';
import { VideoFailure } from '../image/video.ts';
import { optimize, type Tools } from '../optimizer/optimize.ts';
import type { Scores } from '../optimizer/task.ts';
import { isVideo, type Output, withoutVideo } from '../plan/output.ts';
import type { Program } from '../plan/program.ts';
import { patterned, sampled } from '../plan/sampled.ts';
import { withFewGreys } from '../vips/color/few-greys.ts';
import { probe } from '../vips/probe.ts';
import { render } from '../vips/render.ts';
import { readSource, type SourceFile } from '../vips/source-file.ts';
import { blurhash } from '../vision/blurhash.ts';
import { paletteCss, paletteJson, paletteOf } from '../vision/palette.ts';
import { explained } from './explain/explained.ts';
import { FINDERS } from './findings/finders.ts';
import { pageOf } from './findings/findings-cache.ts';
import { findingsMap, SourceFindings } from './findings/source-findings.ts';
import { programOf, readingBy } from './pictures/program-of.ts';
import { WorkerPictures, withPictures } from './pictures/worker-pictures.ts';
import { credentialed } from './renditions/credentialed.ts';
import { drawing } from './renditions/drawing.ts';
import { packed } from './renditions/packed.ts';
import { remarks, withoutFinding } from './renditions/remarks.ts';
import { type Rendered, renderedText } from './renditions/rendered.ts';
import { withSource } from './sources/checked-source.ts';
import { TaskBudget } from './task-budget.ts';
import { Stopwatch, timedTools } from './tracing/stopwatch.ts';
import { makeVideo, VideoRests } from './video/video-task.ts';
import type { ExplainResult, WorkerRequest, WorkerResult } from './worker-protocol.ts';

/** What this worker has found on sources. */
const FOUND = findingsMap();

/** What a worker asks of others while it renders. */
export interface Errands {
  /** Takes what may be measured of a rendition once it has left, to be called before the next request. */
  readonly later: (measure: () => Promise<Scores>) => void;
  readonly sign: Sign;
}

/** Of who has nobody to ask. */
const ALONE: Errands = {
  later: () => undefined,
  sign: () => Promise.reject(new Error('nobody signs here')),
};

/** The rendition a request asks for. @throws Fault */
export async function executeRender(
  request: WorkerRequest,
  tools: Tools,
  { later, sign }: Errands = ALONE,
): Promise<WorkerResult> {
  return withTask({ ...request, sign }, (task) => renderFrom(task, tools, later));
}

/** A request whose source and second pictures have been found to be what they should be. */
export interface Task extends Omit<WorkerRequest, 'pictures'> {
  readonly file: SourceFile;
  readonly pictures: WorkerPictures;
  readonly sign: Sign;
}

/** What `work` makes of a request. @throws Fault source-lost, else what `work` throws */
export function withTask<Result>(
  { pictures = [], ...request }: WorkerRequest & Pick<Errands, 'sign'>,
  work: (task: Task) => Promise<Result>,
): Promise<Result> {
  return withSource(request.source, (file) =>
    withPictures(pictures, (open) =>
      work({ ...request, file, pictures: new WorkerPictures(open, request.limits, FOUND) }),
    ),
  );
}

async function renderFrom(
  request: Task,
  tools: Tools,
  later: (measure: () => Promise<Scores>) => void,
): Promise<WorkerResult> {
  const watch = new Stopwatch(request.traced);
  const budget = new TaskBudget(request.budget);
  if (request.plan.output.kind === 'source') return safeSource(request);
  const info = await watch.time('probe', () => factsOf(request));
  const findings = findingsOf(request);
  const made = await makeWithout(request, info, tools, { watch, budget }, findings);
  if (request.refusesAbsent) request.pictures.demandAll();
  if (made.measure) later(made.measure);
  const { fresh, failed } = findings;
  const body = await watch.time('write', () => packed(made.bytes, request.resultFile));
  return {
    body,
    mediaType: made.mediaType,
    source: { ...uprightSize(info), format: info.format, bytes: info.bytes },
    result: { ...made.size, format: made.format, bytes: made.bytes.length },
    ...(made.receipt ? { receipt: made.receipt } : {}),
    ...(made.warmStart ? { warmStart: made.warmStart } : {}),
    ...(fresh ? { findings: fresh } : {}),
    ...(failed.length > 0 ? { failedFindings: failed } : {}),
    diagnostics: [...made.diagnostics, ...failed.map(withoutFinding), ...request.pictures.remarks],
    timings: { ...watch.timings, render: budget.passed },
    ...(watch.trace ? { trace: watch.trace } : {}),
    ...(made.videoFailure ? { videoFailure: made.videoFailure } : {}),
    ...(made.signingFailure ? { signingFailure: made.signingFailure } : {}),
  };
}

export function findingsOf({ sourceHash, plan, findings }: Task): SourceFindings {
  return new SourceFindings(FINDERS, FOUND, sourceHash, pageOf(plan), findings);
}

/** The facts of a source, before its picture is rendered. @throws Fault */
async function factsOf({ file, limits, plan }: Task): Promise<SourceInfo> {
  return withFewGreys(file, await probe(file, limits, pageOf(plan)));
}

/** Facts, program and prediction: everything but pixels. @throws Fault */
export async function executeExplain(request: WorkerRequest): Promise<ExplainResult> {
  return withTask({ ...request, sign: ALONE.sign }, async (task) => {
    const info = await factsOf(task);
    return explained({ ...task, info, known: findingsOf(task).known });
  });
}

/** What is left of the time, and what the stages of the work took. */
interface Timing {
  readonly watch: Stopwatch;
  readonly budget: TaskBudget;
}

/** The same as `make`, once more without each second picture that cannot be rendered. */
async function makeWithout(...given: Parameters<typeof make>): Promise<Rendered> {
  for (;;) {
    try {
      return await make(...given);
    } catch (error) {
      if (!given[0].pictures.leavesOut(error)) throw error;
    }
  }
}

async function make(
  request: Task,
  info: SourceInfo,
  tools: Tools,
  timing: Timing,
  findings: SourceFindings,
): Promise<Rendered> {
  const { output } = request.plan;
  const { watch } = timing;
  const program = await programOf({ ...request, info, findings }, watch);
  if (output.kind === 'facts') {
    return facts(request, info, program.size, output, findings.known);
  }
  if (output.kind === 'picture' && program.chosen && isVideo(program.chosen.format)) {
    return await video(request, info, program, output, tools, timing, findings);
  }
  const raster = await watch.time('transform', () =>
    render(request.file, info, program, readingBy(request.pictures.context, watch)),
  );
  switch (output.kind) {
    case 'picture':
      if (program.chosen && formatCard(program.chosen.format).traced) {
        return await watch.time('encode', () => drawing(request.plan, info, program, raster));
      }
      return picture(request, info, program, raster, output, tools, timing);
    case 'blurhash':
      return renderedText(
        blurhash(raster, output.x, output.y),
        'text/plain; charset=utf-8',
        raster,
        info,
      );
    case 'palette': {
      const found = paletteOf(raster, output.colors);
      return output.form === 'css'
        ? renderedText(paletteCss(found, output.prefix), 'text/css; charset=utf-8', raster, info)
        : renderedText(JSON.stringify(paletteJson(found)), 'application/json', raster, info);
    }
    case 'source':
      throw new Fault('internal', 'A source is delivered without rendering.');
  }
}

/** The video of a program, or where the back end fails what the plan says without one. */
async function video(
  request: Task,
  info: SourceInfo,
  program: Program,
  output: Extract<Output, { kind: 'picture' }>,
  tools: Tools,
  timing: Timing,
  findings: SourceFindings,
): Promise<Rendered> {
  const { watch, budget } = timing;
  const { file, threads, warmStart, video: use = { kind: 'none' } } = request;
  try {
    const made = await makeVideo(
      {
        ...{ file, info, program, output, use, threads },
        context: request.pictures.context,
        budget: () => budget.left(),
        ...(warmStart ? { warmStart } : {}),
        took: (stage, milliseconds) => watch.add(stage, milliseconds),
      },
      tools,
    );
    return {
      ...made,
      mediaType: formatCard(made.receipt.format).mediaType,
      format: made.receipt.format,
      size: program.size,
      diagnostics: remarks(request.plan, info, program, made.receipt),
    };
  } catch (error) {
    if (!(error instanceof VideoFailure)) throw error;
    const plan = { ...request.plan, output: withoutVideo(output) };
    return inPlaceOfVideo(await make({ ...request, plan }, info, tools, timing, findings), error);
  }
}

/** What was made in place of a video: it says so, and counts for a minute. */
function inPlaceOfVideo(made: Rendered, failure: VideoFailure): Rendered {
  const text = `The video could not be made; the animation is delivered as ${made.format}.`;
  return {
    ...made,
    ...(made.receipt ? { receipt: { ...made.receipt, cutShort: true } } : {}),
    diagnostics: [...made.diagnostics, warning(text)],
    videoFailure: failure instanceof VideoRests ? {} : { reason: failure.message },
  };
}

async function picture(
  request: Task,
  info: SourceInfo,
  program: Program,
  raster: Raster,
  output: Extract<Output, { kind: 'picture' }>,
  tools: Tools,
  { watch, budget }: Timing,
): Promise<Rendered> {
  const chosen = program.chosen!;
  const asIs = program.unchanged && output.whenLarger === 'source-as-is';
  const source = program.identity || asIs ? await readSource(request.file) : undefined;
  const { bytes, receipt, warmStart, measure } = await watch.time('search', () =>
    optimize(
      {
        raster,
        info,
        chosen,
        alternatives: program.alternatives,
        output,
        identity: program.identity,
        plainFrame: isAnimation(info) && raster.pages === 1 && program.instructions.length === 0,
        unchanged: program.unchanged,
        upright: program.upright,
        ...(source ? { source } : {}),
        ...samplersOf(request, info, program),
        ...filterOf(program),
        budget: budget.left(),
        ...(request.warmStart ? { warmStart: request.warmStart } : {}),
      },
      timedTools(tools, watch),
    ),
  );
  const made: Rendered = {
    bytes,
    mediaType: formatCard(receipt.format).mediaType,
    format: receipt.format,
    size: program.size,
    receipt,
    warmStart,
    ...(measure ? { measure } : {}),
    diagnostics: remarks(request.plan, info, program, receipt),
  };
  const signs = output.c2pa !== undefined && [info.format, made.format].every((f) => f === 'jpeg');
  return signs ? credentialed(made, { ...request, program }) : made;
}

/** How a picture of few colors is rendered without blends (optimizer/formats/within-bytes.ts). */
function samplersOf({ file, pictures }: Task, info: SourceInfo, program: Program) {
  if (info.palette === undefined) return {};
  const rendered = (sharp: Program) => () => render(file, info, sharp, pictures.context);
  return {
    samplers: sampled(info, program).map(rendered),
    patterns: patterned(info, program).map(rendered),
  };
}

/** What it was made smaller with, where it was. */
function filterOf({ instructions }: Program) {
  const scale = instructions.findLast((one) => one.kind === 'scale');
  return scale === undefined ? {} : { filter: scale.filter };
}

async function facts(
  request: Task,
  info: SourceInfo,
  size: Size,
  { form, faces: withFaces }: Extract<Output, { kind: 'facts' }>,
  { faces = [] }: Findings,
): Promise<Rendered> {
  const document =
    form === 'imgix'
      ? imgixFacts(await readSource(request.file), info, withFaces ? faces : undefined)
      : imageoptimFacts(info, size);
  return renderedText(JSON.stringify(document), 'application/json', size);
}

/** An SVG source as it is, made harmless. */
async function safeSource(request: Task): Promise<WorkerResult> {
  const source = await readSource(request.file);
  // Its library takes a third of a second to load, and most workers never need it
  const { sanitizeSvg } = await import('../svg/sanitize.ts');
  const clean = sanitizeSvg(source);
  const facts = { width: 0, height: 0, format: 'svg' as const };
  return {
    body: await packed(clean, request.resultFile),
    mediaType: formatCard('svg').mediaType,
    source: { ...facts, bytes: source.length },
    result: { ...facts, bytes: clean.length },
    diagnostics: [],
    timings: {},
  };
}

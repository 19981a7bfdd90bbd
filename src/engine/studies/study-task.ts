/**
 * Study task: how a study is carried out, inside a worker.
 *
 * The plan is rendered once; then each curve is encoded and measured point by
 * point, a file is compared with the raster for the place of its errors, and
 * the raster itself is written without loss. Loaded by the first study.
 */
import { readFile } from 'node:fs/promises';
import { Fault } from '../../base/fault.ts';
import { sizeText } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import { sniffFormat } from '../../image/sniff.ts';
import { createSsimulacra2 } from '../../metrics/ssimulacra2.ts';
import { codecFor, usualEncoding } from '../../optimizer/codecs/codec.ts';
import { CODECS } from '../../optimizer/codecs/index.ts';
import { asHeld, type Tools } from '../../optimizer/optimize.ts';
import type { Trial } from '../../optimizer/receipt.ts';
import { TrialRunner } from '../../optimizer/search/trial-runner.ts';
import type { Output } from '../../plan/output.ts';
import { probe } from '../../vips/probe.ts';
import { render } from '../../vips/render.ts';
import { pageOf } from '../findings/findings-cache.ts';
import { programOf } from '../pictures/program-of.ts';
import { findingsOf, withTask } from '../render-task.ts';
import type { WorkerRequest } from '../worker-protocol.ts';
import type { Study, StudyResult } from './study.ts';

/** Most pixels that are studied: beyond, a point takes seconds. */
const MOST_PIXELS = 16e6;

/** What a study asks of a picture. @throws Fault, `not-implemented` for what is no still picture */
export async function executeStudy(request: WorkerRequest, tools: Tools): Promise<StudyResult> {
  const { study = {} } = request;
  return withTask({ ...request, sign: noSignature }, async (task) => {
    const info = await probe(task.file, task.limits, pageOf(task.plan));
    const { output } = task.plan;
    if (output.kind !== 'picture') throw notStudied('Only pictures are studied.');
    const program = await programOf({ ...task, info, findings: findingsOf(task) });
    if (program.frames.count > 1) throw notStudied('Only still pictures are studied.');
    if (program.size.width * program.size.height > MOST_PIXELS) {
      throw notStudied(`Pictures above ${MOST_PIXELS / 1e6} megapixels are not studied.`);
    }
    const raster = await render(task.file, info, program, task.pictures.context);
    return {
      size: program.size,
      points: await pointsOf(raster, study, output, tools),
      ...(study.candidate === undefined
        ? {}
        : { map: await mapOf(raster, study.candidate, output, tools) }),
      ...(study.reference
        ? { reference: await tools.encoder.encode(raster, { format: 'png', effort: 1 }) }
        : {}),
    };
  });
}

type PictureOutput = Extract<Output, { kind: 'picture' }>;

async function pointsOf(
  raster: Raster,
  { curves = [] }: Study,
  { background }: PictureOutput,
  tools: Tools,
): Promise<Trial[]> {
  const points: Trial[] = [];
  for (const { format, jpeg } of curves) {
    const lossy = codecFor(CODECS, format).lossy;
    if (lossy === undefined) throw notStudied(`Expected a format with qualities, got ${format}.`);
    const runner = new TrialRunner(asHeld(raster, format, background), tools, UNBOUNDED);
    for (const quality of jpeg) {
      await runner.measure(usualEncoding(lossy, 'final', lossy.fromJpegScale(quality)));
    }
    points.push(...runner.trials);
  }
  return points;
}

/** The pool bounds a study; it leaves nothing out for want of time. */
const UNBOUNDED = { mode: 'online', milliseconds: Number.POSITIVE_INFINITY } as const;

/** A metric of its own, with no guard beside it, is let go of with the memory it took. */
async function mapOf(
  raster: Raster,
  candidate: Uint8Array,
  { background }: PictureOutput,
  { encoder }: Tools,
): Promise<NonNullable<StudyResult['map']>> {
  const kernel = await readFile(new URL('../../wasm/ssimulacra2.wasm', import.meta.url));
  const metric = await createSsimulacra2(kernel);
  try {
    // What a format without alpha holds lies over the background
    const held = asHeld(raster, sniffFormat(candidate) ?? 'png', background);
    const shown = await encoder.decode(candidate, held.channels);
    if (sizeText(shown) !== sizeText(held)) throw notStudied('The file shows another size.');
    metric.setReference(held);
    return { ...metric.errorMap(shown), score: metric.compare(shown).score };
  } finally {
    metric.release();
  }
}

function notStudied(message: string): Fault {
  return new Fault('not-implemented', message);
}

const noSignature = () => Promise.reject(new Error('nobody signs a study'));

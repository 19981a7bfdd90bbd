/**
 * The program of a render worker.
 *
 * It takes one request at a time from its parent, carries it out, and answers.
 * It shows that it can render before it says that it is ready, and ends with
 * its parent.
 */
import { readFile } from 'node:fs/promises';
import { isStrippable, stripMetadata } from '../metadata/strip-metadata.ts';
import { guarded } from '../metrics/guarded.ts';
import { createSsimulacra2 } from '../metrics/ssimulacra2.ts';
import type { Repacker, Tools } from '../optimizer/optimize.ts';
import { vipsEncoder } from '../vips/encode.ts';
import { setUpVips, useThreads, vipsVersions } from '../vips/loader-policy.ts';
import { warmJxl } from '../vips/optional/jxl.ts';
import { halve } from '../vips/pipeline.ts';
import { reducer, setUpReducer, warmUpReducer } from '../vips/reduction/reducer.ts';
import { optimizeJpegLossless, optimizePngLossless, turnJpegUpright } from '../vips/repack.ts';
import { encoderVersion } from './encoder-version.ts';
import { executeExplain, executeRender } from './render-task.ts';
import { FrontSigner } from './renditions/front-signer.ts';
import { ScoresLater } from './renditions/scores-later.ts';
import { lostTime } from './task-budget.ts';
import {
  type FrontMessage,
  faultText,
  type Message,
  type SelfTestRequest,
  type WorkerRequest,
} from './worker-protocol.ts';

const send = (message: Message) =>
  new Promise<void>((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });

process.on('disconnect', () => process.exit(0));
// The front decides when a worker ends; a Ctrl-C in the terminal, and a service manager, reach both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const repacker: Repacker = {
  jpeg: optimizeJpegLossless,
  turn: turnJpegUpright,
  png: optimizePngLossless,
  strip: async (bytes, format, keep = 'none') =>
    isStrippable(format) && keep === 'none' ? stripMetadata(bytes, format) : undefined,
};

async function loadTools() {
  const kernel = await readFile(new URL('../wasm/ssimulacra2.wasm', import.meta.url));
  return {
    encoder: vipsEncoder,
    repacker,
    halve,
    metric: guarded(await createSsimulacra2(kernel)),
    now: () => performance.now(),
    lost: lostTime,
  } satisfies Tools;
}

/** Measures the last result when nothing else has come; see scores-later.ts. */
const later = new ScoresLater((id, scores) => send({ kind: 'scored', id, scores }));

/** Has the front sign. */
const signer = new FrontSigner((id, payload) => send({ kind: 'sign', id, payload }));

async function work(request: WorkerRequest, tools: Tools): Promise<void> {
  await later.stop();
  useThreads(request.threads);
  if (mayNeedJxl(request)) warmJxl();
  try {
    if (request.kind === 'explain') {
      await send({ kind: 'explained', id: request.id, outcome: await executeExplain(request) });
    } else if (request.kind === 'study') {
      // Only the playground asks for studies
      const { executeStudy } = await import('./studies/study-task.ts');
      await send({ kind: 'studied', id: request.id, outcome: await executeStudy(request, tools) });
    } else {
      const before = lostTime();
      const { id } = request;
      const outcome = await executeRender(request, tools, {
        later: (measure) => later.hold(id, measure),
        sign: (payload) => signer.sign(id, payload),
      });
      await send({ kind: 'done', id, outcome, lost: lostTime() - before });
      later.start();
    }
  } catch (error) {
    await send({ kind: 'failed', id: request.id, fault: faultText(error) });
  }
}

/** Tries parts one after the other, and tells of each. */
async function testParts({ parts }: SelfTestRequest): Promise<void> {
  // Most workers never need it
  const { testPart } = await import('./self-test/test-part.ts');
  for (const part of parts) {
    const reason = await testPart(part, { ...tools, reduce: reducer() });
    await send({
      kind: 'tested',
      result:
        reason === undefined ? { part, outcome: 'passed' } : { part, outcome: 'failed', reason },
    });
  }
}

/** Whether JPEG XL is likely to be the answer. */
function mayNeedJxl({ kind, plan: { output }, accepts }: WorkerRequest): boolean {
  if (kind !== 'render' || output.kind !== 'picture') return false;
  return output.formats.some(({ when, format }) => {
    const accepted = when?.accepts === undefined || accepts.includes(when.accepts);
    return format === 'jxl' && accepted;
  });
}

setUpVips({ concurrency: 1 });
await setUpReducer(await readFile(new URL('../wasm/reduce.wasm', import.meta.url)));
const tools = await loadTools();
await vipsEncoder.encode(
  { width: 1, height: 1, channels: 3, data: new Uint8Array(3), pages: 1, delays: [], loop: 0 },
  { format: 'png', effort: 1 },
);
process.on('message', (message: FrontMessage) => {
  if (message.kind === 'signed') signer.answered(message);
  else if (message.kind === 'self-test') void testParts(message);
  else void work(message, tools);
});
await send({ kind: 'ready', encoderVersion: encoderVersion(vipsVersions()) });
warmUpReducer();

/**
 * Task spans: what a worker did when, as spans of the front.
 *
 * A worker tells the times since its task began, which is after it was given out and before its result
 * came back; counted from the former they lie within the two, whatever the clocks of processes say.
 */
import type { TaskResult } from '../pool/task-queue.ts';
import { failureOf, type Span } from './span.ts';
import type { TaskTrace } from './stopwatch.ts';

/** What a worker makes of a task, its wait and its stages as spans within another, where there is one. */
export async function spannedTask(
  parent: Span | undefined,
  run: () => Promise<TaskResult>,
): Promise<TaskResult> {
  if (parent === undefined) return run();
  const start = performance.now();
  try {
    const result = await run();
    addTask(parent, start, result);
    return result;
  } catch (error) {
    const render = parent.child('render', {}, start);
    render.fail(failureOf(error));
    render.end();
    throw error;
  }
}

function addTask(parent: Span, start: number, { queued, begun, outcome }: TaskResult): void {
  const now = performance.now();
  const from = Math.max(start, begun);
  parent.child('queue', {}, Math.max(start, from - queued)).end(from);
  const render = parent.child('render', {}, from);
  const trace = 'trace' in outcome ? outcome.trace : undefined;
  if (trace !== undefined) addStages(render, trace, (at) => Math.min(now, from + at));
  render.end(now);
}

function addStages(
  render: Span,
  { spans, trials }: TaskTrace,
  timeOf: (at: number) => number,
): void {
  const made: Span[] = [];
  for (const { stage, start, within } of spans) {
    const parent = (within === undefined ? undefined : made[within]) ?? render;
    made.push(parent.child(stage, {}, timeOf(start)));
  }
  const search = spans.findIndex(({ stage }) => stage === 'search');
  for (const { at, encoding, format, quality, bytes, score } of trials) {
    const facts = {
      'fovea.encoding': encoding,
      'fovea.format': format,
      'fovea.quality': quality,
      'fovea.bytes': bytes,
      'fovea.score': score,
    };
    (made[search] ?? render).event('trial', facts, timeOf(at));
  }
  // Those within others first
  for (let i = spans.length - 1; i >= 0; i--) made[i]?.end(timeOf(spans[i]?.end ?? 0));
}

import { expect, test } from 'vitest';
import { Fault } from '../base/fault.ts';
import type { RenderRequest } from '../engine/engine.ts';
import { fakeEngine, request, services, site } from './exchange.suite.ts';
import { answerImage } from './handler.ts';

/** What an engine is asked whose first answer is a fault. */
async function askedAfter(fault: Fault): Promise<readonly RenderRequest[]> {
  const asked: RenderRequest[] = [];
  const engine = fakeEngine();
  const { render } = engine;
  const failing = Object.assign(engine, {
    render: (job: RenderRequest) => {
      asked.push(job);
      return asked.length === 1 ? Promise.reject(fault) : render.call(engine, job);
    },
  });
  const here = {
    ...site('pictures'),
    answers: { defaultImage: 'none.png', errorImage: 'sorry.png' },
  };
  const given = Object.assign(request('/i/a.jpg'), { id: 'one', arrived: 0 });
  await answerImage(here, given, '/a.jpg', services(failing));
  return asked;
}

test.each<[string, Fault]>([
  ['a default picture', new Fault('source-not-found', 'gone')],
  ['an error picture', new Fault('source-broken', 'broken')],
])('%s is asked for with the signal and the name of the request', async (_, fault) => {
  const asked = await askedAfter(fault);
  expect(asked).toHaveLength(2);
  for (const job of asked) {
    expect(job.signal).toBeInstanceOf(AbortSignal);
    expect(job.id).toBe('one');
    expect(job.mount.name).toBe('pictures');
  }
});

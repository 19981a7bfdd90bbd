import { describe, expect, test } from 'vitest';
import { imgix } from '../../dialects/imgix/index.ts';
import { fakeEngine, handleWith, request, services, site, textOf } from '../exchange.suite.ts';
import { createMetrics } from './metrics.ts';

describe('metrics', () => {
  const engine = fakeEngine();
  const meter = createMetrics(engine);
  const handle = handleWith(engine, {
    services: { ...services(engine), meter },
    metricsToken: 'open-sesame',
  });
  const ask = (authorization?: string) =>
    handle(request('/_fovea/metrics', authorization ? { authorization } : {}));

  test('are closed without the token, and say nothing', async () => {
    for (const answer of [await ask(), await ask('Bearer open'), await ask('open-sesame')]) {
      expect(answer.status).toBe(401);
      expect(textOf(answer)).not.toContain('fovea_answers_total');
    }
  });

  test('do not exist where no token is configured', async () => {
    expect((await handleWith()(request('/_fovea/metrics'))).status).toBe(404);
  });

  test('count answers by dialect and class of status', async () => {
    await handle(request('/i/a.jpg'));
    const answer = await ask('Bearer open-sesame');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(textOf(answer)).toMatch(/fovea_answers_total\{dialect="\w+",status="2xx"\} 1/);
  });

  test('count parameters without effect by names of the table', async () => {
    const own = createMetrics(engine);
    const routes = [{ site: site('pictures', imgix), prefix: '/i', hosts: [] }];
    const ask = handleWith(engine, { routes, services: { ...services(engine), meter: own } });
    for (const query of ['bg-remove=1&w=9', 'bg-remove=1', 'mark-glow=1&mark-gloss=2', 'w=9']) {
      await ask(request(`/i/a.jpg?${query}`));
    }
    const lines = (await own.text()).split('\n').filter((line) => line.includes('without_effect'));
    expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
      'fovea_parameters_without_effect_total{dialect="imgix",param="bg-remove"} 2',
      'fovea_parameters_without_effect_total{dialect="imgix",param="other"} 1',
    ]);
  });

  test('count trials, targets and saved bytes of what was made, not of hits', async () => {
    const own = createMetrics(engine);
    const receipt = {
      format: 'avif',
      encoding: 'avif q50',
      score: 68.2,
      target: 68,
      mode: 'online',
      bytes: 300,
      sourceBytes: 1000,
      trials: [
        { encoding: 'avif q45', format: 'avif', bytes: 280, milliseconds: 10 },
        { encoding: 'avif q50', format: 'avif', bytes: 300, milliseconds: 10 },
      ],
      reason: '',
      kind: 'encoded',
    } as const;
    const rendition = (hit: boolean) =>
      ({
        cache: { hit, stored: !hit, collapsed: false },
        receipt,
        timings: { render: 40 },
      }) as never;
    own.answered('imgix', 200, rendition(false));
    own.answered('imgix', 200, rendition(true));
    const text = await own.text();
    expect(text).toContain('fovea_trials_total{format="avif"} 2');
    expect(text).toContain('fovea_targets_total{result="on"} 1');
    expect(text).toContain('fovea_saved_bytes_total 700');
    expect(text).toContain('fovea_store_lookups_total{result="hit"} 1');
  });
});

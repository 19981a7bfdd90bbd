/**
 * An origin that fails again and again, seen by visitors of each dialect, readiness and metrics.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { card } from '../support/pictures.ts';
import { DIALECTS, startServer, type TestServer, targetOf } from '../support/server.ts';

let server: TestServer;
let origin: LocalOrigin;
/** One more good answer than failures would keep it closed. */
const FAILURES = 2;

beforeAll(async () => {
  const body = await card(90, 60).jpeg().toBuffer();
  origin = await startOrigin({
    'stale.jpg': { body, headers: { 'cache-control': 'max-age=0' } },
    ...Object.fromEntries(
      Array.from({ length: FAILURES }, (_, i) => [`down${i}.jpg`, { body, status: 502 }]),
    ),
    'good.jpg': body,
  });
  server = await startServer({
    settings: { 'metrics.token': 'a token' },
    sources: DIALECTS.map((dialect) => ({
      name: `far-${dialect}`,
      dialect,
      mount: `/far/${dialect}`,
      minTtl: '0s',
      origin: {
        kind: 'http',
        base: `${origin.url}/`,
        allow: [`127.0.0.1:${origin.port}`],
        retries: 0,
        breakerFailures: FAILURES,
        breakerPause: '10m',
        headers: { Authorization: 'Bearer hunter2' },
      },
    })),
  });
});

afterAll(async () => {
  await server.stop();
  await origin.stop();
});

const far = (dialect: (typeof DIALECTS)[number], name: string, options: string) =>
  `/far${targetOf(dialect, name, options)}`;

describe.each(DIALECTS)('%s', (dialect) => {
  const options = { fastly: 'width=', imgix: 'w=', imageoptim: '' }[dialect];

  test('serves what is stale while its server is left alone, else a 503 that says when', async () => {
    const made = await server.ask(far(dialect, 'stale.jpg', `${options}30`));
    expect(made.status).toBe(200);
    for (let i = 0; i < FAILURES; i++) {
      const failed = await server.ask(far(dialect, `down${i}.jpg`, `${options}30`));
      expect(failed.status).toBe(502);
    }
    const asked = origin.asked.length;
    const paused = await server.ask(far(dialect, 'good.jpg', `${options}30`));
    expect(paused.status).toBe(503);
    expect(Number(paused.headers['retry-after'])).toBeGreaterThan(60);
    expect(paused.headers['cache-control']).toBe('no-store');
    expect(paused.body.toString()).not.toContain('127.0.0.1');
    for (const width of [30, 31]) {
      const stale = await server.ask(far(dialect, 'stale.jpg', `${options}${width}`));
      expect(stale.status).toBe(200);
    }
    expect(origin.asked.length).toBe(asked);
  });
});

test('readiness and metrics name the sources, and nothing names a secret', async () => {
  const ready = await server.ask('/readyz');
  expect(ready.status).toBe(200);
  expect(ready.body.toString()).toBe(
    `ok\n${DIALECTS.map((name) => `origin far-${name}: 1 server paused\n`).join('')}`,
  );
  const metrics = await server.ask('/_fovea/metrics', {
    headers: { authorization: 'Bearer a token' },
  });
  expect(metrics.body.toString()).toContain('fovea_origin_paused{source="far-imgix"} 1');
  expect(metrics.body.toString()).toContain('fovea_origin_retries_total{source="far-fastly"} 0');
  expect(server.complaints.join('\n')).not.toContain('hunter2');
});

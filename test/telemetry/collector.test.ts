/**
 * Traces as a Collector of the OpenTelemetry project receives them: its own receiver and pipelines, and what it
 * would hand on. It is built by `node test/telemetry/build-collector.mjs`, where Go is installed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type CollectedSpan, spansOf } from '../support/collector.ts';
import { committed } from '../support/pictures.ts';
import { startServer } from '../support/server.ts';
import { collectorProgram } from './collector-program.mjs';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const program = collectorProgram();
const home = mkdtempSync(join(tmpdir(), 'fovea-collector-'));
const file = join(home, 'spans.jsonl');
let collector: ChildProcess | undefined;
let said = '';

afterAll(async () => {
  if (collector?.exitCode === null) {
    const gone = new Promise((resolve) => collector?.once('exit', resolve));
    collector.kill('SIGTERM');
    await gone;
  }
  rmSync(home, { recursive: true, force: true });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The collector with one pipeline; gives the address of its receiver. */
async function start(): Promise<string> {
  const port = await freePort();
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { lines: { path: file } },
    service: {
      pipelines: { traces: { receivers: ['otlp'], exporters: ['lines'] } },
      telemetry: { metrics: { level: 'none' } },
    },
  };
  // YAML reads JSON
  collector = spawn(program, ['--config', `yaml:${JSON.stringify(config)}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {},
  });
  await new Promise<void>((resolve, reject) => {
    collector?.once('exit', (code) =>
      reject(new Error(`the collector ended with ${code}: ${said}`)),
    );
    collector?.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Everything is ready')) resolve();
    });
  });
  return `http://127.0.0.1:${port}`;
}

describe.skipIf(!existsSync(program))('a Collector is sent a miss and a hit', () => {
  let spans: readonly CollectedSpan[];
  beforeAll(async () => {
    const endpoint = await start();
    const server = await startServer({
      pictures: { 'leaves.jpg': committed('leaves.jpg') },
      settings: { 'traces.endpoint': endpoint },
    });
    const target = '/imgix/leaves.jpg?w=120&fm=avif&s=geheim';
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
    for (const headers of [{}, { traceparent }]) {
      expect((await server.ask(target, { headers })).status).toBe(200);
    }
    // What is left to send goes when it stops
    await server.stop();
    expect(server.complaints).toEqual([]);
    spans = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .flatMap((line) => spansOf(JSON.parse(line)));
  });

  test('and has the whole tree of the miss, each span with its parent', () => {
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(roots.map(({ name }) => name)).toContain('GET imgix');
    const [miss] = roots.filter(({ attributes }) => attributes['fovea.cache'] === 'miss');
    const tree = spans.filter(({ traceId }) => traceId === miss?.traceId);
    expect(new Set(tree.map(({ name }) => name))).toEqual(
      new Set(
        'GET imgix,compile,fetch,look up,queue,render,probe,transform,decode,search,encode,write'.split(
          ',',
        ),
      ),
    );
    const ids = new Set(tree.map(({ spanId }) => spanId));
    const orphans = tree.filter((s) => s !== miss && !ids.has(s.parentSpanId ?? ''));
    expect(orphans).toEqual([]);
    for (const span of tree) expect(span.end >= span.start).toBe(true);
    expect(tree.flatMap(({ events }) => events.map(({ name }) => name))).toContain('trial');
  });

  test('with attributes of the types that they are meant to have, and no secret', () => {
    const miss = spans.find(({ attributes }) => attributes['fovea.cache'] === 'miss');
    expect(miss).toMatchObject({
      kind: 2,
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'url.path': '/imgix/leaves.jpg',
        'fovea.format': 'avif',
      },
      resource: { 'service.name': 'fovea', 'service.version': expect.any(String) },
    });
    expect(readFileSync(file, 'utf8')).not.toContain('geheim');
  });

  test('and nothing was refused or dropped on the way', () => {
    expect(said).not.toMatch(/\b(?:error|warn)\b.*(?:drop|refus|invalid|unmarshal)/i);
    expect(spans.filter(({ attributes }) => attributes['fovea.cache'] === 'hit')).toHaveLength(1);
  });
});

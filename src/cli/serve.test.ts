/** `serve` on a folder, and `check`; the engine is a stand-in that keeps its jobs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StartWorker } from '../engine/pool/worker-process.ts';
import { type FakeEngine, fakeEngine } from '../server/exchange.suite.ts';
import { command } from './command.suite.ts';

let engine: FakeEngine;
let starts = 0;
vi.mock('../engine/create.ts', () => ({
  createEngine: async () => {
    starts += 1;
    return engine;
  },
}));
beforeEach(() => {
  engine = fakeEngine();
  starts = 0;
});

const home = mkdtempSync(join(tmpdir(), 'fovea-serve-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const flags = ['--port', '0', '--cache-folder', join(home, 'cache')];

function folder(name: string, ...files: string[]): string {
  const path = join(home, name);
  mkdirSync(path, { recursive: true });
  for (const file of files) {
    mkdirSync(join(path, file, '..'), { recursive: true });
    writeFileSync(join(path, file), 'bytes');
  }
  return path;
}

describe('serve FOLDER', () => {
  test('serves it in three dialects and prints a URL of each that works', async () => {
    const pictures = folder('pictures', '.hidden/a.jpg', 'notes.txt', 'shop/red shoe é.JPG');
    const { code, err } = await command(['serve', pictures, ...flags], {}, async (out) => {
      expect(out).toContain(`${pictures} is served at http://127.0.0.1:`);
      const urls = out.match(/^ {2}http:\S+$/gm)?.map((line) => line.trim()) ?? [];
      expect(urls.map((url) => new URL(url).pathname.split('/')[1])).toEqual([
        'fastly',
        'imgix',
        'imageoptim',
      ]);
      for (const url of urls) {
        const answer = await fetch(url);
        await answer.arrayBuffer();
        expect([url, answer.status]).toEqual([url, 200]);
      }
      const asked = engine.jobs.map(({ compiled }) => compiled.source);
      const source = { kind: 'path', path: 'shop/red%20shoe%20%C3%A9.JPG' };
      expect(asked).toEqual([source, source, source]);
    });
    expect([code, err]).toEqual([0, '']);
  });

  test('says so where there is no picture yet', async () => {
    const { out } = await command(
      ['serve', folder('empty', 'a.txt'), ...flags],
      {},
      async () => {},
    );
    expect(out).toContain('/imgix/NAME.jpg?w=600');
    expect(out).toContain('No picture was found there yet.');
  });
});

describe('check', () => {
  const write = (name: string, text: string) => {
    writeFileSync(join(home, name), text);
    return join(home, name);
  };
  const good = write(
    'good.yaml',
    'sources:\n  - { name: a, dialect: imgix, mount: /a, hosts: [b.c], origin: { kind: web, allow: [d.e] } }\n',
  );

  test.each([
    ['check', '--no-self-test'],
    ['serve', '--check'],
  ])('%s %s starts nothing', async (...words) => {
    const outcome = await command([...words, '--config', good]);
    expect(outcome).toEqual({
      code: 0,
      out: 'The configuration is good.\n  a (imgix) at /a, b.c\n',
      err: '',
    });
    expect(starts).toBe(0);
  });

  test('gives the same as JSON', async () => {
    const { out } = await command(['check', '--config', good, '--json']);
    const sources = [{ name: 'a', dialect: 'imgix', places: ['/a', 'b.c'] }];
    expect(JSON.parse(out)).toEqual({ good: true, sources });
  });

  /** A worker whose WebP fails. */
  const broken: StartWorker = (_, events) => {
    setImmediate(() => events.message({ kind: 'ready', encoderVersion: 'x' }));
    return {
      pid: 1,
      send(message) {
        for (const part of message.kind === 'self-test' ? message.parts : []) {
          const outcome =
            part === 'webp'
              ? ({ outcome: 'failed', reason: 'what it wrote is off' } as const)
              : ({ outcome: 'passed' } as const);
          events.message({ kind: 'tested', result: { part, ...outcome } });
        }
      },
      ...{ kill() {}, end: async () => {}, memory: () => 0, used: () => undefined },
      prefer: () => false,
    };
  };

  test('tells of each part of the self-test, and exits with 1 where one fails', async () => {
    const around = { startWorker: broken };
    const { code, out } = await command(['check', '--config', good], {}, undefined, around);
    expect(out).toMatch(/ {2}kernel of the metric: good\n.*\n {2}jpeg: good\n/);
    expect(out).toContain('  webp: FAILED, what it wrote is off\n  avif: good\n');
    expect([code, starts]).toEqual([1, 0]);
  });

  test('finds what is wrong, and exits with 2', async () => {
    const bad = write('bad.yaml', 'sources:\n  - { name: a, dialect: imgix, mount: a }\n');
    const { code, err } = await command(['check', '--config', bad]);
    expect(err).toMatch(/sources\[0\]\.mount: .*\n.*sources\[0\]\.origin/);
    expect([code, starts]).toEqual([2, 0]);
  });
});

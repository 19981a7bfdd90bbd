/**
 * Render workers die: by the system's hand, by a picture, by an operator.
 * Requests in flight must hardly notice, and later ones not at all.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { committed, decode } from '../support/pictures.ts';
import { ACCEPTS, startServer, type TestServer, targetOf } from '../support/server.ts';
import { workerPids } from '../support/worker-pids.ts';

const REQUESTS = 50;

let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    workers: 2,
    pictures: { 'leaves.jpg': committed('leaves.jpg'), 'coffee.png': committed('coffee.png') },
  });
});

afterAll(async () => {
  await server.stop();
  expect(workerPids()).toEqual([]);
});

/** Whether an answer is the picture that was asked for, and no stand-in for it. */
async function isGood({ status, headers, body }: Answer, width: number): Promise<boolean> {
  if (status !== 200 || headers['fastly-io-error'] || headers.warning) return false;
  return (await decode(body)).width === width;
}

describe.skipIf(process.platform !== 'linux')('kill -9', () => {
  test.each<[string, number]>([
    ['one worker', 1],
    ['both workers', 2],
  ])('of %s while 50 requests are in flight fails at most one each', async (_, victims) => {
    let answered = 0;
    let killed: number[] = [];
    // All within the smaller source: none is enlarged
    const base = 60 + victims * 60;
    const rows = await Promise.all(
      Array.from({ length: REQUESTS }, async (_, i) => {
        const dialect = (['fastly', 'imgix', 'imageoptim'] as const)[i % 3]!;
        const width = base + i;
        const words = { fastly: `width=${width}`, imgix: `w=${width}`, imageoptim: `${width}` };
        const source = i % 2 === 0 ? 'leaves.jpg' : 'coffee.png';
        const answer = await server.ask(targetOf(dialect, source, words[dialect]), {
          headers: { accept: ACCEPTS.webp },
        });
        answered += 1;
        if (answered === 5) {
          killed = workerPids().slice(0, victims);
          for (const pid of killed) process.kill(pid, 'SIGKILL');
        }
        return { status: answer.status, good: await isGood(answer, width) };
      }),
    );
    expect(killed).toHaveLength(victims);
    const bad = rows.filter(({ good }) => !good);
    expect(bad.length).toBeLessThanOrEqual(victims);
    for (const { status } of bad) expect(status === 200 || status >= 500).toBe(true);
  });

  test('afterwards there are new workers, and every source still works', async () => {
    for (const [source, width] of [
      ['leaves.jpg', 401],
      ['coffee.png', 201],
    ] as const) {
      const answer = await server.ask(targetOf('imgix', source, `w=${width}`));
      expect(await isGood(answer, width)).toBe(true);
    }
    const alive = workerPids();
    expect(alive.length).toBeGreaterThanOrEqual(1);
    expect(server.complaints).toEqual([]);
  });
});

/**
 * The promises about time: a first answer gives way to a better one, and what
 * was made once outlives the process that made it.
 */
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Answer, maxAge, secondsLeft } from '../support/client.ts';
import { committed, decode, psnr } from '../support/pictures.ts';
import { ACCEPTS, startServer, type TestServer, targetOf } from '../support/server.ts';

const PICTURES = { 'leaves.jpg': committed('leaves.jpg') };
const TARGET = targetOf('imgix', 'leaves.jpg', 'w=48&auto=format,compress');
const headers = { accept: ACCEPTS.avif };

/** Longest wait for background work, in milliseconds: at its low priority, busy cores starve it. */
const PATIENCE = 100_000;

async function started<T>(
  options: Parameters<typeof startServer>[0],
  work: (server: TestServer) => Promise<T>,
  keep = false,
): Promise<T> {
  const server = await startServer(options);
  try {
    return await work(server);
  } finally {
    await server.stop({ keep });
  }
}

test('a first answer is fresh for a minute; the refined one for long, and never larger', async () => {
  await started({ refine: true, pictures: PICTURES }, async (server) => {
    const first = await server.ask(TARGET, { headers });
    expect(first.status).toBe(200);
    expect(secondsLeft(first)).toBeLessThanOrEqual(60);

    let last = first;
    for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
      last = await server.ask(TARGET, { headers });
      if (secondsLeft(last) > 60) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(maxAge(last)).toBeGreaterThan(86_400);
    expect(last.headers['cache-status']).toMatch(/^Fovea; hit/);
    expect(last.body.length).toBeLessThanOrEqual(first.body.length);
    const changed = last.headers.etag !== first.headers.etag;
    expect(last.body.equals(first.body)).toBe(!changed);
    expect(/mode=background/.test(String(last.headers.fovea))).toBe(changed);
    expect(psnr(await decode(last.body), await decode(first.body))).toBeGreaterThan(24);

    const held = { ...headers, 'if-none-match': String(first.headers.etag) };
    expect((await server.ask(TARGET, { headers: held })).status).toBe(changed ? 200 : 304);
    expect(server.complaints).toEqual([]);
  });
}, 120_000);

test('a width half as large as a refined one ends with its first trial', async () => {
  const at = (width: number) => targetOf('imgix', 'leaves.jpg', `w=${width}&fm=jpg&auto=compress`);
  const trials = ({ headers }: Answer) => Number(/trials=(\d+)/.exec(String(headers.fovea))?.[1]);
  const cold = await started({ refine: false, latency: '60s', pictures: PICTURES }, (server) =>
    server.ask(at(200), { headers }),
  );
  const taught = await started(
    { refine: true, latency: '60s', pictures: PICTURES },
    async (server) => {
      for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
        const answer = await server.ask(at(400), { headers });
        if (secondsLeft(answer) > 60) break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return await server.ask(at(200), { headers });
    },
  );
  expect(trials(cold)).toBeGreaterThan(1);
  expect(trials(taught)).toBe(1);
  expect(psnr(await decode(taught.body), await decode(cold.body))).toBeGreaterThan(24);
}, 120_000);

test('without refinement the first answer is fresh for long', async () => {
  await started({ refine: false, latency: '60s', pictures: PICTURES }, async (server) => {
    expect(maxAge(await server.ask(TARGET, { headers }))).toBeGreaterThan(86_400);
  });
});

test('a restart on the same cache answers from the store, byte for byte', async () => {
  let home = '';
  const first = await started(
    { pictures: PICTURES },
    (server) => {
      home = server.home;
      return server.ask(TARGET, { headers });
    },
    true,
  );
  expect(first.headers['cache-status']).toMatch(/fwd=uri-miss; stored/);

  await started(
    { home },
    async (server) => {
      const again = await server.ask(TARGET, { headers });
      expect(again.headers['cache-status']).toMatch(/^Fovea; hit/);
      expect(again.headers.etag).toBe(first.headers.etag);
      expect(again.body.equals(first.body)).toBe(true);
    },
    true,
  );

  // A torn entry is a miss, never wrong bytes
  for (const file of filesBelow(join(home, 'cache'))) {
    truncateSync(file, Math.floor(statSync(file).size * 0.6));
  }
  await started({ home }, async (server) => {
    const third = await server.ask(TARGET, { headers });
    expect(third.status).toBe(200);
    expect(third.headers['cache-status']).toMatch(/fwd=/);
    expect(psnr(await decode(third.body), await decode(first.body))).toBeGreaterThan(30);
    expect(server.complaints).toEqual([]);
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The workbench: pictures that are kept nowhere are rendered and studied by real workers. */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DIALECTS } from '../../src/dialects/all.ts';
import type { UnkeptTask, Workbench } from '../../src/engine/studies/workbench.ts';
import { animation, card, committed, decode, noise } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let bench: Workbench;
beforeAll(async () => {
  server = await startServer();
  bench = await server.server.engine.workbench();
});
afterAll(() => server.stop());

function task(bytes: Uint8Array, query = '', accepts: readonly ('avif' | 'webp')[] = ['webp']) {
  const request = {
    method: 'GET' as const,
    ...{ target: `/a.jpg?${query}`, headers: {}, now: 0, upload: false },
    accepts: new Set(accepts),
  };
  const compiled = DIALECTS.imgix.compile(request, { name: 'a', origin: 'folder' });
  return {
    ...{ bytes, compiled, accepts: request.accepts },
    hash: createHash('sha256').update(bytes).digest('hex'),
    signal: new AbortController().signal,
  } satisfies UnkeptTask;
}

/** Bytes of files below a folder. */
function held(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((one) => one.isFile())
    .reduce((sum, one) => sum + statSync(join(one.parentPath, one.name)).size, 0);
}

describe('the workbench', () => {
  test('renders, and leaves nothing on the disk or in the stores', async () => {
    const before = held(join(server.home, 'cache'));
    const large = await noise(900, 700).png().toBuffer();
    const made = await bench.render(task(large, 'w=800&fm=png'));
    expect(made.bytes.length).toBeGreaterThan(256 * 1024);
    expect(await decode(made.bytes)).toMatchObject({ width: 800, height: 622 });
    expect(held(join(server.home, 'cache'))).toBe(before);
    const { memory, disk } = server.server.engine.status().tiers;
    expect([memory.entries, disk.entries]).toEqual([0, 0]);
  });

  test('explains', async () => {
    const { info, program } = await bench.explain(task(committed('leaves.jpg'), 'w=100'));
    expect([info.format, info.width]).toEqual(['jpeg', 480]);
    expect(program.join('\n')).toContain('scale');
  });

  test('measures points of curves: more bytes, higher scores', async () => {
    const curves = [
      { format: 'webp', jpeg: [30, 60, 90] },
      { format: 'jpeg', jpeg: [30, 90] },
    ] as const;
    const { points, size } = await bench.study(task(committed('leaves.jpg'), 'w=320'), { curves });
    expect(size.width).toBe(320);
    expect(points.map(({ format }) => format)).toEqual(['webp', 'webp', 'webp', 'jpeg', 'jpeg']);
    for (const [at, point] of points.slice(0, 3).entries()) {
      if (at === 0) continue;
      expect(point.bytes).toBeGreaterThan(points[at - 1]!.bytes);
      expect(point.score).toBeGreaterThan(points[at - 1]!.score!);
    }
  });

  test('maps the errors of a file, and gives the picture before encoding', async () => {
    const asked = task(committed('leaves.jpg'), 'w=320&q=20&fm=jpg');
    const { bytes } = await bench.render(asked);
    const { map, reference } = await bench.study(asked, { candidate: bytes, reference: true });
    expect([map!.columns, map!.rows, map!.tile]).toEqual([5, 4, 64]);
    expect(map!.worst.score).toBeLessThan(map!.score + 1e-9);
    const [before, after] = [await decode(reference!), await decode(bytes)];
    expect([before.width, before.height]).toEqual([after.width, after.height]);
    const exact = await bench.study(asked, { candidate: reference! });
    expect(exact.map!.score).toBe(100);
  });

  test('a drawing with transparency is mapped for formats with and without alpha', async () => {
    const drawing = await card(200, 150).png().toBuffer();
    for (const format of ['webp', 'jpg']) {
      const asked = task(drawing, `fm=${format}`);
      const { bytes } = await bench.render(asked);
      const { map } = await bench.study(asked, { candidate: bytes });
      expect(map!.score).toBeGreaterThan(40);
    }
  });

  test.each([
    ['an animation', async () => animation(40, 30, 3, 'gif'), 'fm=gif', 'not-implemented'],
    ['a description', async () => committed('leaves.jpg'), 'fm=json', 'not-implemented'],
    ['what is no picture', async () => Buffer.from('no picture'), '', 'source-not-an-image'],
  ] as const)('%s is not studied', async (_, bytes, query, code) => {
    const study = bench.study(task(await bytes(), query), { reference: true });
    await expect(study).rejects.toMatchObject({ code });
  });

  test('a second picture counts as absent, and a remark says so', async () => {
    const asked = task(committed('leaves.jpg'), 'w=100&mark=/other.png');
    const { diagnostics, result } = await bench.render(asked);
    expect(result.width).toBe(100);
    expect(diagnostics.map(({ param }) => param)).toContain('mark');
  });
});

/** Servers with folders of their own that share a bucket on a real server of the protocol. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { noise } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { ACCESS, missingServices, startBucket } from '../support/services.ts';

const PICTURE = await noise(400, 300).png().toBuffer();

describe.skipIf(missingServices(['rclone']).length > 0)('nodes with a bucket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-nodes-'));
  let bucket: Awaited<ReturnType<typeof startBucket>>;
  let origin: LocalOrigin;
  let nodes: TestServer[];
  beforeEach(async () => {
    bucket = await startBucket({ folder });
    origin = await startOrigin();
    nodes = [];
  });
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await origin.stop();
    await bucket.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function node(): Promise<TestServer> {
    const started = await startServer({
      settings: {
        'bucket.name': bucket.bucket,
        'bucket.endpoint': bucket.endpoint,
        'bucket.accessKeyId': ACCESS.accessKeyId,
        'bucket.secretAccessKey': ACCESS.secretAccessKey,
        'bucket.deadline': '20s',
      },
      sources: [
        {
          ...{ name: 'far', dialect: 'imgix', mount: '/far' },
          origin: { kind: 'http', base: origin.url },
        },
      ],
    });
    nodes.push(started);
    return started;
  }

  const status = (of: TestServer) => of.server.engine.status().shared!;
  async function written(of: TestServer): Promise<void> {
    for (let i = 0; i < 1000 && (i === 0 || status(of).waiting > 0); i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(status(of).waiting).toBe(0);
  }
  const TARGETS = [20, 40, 60, 80].map((w) => `/far/noise.png?w=${w}&fm=webp`);

  test('make each picture once, and read each source once', async () => {
    origin.files.set('/noise.png', { body: PICTURE });
    const first = await node();
    const made = await Promise.all(TARGETS.map((target) => first.ask(target)));
    await written(first);
    const asked = origin.asked.length;
    // On a machine that is busy the work may overtake the bucket: then another node with an empty folder
    let second = await node();
    for (let tries = 0; tries < 4; tries++) {
      const answers = [];
      for (const target of TARGETS) answers.push(await second.ask(target));
      const hits = answers.filter((answer) => / hit/.test(String(answer.headers['cache-status'])));
      if (hits.length === TARGETS.length) {
        for (const [at, { headers, body }] of answers.entries()) {
          expect(headers.etag).toBe(made[at]?.headers.etag);
          expect(Buffer.compare(body, made[at]!.body)).toBe(0);
          expect((await sharp(body).metadata()).width).toBe([20, 40, 60, 80][at]);
        }
        break;
      }
      expect(answers.map(({ status: code }) => code)).toEqual(TARGETS.map(() => 200));
      expect(tries).toBeLessThan(3);
      second = await node();
    }
    // Four renditions and the record of their source
    expect(status(second).hits).toBeGreaterThanOrEqual(5);
    expect(origin.asked.length).toBeLessThan(asked + nodes.length);
    // Its bytes come from there as well, where a picture has to be made
    const before = origin.asked.length;
    await second.ask('/far/noise.png?w=100&fm=webp');
    expect(origin.asked.length).toBe(before);
  });

  test('lose nothing where the bucket dies, and find it again', async () => {
    origin.files.set('/noise.png', { body: PICTURE });
    const one = await node();
    await one.ask(TARGETS[0]!);
    await written(one);
    const { port } = bucket;
    await bucket.stop('SIGKILL');
    const all = Array.from({ length: 12 }, (_, i) => `/far/noise.png?w=${100 + i}&fm=jpg`);
    const answers = await Promise.all(all.map((target) => one.ask(target)));
    expect(answers.map((answer) => answer.status)).toEqual(all.map(() => 200));
    await written(one);
    expect(status(one)).toMatchObject({ available: false, reason: 'ECONNREFUSED' });
    expect(status(one).dropped).toBeGreaterThan(0);
    bucket = await startBucket({ folder, port });
    for (let i = 0; i < 200 && !status(one).available; i++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect((await one.ask(`/far/noise.png?w=${200 + i}&fm=jpg`)).status).toBe(200);
    }
    expect(status(one).available).toBe(true);
  });

  test('have nothing of a source that was purged', async () => {
    origin.files.set('/noise.png', { body: PICTURE });
    const first = await node();
    for (const target of TARGETS) await first.ask(target);
    await written(first);
    await first.server.purger.purge({ tag: 'far' });
    const second = await node();
    const answer = await second.ask(TARGETS[0]!);
    expect(answer.headers['cache-status']).toMatch(/fwd=/);
    expect(status(second).hits).toBe(0);
  });
});

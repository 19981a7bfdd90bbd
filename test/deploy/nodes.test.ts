/** nginx before several nodes: one node for all sizes of a picture, and the next where that is gone. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ask } from '../support/client.ts';
import { type Front, HAS_NGINX, startNginx } from '../support/fronts.ts';

const CONF = readFileSync(new URL('../../deploy/nodes/nginx.conf', import.meta.url), 'utf8');

describe.skipIf(!HAS_NGINX)('nginx before nodes', () => {
  const nodes: Server[] = [];
  let front: Front | undefined;
  afterEach(async () => {
    await front?.stop();
    for (const node of nodes.splice(0)) node.close().closeAllConnections();
  });

  async function start(): Promise<void> {
    let conf = CONF.replace('listen 80;', 'listen 127.0.0.1:{port};').replace(
      'server_name images.example.com;',
      'server_name _;',
    );
    for (const name of ['node1', 'node2', 'node3']) {
      const node = createServer((request, response) => {
        response.setHeader('node', name);
        response.end(request.url);
      });
      nodes.push(node);
      await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
      const { port } = node.address() as AddressInfo;
      conf = conf.replace(`${name}:8080`, `127.0.0.1:${port}`);
    }
    front = await startNginx(conf);
  }
  const nodeOf = async (target: string) => {
    const { status, headers } = await ask(front!.port, target);
    return status === 200 ? headers.node : status;
  };

  test('asks one node for all sizes of a picture, and every node for some', async () => {
    await start();
    const found = new Set<unknown>();
    for (let i = 0; i < 30; i++) {
      const sizes = [`/p/${i}.jpg?w=100`, `/p/${i}.jpg?w=200&h=3`, `/p/${i}.jpg`];
      const asked = await Promise.all(sizes.map(nodeOf));
      expect(new Set(asked).size).toBe(1);
      found.add(asked[0]);
    }
    expect([...found].sort()).toEqual(['node1', 'node2', 'node3']);
  });

  test('asks one node for a source of ImageOptim, whatever its options', async () => {
    await start();
    for (let i = 0; i < 10; i++) {
      const source = `https://www.example.com/${i}.jpg`;
      const asked = await Promise.all(
        ['100x100,crop', '300x', 'full'].map((options) => nodeOf(`/name/${options}/${source}`)),
      );
      expect(new Set(asked).size).toBe(1);
    }
  });

  test('asks another where one is gone, and the same for the rest', async () => {
    await start();
    const targets = Array.from({ length: 30 }, (_, i) => `/p/${i}.jpg`);
    const before = await Promise.all(targets.map(nodeOf));
    nodes[0]?.close().closeAllConnections();
    const after = await Promise.all(targets.map(nodeOf));
    for (const [at, node] of before.entries()) {
      if (node === 'node1') expect(['node2', 'node3']).toContain(after[at]);
      else expect(after[at]).toBe(node);
    }
  });
});

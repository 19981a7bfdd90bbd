import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { purgeWebhook } from './purge-webhook.ts';

const told: { readonly body: string; readonly authorization: string | undefined }[] = [];
const complaints: object[] = [];
let statuses: number[] = [];
let server: Server;
let url = '';
const folder = mkdtempSync(join(tmpdir(), 'fovea-webhook-'));
const tokenFile = join(folder, 'token');
const complain = (facts: object) => void complaints.push(facts);
const log = { debug: complain, info: complain, warn: complain, error: complain };
const purged = { report: { sources: 2, renditions: 7, durable: true }, tags: ['spring'] };

beforeAll(async () => {
  writeFileSync(tokenFile, 'a-secret-of-the-hook\n');
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => {
      body += bytes;
    });
    request.on('end', () => {
      told.push({ body, authorization: request.headers.authorization });
      response.writeHead(statuses.shift() ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
beforeEach(() => {
  told.length = 0;
  complaints.length = 0;
});
afterEach(() => {
  statuses = [];
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  server.close();
  server.closeAllConnections();
});

const comes = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 10 });

test('a purge is told, with the token', async () => {
  purgeWebhook({ url, tokenFile, log })({ order: { tag: 'spring', soft: true }, ...purged });
  await comes(() => expect(told).toHaveLength(1));
  expect(told[0]?.authorization).toBe('Bearer a-secret-of-the-hook');
  expect(JSON.parse(told[0]?.body ?? '')).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    order: { tag: 'spring', soft: true },
    ...{ sources: 2, renditions: 7 },
  });
});

test('what fails is told again, under the same id', async () => {
  statuses = [503, 429, 204];
  purgeWebhook({ url, log, retryAfter: 5 })({ order: { prefix: '/' }, ...purged });
  await comes(() => expect(told).toHaveLength(3));
  expect(new Set(told.map(({ body }) => JSON.parse(body).id)).size).toBe(1);
  expect(complaints).toEqual([]);
});

test('what is refused, or fails again and again, is given up with a word', async () => {
  statuses = [403];
  const tell = purgeWebhook({ url, log, retryAfter: 1 });
  tell({ order: { prefix: '/' }, ...purged });
  await comes(() => expect(complaints).toEqual([{ reason: 'status 403' }]));
  expect(told).toHaveLength(1);
  statuses = [500, 500, 500, 500, 500];
  tell({ order: { prefix: '/' }, ...purged });
  await comes(() => expect(complaints).toHaveLength(2));
  expect(told).toHaveLength(6);
  purgeWebhook({ url: 'http://127.0.0.1:9/', log, retryAfter: 1 })({
    order: { tag: 'a' },
    ...purged,
  });
  await comes(() => expect(complaints).toHaveLength(3));
});

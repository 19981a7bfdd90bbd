/**
 * A source without a byte: the error of the dialect, kept briefly, and never an empty
 * answer that a cache would hold for a year.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secondsLeft } from '../support/client.ts';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { startServer, type TestServer } from '../support/server.ts';

let origin: LocalOrigin;
let server: TestServer;

beforeAll(async () => {
  origin = await startOrigin({ 'empty.jpg': { body: new Uint8Array() } });
  const http = { kind: 'http', base: `${origin.url}/`, allow: [`127.0.0.1:${origin.port}`] };
  server = await startServer({
    pictures: { 'empty.jpg': new Uint8Array() },
    sources: (['fastly', 'imgix', 'imageoptim'] as const).map((dialect) => ({
      name: `far-${dialect}`,
      dialect,
      mount: `/far-${dialect}`,
      origin: http,
    })),
  });
});

afterAll(async () => {
  await server.stop();
  await origin.stop();
});

test.each([
  ['/fastly/empty.jpg', 422],
  ['/fastly/empty.jpg?width=50', 422],
  ['/imgix/empty.jpg', 422],
  ['/imgix/empty.jpg?w=50', 422],
  ['/imageoptim/full/empty.jpg', 400],
  ['/imageoptim/50,timeout=1/empty.jpg', 400],
  ['/far-fastly/empty.jpg', 422],
  ['/far-fastly/empty.jpg?width=50', 422],
  ['/far-imgix/empty.jpg', 422],
  ['/far-imgix/empty.jpg?w=50', 422],
  ['/far-imageoptim/full/empty.jpg', 400],
  ['/far-imageoptim/50,timeout=1/empty.jpg', 400],
])('%s is %i', async (target, status) => {
  const answer = await server.ask(target);
  expect(answer.status).toBe(status);
  expect(answer.body.toString()).toContain('nothing');
  expect(secondsLeft(answer)).toBeLessThan(61);
});

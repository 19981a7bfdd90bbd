import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCEPTS, startServer, type TestServer } from '../support/server.ts';
import { committed, decode } from '../support/pictures.ts';
let s: TestServer;
beforeAll(async () => { s = await startServer({ pictures: { 'coffee.png': committed('coffee.png'), 'leaves.jpg': committed('leaves.jpg') } }); });
afterAll(() => s.stop());
test('probe', async () => {
  for (const [t, accept] of [['/fastly/leaves.jpg?width=200&auto=webp', ACCEPTS.webp],['/fastly/leaves.jpg?width=200&auto=avif', ACCEPTS.avif],['/imgix/leaves.jpg?w=200&auto=format,compress', ACCEPTS.avif],['/imageoptim/200/leaves.jpg', ACCEPTS.avif],['/imageoptim/full/coffee.png', ACCEPTS.plain],['/imgix/coffee.png', ACCEPTS.plain]] as const) {
    const t0=performance.now();
    const a = await s.ask(t, { headers: { accept } });
    console.log(t, a.status, a.body.length, performance.now()-t0, a.headers);
    const d = await decode(a.body); console.log(d.format,d.width,d.height,d.frames,d.hasAlpha);
  }
  expect(s.complaints).toEqual([]);
});

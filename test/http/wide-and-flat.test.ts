/** A flat picture that covers a square: enlarged beyond every limit if it were not cut before. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { card, decode, pixel } from '../support/pictures.ts';
import { startServer, type TestServer, targetOf } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    pictures: {
      'wide.png': await card(8000, 20).png().toBuffer(),
      'high.png': await card(20, 8000).png().toBuffer(),
    },
  });
});
afterAll(() => server.stop());

/** Red of a card is the place from the left, green that from the top, 0 to 255. */
test.each([
  ['imgix', 'wide.png', 'w=500&h=500&fit=crop&fm=png', [127, undefined]],
  ['imgix', 'wide.png', 'w=500&h=500&fit=crop&crop=left&fm=png', [0, undefined]],
  ['imgix', 'wide.png', 'w=500&h=500&fit=crop&crop=right&fm=png', [255, undefined]],
  ['imgix', 'high.png', 'w=500&h=500&fit=crop&crop=bottom&fm=png', [undefined, 255]],
  [
    'fastly',
    'wide.png',
    'width=500&height=500&fit=crop&enable=upscale&format=png',
    [127, undefined],
  ],
  ['imageoptim', 'high.png', '500x500,crop,format=png', [undefined, 127]],
] as const)('%s %s %s', async (dialect, name, query, [red, green]) => {
  const answer = await server.ask(targetOf(dialect, name, query));
  expect(answer.status).toBe(200);
  const picture = await decode(answer.body);
  expect([picture.width, picture.height]).toEqual([500, 500]);
  const [r, g] = pixel(picture, 250, 250);
  if (red !== undefined) expect(Math.abs(r! - red)).toBeLessThanOrEqual(2);
  if (green !== undefined) expect(Math.abs(g! - green)).toBeLessThanOrEqual(2);
});

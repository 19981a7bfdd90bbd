/**
 * Sources beside one another with one real worker: who asks for much does not make others wait for it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noise } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const FLOOD = 16;
let server: TestServer;

beforeAll(async () => {
  const picture = await noise(500, 400).jpeg({ quality: 90 }).toBuffer();
  const source = (name: string) => ({
    name,
    dialect: 'imgix',
    mount: `/${name}`,
    origin: { kind: 'folder', path: '.' },
  });
  server = await startServer({
    pictures: { 'noise.jpg': picture },
    sources: [source('flood'), source('quiet')],
  });
});

afterAll(() => server.stop());

test('a source with a long queue is passed by one with none', async () => {
  const ended: string[] = [];
  const ask = async (source: string, width: number) => {
    const { status } = await server.ask(`/${source}/noise.jpg?w=${width}&fm=webp`);
    ended.push(`${source} ${status}`);
  };
  const flood = Array.from({ length: FLOOD }, (_, i) => ask('flood', 300 + i));
  const queued = () => server.server.engine.status().queued;
  await expect.poll(queued, { interval: 5, timeout: 60_000 }).toBeGreaterThan(FLOOD / 2);
  const before = ended.length;
  // Of a width of its own: the same picture would be shared
  await ask('quiet', 290);
  expect(ended.at(-1)).toBe('quiet 200');
  // Itself, the one in hand, and what ended on the way: not those that waited before it
  expect(ended.length - before).toBeLessThan(FLOOD / 4);
  await Promise.all(flood);
  expect(ended.filter((end) => end === 'flood 200')).toHaveLength(FLOOD);
});

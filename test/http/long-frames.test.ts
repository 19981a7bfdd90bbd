/** Frames that are shown for minutes and hours, in every format that holds an animation. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApng } from '../../src/containers/animation/apng.suite.ts';
import { startServer, type TestServer } from '../support/server.ts';

const COLORS = [
  [220, 30, 30],
  [30, 50, 220],
  [20, 160, 90],
];

/** Seconds of three frames as an animated PNG says them. */
const moving = (...seconds: readonly (readonly [number, number])[]) =>
  testApng({
    ...{ width: 40, height: 30 },
    frames: seconds.map((delay, i) => ({ color: COLORS[i]!, delay })),
  });

let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    pictures: {
      'minutes.png': moving([90, 1], [65_535, 1000], [5, 1000]),
      'hours.png': moving([30_000, 1], [700, 1], [1, 10]),
    },
  });
});

afterAll(() => server.stop());

async function timesOf(target: string) {
  const { status, body, headers } = await server.ask(target);
  expect([target, status]).toEqual([target, 200]);
  const { delay, format } = await sharp(body).metadata();
  return { delay, format, warning: headers['fovea-warning'] ?? '' };
}

describe('frames that are shown for long', () => {
  test('keep their time where the format has room for it', async () => {
    for (const query of ['fm=webp', 'fm=webp&lossless=true', 'fm=webp&w=20']) {
      const { delay, format, warning } = await timesOf(`/imgix/minutes.png?${query}`);
      expect([format, delay]).toEqual(['webp', [90_000, 65_535, 100]]);
      expect(warning).not.toContain('longer');
    }
    const gif = await timesOf('/imgix/minutes.png?fm=gif');
    expect([gif.delay, gif.format]).toEqual([[90_000, 65_540, 10], 'gif']);
    expect(gif.warning).not.toContain('longer');
  });

  test('are cut to the longest that there is, and it is said', async () => {
    const webp = await timesOf('/imgix/hours.png?fm=webp');
    expect(webp.delay).toEqual([16_777_215, 700_000, 100]);
    expect(webp.warning).toContain('shown for longer than 16777.215 s');
    const gif = await timesOf('/imgix/hours.png?fm=gif');
    expect(gif.delay).toEqual([655_350, 655_350, 100]);
    expect(gif.warning).toContain('shown for longer than 655.35 s');
  });
});

/**
 * Frames of animations that imgix chooses: in the right order, with the right times, in every format.
 */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Decoded, decode } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;

/** A white bar on black that moves by its own width, with delays of 100, 110, 120 …, played three times. */
async function bars(count: number, side: number): Promise<Buffer> {
  const bar = Math.floor(side / count);
  const data = new Uint8Array(side * side * count * 3);
  for (let y = 0; y < side * count; y++) {
    const left = Math.floor(y / side) * bar;
    data.fill(255, (y * side + left) * 3, (y * side + left + bar) * 3);
  }
  const raw = { width: side, height: side * count, channels: 3, pageHeight: side } as const;
  const delay = Array.from({ length: count }, (_, i) => 100 + 10 * i);
  return sharp(data, { raw }).gif({ delay, loop: 3, dither: 0, effort: 1 }).toBuffer();
}

/** Which bar each frame shows. */
function shownBars({ frames, data, width, height }: Decoded, count: number): number[] {
  return Array.from({ length: frames }, (_, frame) => {
    const row = (frame * height + height / 2) * width;
    const lightest = (bar: number) => data[(row + Math.floor(((bar + 0.5) * width) / count)) * 4]!;
    return Array.from({ length: count }, (_, bar) => lightest(bar)).findIndex((v) => v > 128);
  });
}

beforeAll(async () => {
  server = await startServer({ pictures: { 'six.gif': await bars(6, 36) } });
});
afterAll(() => server.stop());

async function frames(query: string) {
  const answer = await server.ask(`/imgix/six.gif?${query}`);
  expect(answer.status).toBe(200);
  const shown = await decode(answer.body);
  const { loop } = await sharp(answer.body, { animated: true }).metadata();
  const warning = answer.headers['fovea-warning'];
  return { bars: shownBars(shown, 6), delay: shown.delay, loop, warning };
}

describe.each(['gif', 'webp'])('in %s', (format) => {
  test.each([
    ['', [0, 1, 2, 3, 4, 5], [100, 110, 120, 130, 140, 150], 'all'],
    ['frame=2-4', [1, 2, 3], [110, 120, 130], 'a range'],
    ['frame=5-', [4, 5], [140, 150], 'to the end'],
    ['frame=5-99', [4, 5], [140, 150], 'beyond it'],
    ['interval=2', [0, 2, 4], [100, 120, 140], 'every second'],
    ['skip=3', [0, 1, 3, 4], [100, 110, 130, 140], 'all but every third'],
    ['reverse=true', [5, 4, 3, 2, 1, 0], [150, 140, 130, 120, 110, 100], 'backwards'],
    ['fps=10&frame=1-2', [0, 1], [100, 100], 'a rate'],
    ['frame=2-6&interval=2&reverse=1', [5, 3, 1], [150, 130, 110], 'all at once'],
  ])('%s shows %j (%s)', async (query, bars, delay) => {
    const shown = await frames(`fm=${format}&${query}`);
    expect(shown).toMatchObject({ bars, delay, loop: 3 });
    expect(shown.warning).toBeUndefined();
  });

  test.each([
    [0, 0],
    [7, 7],
  ])('loop=%d plays so often', async (asked, loop) => {
    expect((await frames(`fm=${format}&loop=${asked}&frame=1-3`)).loop).toBe(loop);
  });
});

test('a range of one frame is a still, and a still format shows the first that is played', async () => {
  expect((await frames('frame=3-3&fm=gif')).bars).toEqual([2]);
  expect((await frames('reverse=1&fm=png')).bars).toEqual([5]);
  expect((await frames('frame=4-6&fm=png')).bars).toEqual([3]);
});

test('large frames are read in the order they are played, a few at a time', async () => {
  server.put('large.gif', await bars(14, 1540));
  const answer = await server.ask('/imgix/large.gif?reverse=1&interval=2&w=140&fm=gif');
  expect(shownBars(await decode(answer.body), 14)).toEqual([12, 10, 8, 6, 4, 2, 0]);
});

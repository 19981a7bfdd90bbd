/**
 * Videos in a browser: Chromium plays them, for as long and with as many frames
 * as the animation has. Skipped where there is no Chromium or no encoder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installedBackEnds } from '../support/back-ends.ts';
import { animation } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);
const able = CHROMIUM !== undefined && installedBackEnds().length > 0;

/** Plays what its query names and sends what it saw. */
const PAGE = `<!doctype html><body><script>
const video = document.createElement('video');
const say = (fact) => fetch('/saw', { method: 'POST', body: JSON.stringify(fact) });
video.muted = true;
video.src = new URLSearchParams(location.search).get('video');
video.onerror = () => say({ error: video.error.message });
video.onended = () => {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  const pixel = (x, y) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3);
  say({
    duration: video.duration,
    width: video.videoWidth,
    height: video.videoHeight,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    ground: pixel(4, video.videoHeight - 4),
    square: pixel(video.videoWidth - 10, 8),
  });
};
document.body.append(video);
video.play().catch((error) => say({ error: String(error) }));
</script>`;

interface Seen {
  readonly error?: string;
  readonly ground: readonly number[];
  readonly square: readonly number[];
}

describe.skipIf(!able)('in Chromium', () => {
  let server: TestServer;
  let page: Server;
  let saw: (fact: Seen) => void = () => undefined;
  beforeAll(async () => {
    server = await startServer({ pictures: { 'film.gif': await animation(128, 64, 9, 'gif') } });
    // The page and the videos are of one origin, so that its pixels can be read.
    page = createServer((request, response) => {
      const { url = '/', headers } = request;
      if (url.startsWith('/page')) return response.setHeader('content-type', 'text/html').end(PAGE);
      if (url === '/saw') return void bodyOf(request).then((text) => saw(JSON.parse(text)));
      const { range } = headers;
      void server.ask(url, { headers: range === undefined ? {} : { range } }).then((answer) => {
        response.writeHead(answer.status, answer.headers).end(answer.body);
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => page.once('listening', resolve));
  });
  afterAll(async () => {
    page.close();
    page.closeAllConnections();
    await server.stop();
  });

  test.each([
    '/imageoptim/full,format=h264/film.gif',
    '/imageoptim/full,format=webm/film.gif',
    '/imgix/film.gif?fm=mp4',
    '/fastly/film.gif?format=mp4',
  ])('%s plays', async (target) => {
    expect((await server.ask(target)).status).toBe(200);
    const { port } = page.address() as AddressInfo;
    const told = new Promise<Seen>((resolve) => {
      saw = resolve;
    });
    const close = browse(`http://127.0.0.1:${port}/page?video=${encodeURIComponent(target)}`);
    const seen = await told;
    await close();
    expect(seen).toMatchObject({ duration: 0.9, width: 128, height: 64, frames: 9 });
    const near = (one: readonly number[], other: readonly number[]) =>
      Math.max(...one.map((value, i) => Math.abs(value - other[i]!)));
    expect(near(seen.ground, [255, 255, 255])).toBeLessThan(12);
    expect(near(seen.square, [220, 30, 30])).toBeLessThan(24);
  });
});

test.skipIf(able)('no Chromium or no encoder is here: nothing is played', () => {
  expect(able).toBe(false);
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}

/** Shows a page in a browser of its own; gives what closes it. */
function browse(url: string): () => Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'fovea-chromium-'));
  const child = spawn(
    CHROMIUM!,
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--mute-audio', '--no-first-run'],
      ...['--autoplay-policy=no-user-gesture-required', '--disable-dev-shm-usage'],
      ...['--remote-debugging-port=0', `--user-data-dir=${profile}`, url],
    ],
    { stdio: 'ignore', detached: true },
  );
  return async () => {
    // With the processes that it has started
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    rmSync(profile, { recursive: true, force: true, maxRetries: 9, retryDelay: 200 });
  };
}

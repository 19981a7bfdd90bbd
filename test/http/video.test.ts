/**
 * Animations as videos: in each dialect's words, frame by frame and to the
 * millisecond, in parts, and what is sent where the encoder fails or is not there.
 */

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeGif } from '../../src/gif/write-gif.ts';
import type { Raster } from '../../src/image/raster.ts';
import { createVideoEncoder } from '../../src/video/encoder.ts';
import { installedBackEnds } from '../support/back-ends.ts';
import { card } from '../support/pictures.ts';
import { program } from '../support/programs.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { mp4Facts, webmFacts } from '../support/videos.ts';

const [found] = installedBackEnds();

/** Milliseconds in the file; 0 and 10 are shown as 100. */
const DELAYS = [60, 40, 10, 0, 20, 500];
const SHOWN = [60, 40, 100, 100, 20, 500];

/** A box of its own color wanders over a gradient; outside it may be clear. */
function film(width: number, height: number, channels: 3 | 4): Raster {
  const data = new Uint8Array(width * height * channels * DELAYS.length);
  for (let at = 0; at < data.length; at += channels) {
    const pixel = (at / channels) % (width * height);
    const page = Math.floor(at / channels / (width * height));
    const x = pixel % width;
    const y = Math.floor(pixel / width);
    const inside = Math.abs(x - 20 - page * 16) < 12 && Math.abs(y - height / 2) < 14;
    data.set(inside ? [200, 40, 30] : [32 * Math.floor(x / 16), 120, 32 * Math.floor(y / 16)], at);
    if (channels === 4) data[at + 3] = inside || x > width / 2 ? 255 : 0;
  }
  return { width, height, channels, data, pages: DELAYS.length, delays: DELAYS, loop: 0 };
}

const FILM = Buffer.from(writeGif(film(161, 121, 3), 256));
const CLEAR = Buffer.from(writeGif(film(128, 96, 4), 256));

const pictures = async () => ({
  'film.gif': FILM,
  'clear.gif': CLEAR,
  'still.gif': await card(40, 30).gif().toBuffer(),
  'still.png': await card(41, 31).png().toBuffer(),
});

/** The frames of a video of a server, decoded. */
async function framesOf(file: Buffer, format: 'mp4' | 'webm', numbers: readonly number[]) {
  const { width, height, delays } = format === 'mp4' ? mp4Facts(file) : webmFacts(file);
  const encoder = createVideoEncoder(found![1], {
    until: performance.now() + 60_000,
    threads: 1,
  });
  return await encoder.decode(file, format, { width, height, delays }, numbers);
}

const meanOff = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

describe.skipIf(found === undefined)('with an encoder', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ pictures: await pictures() });
  });
  afterAll(() => server.stop());

  test.each([
    ['/imageoptim/full,format=h264/film.gif', 'video/mp4', 'ImageOptim'],
    ['/imageoptim/full,format=webm/film.gif', 'video/webm', 'ImageOptim'],
    ['/imgix/film.gif?fm=mp4', 'video/mp4', 'imgix'],
    ['/imgix/film.gif?fm=webm&auto=format', 'video/webm', 'imgix, before any negotiation'],
    ['/fastly/film.gif?format=mp4', 'video/mp4', 'Fastly'],
  ])('%s is %s, each frame at its time (%s)', async (target, mediaType) => {
    const { status, headers, body } = await server.ask(target);
    expect([status, headers['content-type'], headers['fovea-warning']]).toEqual([
      200,
      mediaType,
      undefined,
    ]);
    const facts = mediaType === 'video/mp4' ? mp4Facts(body) : webmFacts(body);
    expect(facts).toEqual({ width: 160, height: 120, delays: SHOWN, duration: 820 });
    expect(headers.fovea).toMatch(/score=\d/);
    expect(Number(/trials=(\d+)/.exec(String(headers.fovea))?.[1])).toBeGreaterThan(0);
  });

  test('it plays while it comes, in parts', async () => {
    const target = '/imgix/film.gif?fm=mp4';
    const { body, headers } = await server.ask(target);
    const length = body.length;
    expect(headers['accept-ranges']).toBe('bytes');
    const part = async (range: string, more = {}) =>
      server.ask(target, { headers: { range, ...more } });
    const first = await part('bytes=0-1');
    expect([first.status, first.headers['content-range'], first.body]).toEqual([
      206,
      `bytes 0-1/${length}`,
      body.subarray(0, 2),
    ]);
    const rest = await part(`bytes=100-`, { 'if-range': String(headers.etag) });
    expect([rest.status, rest.body]).toEqual([206, body.subarray(100)]);
    const beyond = await part(`bytes=${length}-`);
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${length}`]);
    const head = await server.ask(target, { method: 'HEAD' });
    expect([
      head.status,
      head.headers['content-length'],
      head.headers.etag,
      head.body.length,
    ]).toEqual([200, String(length), headers.etag, 0]);
    const known = await server.ask(target, { headers: { 'if-none-match': String(headers.etag) } });
    expect(known.status).toBe(304);
    const index = body.indexOf('moov', 0, 'latin1');
    expect(index).toBeGreaterThan(0);
    expect(index).toBeLessThan(body.indexOf('mdat', 0, 'latin1'));
  });

  test.each([
    ['w=80&h=60&fit=crop&crop=left', 'a window'],
    ['w=64&rot=90', 'a turn'],
    ['bri=30&sat=-100', 'colors'],
    ['w=100&h=100&fit=fill&fill=solid&fill-color=00f', 'space around'],
    ['flip=h&w=90', 'mirrored'],
  ])('%s: frames show what those of the animation do (%s)', async (query) => {
    const video = await server.ask(`/imgix/film.gif?fm=mp4&q=95&${query}`);
    const gif = await server.ask(`/imgix/film.gif?fm=gif&${query}`);
    const shown = await framesOf(video.body, 'mp4', [0, 5]);
    for (const [i, page] of [0, 5].entries()) {
      const { width, height, data } = shown[i]!;
      const own = await sharp(gif.body, { page })
        .removeAlpha()
        .toColourspace('srgb')
        .extract({ left: 0, top: 0, width, height })
        .raw()
        .toBuffer();
      expect(meanOff(data, own)).toBeLessThan(9);
    }
  });

  test.each([
    ['/imageoptim/full,format=h264,bgcolor=0000ff/clear.gif', [0, 0, 255]],
    ['/imageoptim/full,format=h264/clear.gif', [255, 255, 255]],
    ['/imgix/clear.gif?fm=mp4&bg=00ff00', [0, 255, 0]],
    ['/fastly/clear.gif?format=mp4', [255, 255, 255]],
  ])('%s: clear pixels are %j', async (target, color) => {
    const { body } = await server.ask(target);
    const [last] = await framesOf(body, 'mp4', [5]);
    const at = (90 * last!.width + 8) * 3;
    const off = color.map((value, i) => Math.abs(value - last!.data[at + i]!));
    expect(Math.max(...off)).toBeLessThan(24);
  });

  test('profile and level of Fastly are those of the stream; a level too low is raised and said', async () => {
    const levelOf = (body: Buffer) => [
      ...body.subarray(body.indexOf('avcC', 0, 'latin1') + 5).subarray(0, 3),
    ];
    const main = await server.ask('/fastly/film.gif?format=mp4&profile=main&level=4.0');
    expect(levelOf(main.body).filter((_, i) => i !== 1)).toEqual([77, 40]);
    const plain = await server.ask('/fastly/film.gif?format=mp4');
    expect(levelOf(plain.body).filter((_, i) => i !== 1)).toEqual([66, 30]);
    const low = await server.ask(
      '/fastly/film.gif?format=mp4&profile=high&level=1.0&width=400&height=300&enable=upscale',
    );
    expect(levelOf(low.body).filter((_, i) => i !== 1)).toEqual([100, 21]);
    expect(low.headers['fovea-warning']).toContain('level 2.1');
  });
});

test.skipIf(found !== undefined)('no encoder is here: what it makes is not looked at', () => {
  expect(found).toBeUndefined();
});

describe('a still picture', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({
      pictures: await pictures(),
      settings: { 'video.encoder': 'off' },
    });
  });
  afterAll(() => server.stop());

  test.each([
    ['/imageoptim/full,format=h264/still.gif', 400, 'text/plain; charset=utf-8'],
    ['/imageoptim/full,format=webm/still.png', 400, 'text/plain; charset=utf-8'],
    ['/imgix/still.png?fm=mp4', 200, 'image/png'],
    ['/imgix/film.gif?fm=mp4&frame=1', 200, 'image/gif'],
    ['/fastly/still.png?format=mp4', 200, 'image/png'],
    ['/fastly/film.gif?format=mp4&frame=1', 200, 'image/gif'],
  ])('%s is %i, %s', async (target, status, mediaType) => {
    const answer = await server.ask(target);
    expect([answer.status, answer.headers['content-type']]).toEqual([status, mediaType]);
    if (status === 200) expect(answer.headers['fovea-warning']).toContain('Only an animation');
  });

  test.each([
    ['/imageoptim/full,format=h264/film.gif'],
    ['/imageoptim/full,format=webm/film.gif'],
    ['/imgix/film.gif?fm=mp4'],
    ['/fastly/film.gif?format=mp4'],
  ])('without an encoder an animation is told what to install: %s', async (target) => {
    const { status, body } = await server.ask(target);
    expect([status, body.toString()]).toEqual([501, expect.stringContaining('ffmpeg')]);
  });

  test('a picture of the same animation is none of its business', async () => {
    const { status, headers } = await server.ask('/imgix/film.gif?w=50');
    expect([status, headers['content-type']]).toEqual([200, 'image/gif']);
  });
});

describe.each([
  ['fails', 'cat >/dev/null; echo broken >&2; exit 1'],
  ['fails at once', 'exit 1'],
  ['hangs', 'exec sleep 60'],
  ['writes rubbish', 'cat >/dev/null; head -c 5000 /dev/urandom'],
  ['says that all is well and writes nothing', 'cat >/dev/null'],
])('an encoder that %s', (_, lines) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({
      pictures: await pictures(),
      settings: {
        'video.encoder': program(lines),
        'limits.videoTimeout': '1500ms',
        'metrics.token': 'told',
      },
    });
  });
  afterAll(() => server.stop());

  test('the animation is delivered as a picture, with a remark and a count', async () => {
    const targets = [
      '/imageoptim/80,format=h264/film.gif',
      '/imgix/film.gif?fm=webm&w=80',
      '/fastly/film.gif?format=mp4&width=80',
    ];
    for (const target of targets) {
      const { status, headers, body } = await server.ask(target);
      expect([status, headers['content-type']]).toEqual([200, 'image/gif']);
      const warning = String(headers['fovea-warning'] ?? headers.warning);
      expect(warning).toContain('The video could not be made');
      expect(headers['cache-control']).toMatch(/max-age=[67]\d$/);
      expect(await sharp(body).metadata()).toMatchObject({ pages: DELAYS.length, width: 80 });
    }
    const { body } = await server.ask('/_fovea/metrics', {
      headers: { authorization: 'Bearer told' },
    });
    expect(body.toString()).toContain(`fovea_video_failures_total ${targets.length}`);
    expect(server.complaints.join()).toContain('video-failed');
  });
});

/**
 * Sources that break off where only the end of the connection ends them: the
 * error of the dialect, kept briefly; and those that are whole in their own way
 * are served.
 */

import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytes32, concat } from '../../src/containers/bytes.ts';
import { joinPng, pngChunks } from '../../src/containers/png.ts';
import { pngChunk } from '../../src/containers/png-chunk.ts';
import { secondsLeft } from '../support/client.ts';
import { animation, card, committed, noise, SVG } from '../support/pictures.ts';
import { DIALECTS, startServer, type TestServer } from '../support/server.ts';

/** What the origin sends before it closes or resets the connection. */
interface Ending {
  readonly bytes: Uint8Array;
  readonly reset?: boolean;
  readonly chunked?: boolean;
}

const files = new Map<string, Ending>();
let origin: Server;
let server: TestServer;

const JPEG = committed('leaves.jpg');
const half = (bytes: Uint8Array) => bytes.subarray(0, Math.floor(bytes.length * 0.6));
const less = (bytes: Uint8Array, count: number) => bytes.subarray(0, bytes.length - count);
const more = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from('trailing bytes')]);

/** An icon of PNG pictures, the last one the largest. */
function icon(pictures: readonly Uint8Array[]): Uint8Array {
  let start = 6 + 16 * pictures.length;
  const entries = pictures.map((bytes) => {
    const entry = Buffer.alloc(16);
    entry.set(bytes.subarray(19, 20), 0);
    entry.set(bytes.subarray(23, 24), 1);
    entry.writeUInt32LE(bytes.length, 8);
    entry.writeUInt32LE(start, 12);
    start += bytes.length;
    return entry;
  });
  const header = Buffer.from([0, 0, 1, 0, pictures.length, 0]);
  return Buffer.concat([header, ...entries, ...pictures]);
}

/** An animated PNG that shows the picture of a still one twice. */
function movingPng(still: Uint8Array, width: number, height: number): Uint8Array {
  const { chunks } = pngChunks(still);
  const data = (name: string) => chunks.filter((one) => one.name === name);
  const frame = (sequence: number) =>
    pngChunk(
      'fcTL',
      concat([sequence, width, height, 0, 0, 0x1000a, 0].map((n) => bytes32(n))).subarray(0, 26),
    );
  return joinPng([
    ...data('IHDR').map(({ whole }) => whole),
    pngChunk('acTL', concat([bytes32(2), bytes32(0)])),
    frame(0),
    ...data('IDAT').map(({ whole }) => whole),
    frame(1),
    ...data('IDAT').map((one, i) => pngChunk('fdAT', concat([bytes32(2 + i), one.data]))),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

const CUT: string[] = [];
const WHOLE: string[] = [];

async function prepare(): Promise<void> {
  const picture = noise(90, 60);
  const formats: Readonly<Record<string, Uint8Array>> = {
    'x.jpg': JPEG,
    'progressive.jpg': await card(300, 200).jpeg({ progressive: true }).toBuffer(),
    'x.png': await picture.clone().png().toBuffer(),
    'x.webp': await picture.clone().webp().toBuffer(),
    'x.avif': await picture.clone().avif().toBuffer(),
    'x.tiff': await picture.clone().tiff().toBuffer(),
    'x.svg': SVG,
    'still.gif': await picture.clone().gif().toBuffer(),
    'moving.gif': await animation(60, 40, 5, 'gif'),
    'x.ico': icon([await noise(16, 16).png().toBuffer(), await noise(48, 48).png().toBuffer()]),
    'moving.png': movingPng(await picture.clone().png().toBuffer(), 90, 60),
    'moving.webp': await animation(60, 40, 5, 'webp'),
  };
  const put = (list: string[], name: string, ending: Ending) => {
    list.push(name);
    files.set(`/${name}`, ending);
  };
  for (const [name, bytes] of Object.entries(formats)) {
    put(CUT, `half-${name}`, { bytes: half(bytes) });
    put(CUT, `reset-${name}`, { bytes: half(bytes), reset: true });
    // The decoder sees no end within the last row of blocks of a JPEG of one scan.
    if (name !== 'x.jpg') put(CUT, `few-less-${name}`, { bytes: less(bytes, 20) });
    put(WHOLE, `whole-${name}`, { bytes });
    if (!/tiff|svg|avif/.test(name)) put(WHOLE, `more-${name}`, { bytes: more(bytes) });
  }
  put(CUT, 'head-x.jpg', { bytes: JPEG.subarray(0, 300) });
  put(WHOLE, 'no-end-marker.jpg', { bytes: less(JPEG, 2) });
  put(WHOLE, 'no-trailer.gif', { bytes: less(formats['still.gif']!, 1) });
  // Framed, so that only the file is damaged: the services hand it on, or say so themselves.
  files.set('/framed-x.jpg', { bytes: half(JPEG), chunked: true });
}

beforeAll(async () => {
  await prepare();
  origin = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (request) => {
      const { bytes, reset, chunked } = files.get(request.toString('latin1').split(' ')[1]!)!;
      const framing = chunked ? 'transfer-encoding: chunked\r\n' : '';
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-type: image/x\r\n${framing}connection: close\r\n\r\n`,
      );
      if (chunked) socket.write(`${bytes.length.toString(16)}\r\n`);
      socket.write(bytes, () => {
        if (chunked) socket.end('\r\n0\r\n\r\n');
        else if (reset) setTimeout(() => socket.resetAndDestroy(), 30);
        else socket.end();
      });
    });
  });
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  const { port } = origin.address() as AddressInfo;
  const http = { kind: 'http', base: `http://127.0.0.1:${port}/`, allow: [`127.0.0.1:${port}`] };
  server = await startServer({
    sources: DIALECTS.map((dialect) => ({
      name: `far-${dialect}`,
      dialect,
      mount: `/far-${dialect}`,
      origin: http,
    })),
  });
});

afterAll(async () => {
  await server.stop();
  await new Promise((resolve) => origin.close(resolve));
});

const TARGETS: readonly ((name: string) => string)[] = [
  (name) => `/far-imgix/${name}`,
  (name) => `/far-imgix/${name}?w=50`,
  (name) => `/far-fastly/${name}`,
  (name) => `/far-fastly/${name}?width=50`,
  (name) => `/far-imageoptim/full/${name}`,
  (name) => `/far-imageoptim/50,timeout=0.05/${name}`,
];

describe('a source without a length', () => {
  test('that is cut off is the failure of its origin, which may pass', async () => {
    const wrong: string[] = [];
    for (const name of CUT) {
      for (const target of TARGETS) {
        const answer = await server.ask(target(name));
        if (answer.status !== 502 || !(secondsLeft(answer) <= 30)) {
          wrong.push(`${target(name)} ${answer.status} ${answer.headers['cache-control']}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('that is whole in its own way is served', async () => {
    const wrong: string[] = [];
    for (const name of WHOLE) {
      for (const target of TARGETS) {
        const { status } = await server.ask(target(name));
        if (status !== 200) wrong.push(`${target(name)} ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

test('a file that is cut where the answer has a frame is handed on as before', async () => {
  const bytes = files.get('/framed-x.jpg')!.bytes;
  const passed = await server.ask('/far-imgix/framed-x.jpg');
  expect([passed.status, passed.body.length]).toEqual([200, bytes.length]);
  const fastly = await server.ask('/far-fastly/framed-x.jpg');
  expect([fastly.status, fastly.body.length]).toEqual([200, bytes.length]);
  expect(fastly.headers['fastly-io-error']).toBeDefined();
  expect((await server.ask('/far-imgix/framed-x.jpg?w=50')).status).toBe(421);
});

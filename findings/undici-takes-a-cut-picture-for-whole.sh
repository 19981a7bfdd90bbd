#!/usr/bin/env bash
# undici 7.30.0 (and the fetch of Node 20): a picture cut off by a reset connection is taken for whole.
#
# A body without Content-Length and without chunks ends with its connection. Where that ends in order, nobody can tell
# a cut; where it is reset (the origin's process was killed, a balancer gave up), the system says so by ECONNRESET.
# Node's own http client passes that on: the body ends in an error. request() and fetch() of undici end it as if it
# were complete, with status 200, no error and the bytes so far. An image server that fetches sources so stores half a
# JPEG, and caches what it makes of it. With Content-Length all three say that it failed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund undici@7.30.0 >/dev/null
cat >run.mjs <<'JS'
import { get } from 'node:http';
import { createServer } from 'node:net';
import { fetch as undiciFetch, request } from 'undici';

/** An origin that sends 600 bytes and resets the connection once they had time to arrive. */
const origin = async (header) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n${header}\r\n`);
      socket.write(Buffer.alloc(600, 1), () => setTimeout(() => socket.resetAndDestroy(), 300));
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
};
const byNode = (url) =>
  new Promise((done, failed) => {
    get(url, (answer) => {
      let bytes = 0;
      answer.on('data', (data) => (bytes += data.length)).on('end', () => done(bytes)).on('error', failed);
    }).on('error', failed);
  });
const ways = {
  'undici.request': async (url) => (await (await request(url)).body.arrayBuffer()).byteLength,
  'undici.fetch': async (url) => (await (await undiciFetch(url)).arrayBuffer()).byteLength,
  'fetch of Node': async (url) => (await (await fetch(url)).arrayBuffer()).byteLength,
  'node:http': byNode,
};
const seen = [];
for (const [name, header] of [['without a length', ''], ['with a length of 1000', 'Content-Length: 1000\r\n']]) {
  const server = await origin(header);
  const url = `http://127.0.0.1:${server.address().port}/`;
  for (const [way, read] of Object.entries(ways)) {
    const ended = await read(url).then((bytes) => `${bytes} bytes, no error`, (error) => 'an error');
    seen.push(`${name}, ${way}: ${ended}`);
  }
  server.close();
}
const expected = [
  'without a length, undici.request: 600 bytes, no error',
  'without a length, undici.fetch: 600 bytes, no error',
  'without a length, fetch of Node: 600 bytes, no error',
  'without a length, node:http: an error',
  'with a length of 1000, undici.request: an error',
  'with a length of 1000, undici.fetch: an error',
  'with a length of 1000, fetch of Node: an error',
  'with a length of 1000, node:http: an error',
].join('\n');
console.log(seen.join('\n'));
if (seen.join('\n') !== expected) {
  console.error(`changed; it was:\n${expected}`);
  process.exit(1);
}
JS
node run.mjs

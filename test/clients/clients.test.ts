/**
 * Real client libraries of the three services against the running server: each URL is built
 * by the client itself, and the answer is held against what that client expects.
 */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { card } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type ClientRequest, HOSTS, NAMES, PHOTO, TOKEN } from './client-request.ts';
import { imageoptimPhp } from './imageoptim-php.ts';
import { imgixCore } from './imgix-core.ts';
import { imgixUrlBuilder } from './imgix-url-builder.ts';
import { next } from './next.ts';
import { responsiveImage } from './responsive-image.ts';
import { unpic } from './unpic.ts';

/** What a browser without AVIF sends, so that `auto=format` is quick. */
const ACCEPT = 'image/webp,image/apng,image/*,*/*;q=0.8';

const photo = await card(1600, 1200).jpeg({ quality: 90 }).toBuffer();
let origin: LocalOrigin;
let server: TestServer;

beforeAll(async () => {
  const pictures = Object.fromEntries([PHOTO, ...NAMES].map((name) => [name, photo]));
  // One by one, as a web server would have them: names of a URL are escaped
  origin = await startOrigin(
    Object.fromEntries([PHOTO, 'photo%20one.jpg'].map((name) => [name, photo])),
  );
  server = await startServer({ pictures });
  const { home } = server;
  await server.stop({ keep: true });
  const folder = { kind: 'folder', path: `${home}/pictures` };
  const web = { kind: 'web', allow: [`127.0.0.1:${origin.port}`] };
  const signing = { tokens: [TOKEN], required: true };
  server = await startServer({
    home,
    workers: 2,
    sources: [
      { name: 'at-imgix', dialect: 'imgix', hosts: [HOSTS.imgix], origin: folder },
      { name: 'signed', dialect: 'imgix', hosts: [HOSTS.signed], origin: folder, signing },
      { name: 'proxied', dialect: 'imgix', hosts: [HOSTS.proxied], origin: web, signing },
      { name: 'at-fastly', dialect: 'fastly', hosts: [HOSTS.fastly], origin: folder },
      {
        name: 'im2',
        dialect: 'imageoptim',
        hosts: [HOSTS.imageoptim],
        origin: web,
        accounts: ['eX4mp1E4pI'],
      },
    ],
  });
});

afterAll(async () => {
  await server.stop();
  await origin.stop();
});

const CLIENTS: Readonly<Record<string, () => readonly ClientRequest[]>> = {
  '@imgix/js-core': () => imgixCore(origin.url),
  'imgix-url-builder': imgixUrlBuilder,
  unpic,
  '@responsive-image/cdn': responsiveImage,
  'next/image': next,
  'Nuxt Image': nuxt,
  "ImageOptim's PHP client": () => imageoptimPhp(origin.url, photo),
};

/** Recorded by scripts/nuxt-urls.mjs, which names the version. */
function nuxt(): readonly ClientRequest[] {
  const file = new URL('../data/nuxt-urls.json', import.meta.url);
  const { requests } = JSON.parse(readFileSync(file, 'utf8')) as { requests: ClientRequest[] };
  return requests.map((one) => ({ ...one, remark: one.url.includes('fm=auto') }));
}

/** What is wrong with the answer; nothing where it is as the client expects. */
async function faultOf(request: ClientRequest) {
  const { url, width, height, format = ['jpeg'], remark = false, asking } = request;
  // The target as it stands in the URL: a URL object would write it anew
  const [, host = '', target = '/'] = /^https:\/\/([^/]+)(\/.*)$/.exec(url) ?? [];
  const headers = { accept: ACCEPT, ...asking?.headers, host };
  const answer = await server.ask(target, { ...asking, headers });
  if (answer.status !== 200) return `${url}: ${answer.status} ${answer.body}`;
  const seen = await sharp(answer.body).metadata();
  const right =
    seen.width === width && seen.height === height && format.includes(formatOf(seen.format));
  const warning = answer.headers['fovea-warning'];
  if ((warning !== undefined) !== remark) return `${url}: remark ${warning}`;
  if (right) return undefined;
  return `${url}: expected ${width}x${height} ${format}, got ${seen.width}x${seen.height} ${seen.format}`;
}

/** sharp calls AVIF by the name of its container. */
const formatOf = (name: string): string => (name === 'heif' ? 'avif' : name);

test('there are at least 250 URLs', () => {
  const count = Object.values(CLIENTS).flatMap((requests) => requests()).length;
  expect(count).toBeGreaterThanOrEqual(250);
});

describe.each(Object.keys(CLIENTS))('%s', (name) => {
  test('gets what it expects', { timeout: 120_000 }, async () => {
    const left = [...(CLIENTS[name]?.() ?? [])];
    const faults: string[] = [];
    const one = async () => {
      for (let request = left.shift(); request; request = left.shift()) {
        const fault = await faultOf(request);
        if (fault !== undefined) faults.push(fault);
      }
    };
    await Promise.all([one(), one(), one()]);
    expect(faults).toEqual([]);
  });
});

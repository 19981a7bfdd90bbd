/**
 * What `deploy/cdn/` does to Accept before the lookup of a CDN: browsers of all kinds keep the formats that
 * the server would take from their own words, and few copies are left.
 */
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptedFormats } from '../../src/server/http/accept.ts';
import { ask } from '../support/client.ts';
import { type Front, HAS_VARNISH, startVarnish } from '../support/fronts.ts';
import { committed } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const url = (name: string) => new URL(`../../deploy/cdn/${name}`, import.meta.url);
const read = (name: string) => readFileSync(url(name), 'utf8');

/** What clients send for pictures and for pages, and what is hard to read. */
const ACCEPTS = [
  'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  'image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  'image/webp,image/avif,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8',
  'image/webp,*/*;q=0.8',
  'image/webp,image/apng,image/*,*/*;q=0.8',
  'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5',
  'image/png, image/svg+xml, image/jxr, image/*; q=0.8, */*; q=0.5',
  'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  '*/*',
  '',
  'image/avif;q=0,image/webp',
  'image/avif; q=0.000 , IMAGE/WEBP',
  'IMAGE/AVIF ; Q=0.9 , image/*',
  'image/avif;q=0.1,image/webp;q=0.05',
  'image/avif;v=1;q=0,image/webp',
  'image/avif-sequence,image/webp2',
];

const WANTED = ['avif', 'webp'] as const;
const formatsOf = (accept: string) =>
  WANTED.filter((format) => acceptedFormats(accept || undefined).has(format));

function expectFew(reduced: readonly string[]): void {
  expect(reduced.map(formatsOf)).toEqual(ACCEPTS.map(formatsOf));
  expect(new Set(reduced).size).toBeLessThanOrEqual(4);
}

test('CloudFront', () => {
  const context: { handler?: (event: object) => { headers: Record<string, { value: string }> } } =
    {};
  runInNewContext(`${read('cloudfront.js')}\nthis.handler = handler;`, context);
  const reduced = ACCEPTS.map((value) => {
    const headers = value === '' ? {} : { accept: { value } };
    const request = { method: 'GET', uri: '/a.jpg', querystring: { w: { value: '3' } }, headers };
    return context.handler?.({ version: '1.0', request }).headers.accept?.value ?? '';
  });
  expectFew(reduced);
});

describe('Cloudflare', () => {
  type Worker = {
    readonly default: { fetch(request: Request, env: object, context: object): Promise<Response> };
    readonly reduced: (accept: string) => string;
  };

  test('reduces what a client lists', async () => {
    const { reduced } = (await import(url('cloudflare.js').href)) as Worker;
    expectFew(ACCEPTS.map(reduced));
  });

  test('keeps a copy for each format and no other answers', async () => {
    const { default: worker } = (await import(url('cloudflare.js').href)) as Worker;
    const kept = new Map<string, Response>();
    const asked: string[] = [];
    const waited: Promise<unknown>[] = [];
    const place = globalThis as unknown as Record<string, unknown>;
    const own = place.fetch;
    place.caches = {
      default: {
        match: async ({ url: key }: Request) => kept.get(key)?.clone(),
        put: async ({ url: key }: Request, answer: Response) => void kept.set(key, answer),
      },
    };
    place.fetch = async (request: Request) => {
      const accept = request.headers.get('accept') ?? '';
      asked.push(`${request.method} ${accept}`);
      const status = request.url.includes('none') ? 404 : 200;
      return new Response(accept, { status, headers: { vary: 'Accept' } });
    };
    try {
      const visit = async (target: string, accept: string, method = 'GET') => {
        const request = new Request(`https://a.example${target}`, { method, headers: { accept } });
        const context = { waitUntil: (work: Promise<unknown>) => waited.push(work) };
        const answer = await worker.fetch(request, {}, context);
        await Promise.all(waited);
        return answer.text();
      };
      const first = await visit('/a.jpg?w=3', ACCEPTS[0]!);
      expect(first).toBe('image/avif,image/webp,*/*');
      expect(await visit('/a.jpg?w=3', ACCEPTS[2]!)).toBe(first);
      expect(await visit('/a.jpg?w=3', '*/*')).toBe('*/*');
      expect(await visit('/a.jpg?w=4', ACCEPTS[0]!)).toBe(first);
      await visit('/none.jpg', '*/*');
      await visit('/none.jpg', '*/*');
      await visit('/a.jpg?w=3', '*/*', 'POST');
      expect(asked).toEqual([
        ...['GET image/avif,image/webp,*/*', 'GET */*', 'GET image/avif,image/webp,*/*'],
        ...['GET */*', 'GET */*', 'POST */*'],
      ]);
      expect(kept.size).toBe(3);
    } finally {
      place.fetch = own;
      delete place.caches;
    }
  });
});

/** Fastly's VCL is one of its own, but this much of it Varnish reads too. */
describe.skipIf(!HAS_VARNISH)('Fastly', () => {
  let server: TestServer;
  let front: Front;
  beforeAll(async () => {
    server = await startServer({ pictures: { 'leaves.jpg': committed('leaves.jpg') } });
    front = await startVarnish(
      `vcl 4.1;\nbackend default { .host = "127.0.0.1"; .port = "${server.port}"; }\n` +
        `sub vcl_recv {\n${read('fastly.vcl')}\n}\n` +
        'sub vcl_deliver { set resp.http.X-Seen = req.http.Accept; }\n',
    );
  });
  afterAll(async () => {
    await front?.stop();
    await server?.stop();
  });

  test('reduces what a client lists', async () => {
    const reduced: string[] = [];
    for (const accept of ACCEPTS) {
      const headers = accept === '' ? {} : { accept };
      const answer = await ask(front.port, '/imgix/leaves.jpg?w=40&auto=format', { headers });
      reduced.push(String(answer.headers['x-seen']));
    }
    expectFew(reduced);
  });
});

/**
 * Names of an inner network: answered like names that nobody has, header by
 * header, so that a visitor cannot find out which there are.
 */
import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { fastly } from '../../src/dialects/fastly/index.ts';
import { imageoptim } from '../../src/dialects/imageoptim/index.ts';
import { imgix } from '../../src/dialects/imgix/index.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createOrigin } from '../../src/origins/create.ts';
import { fakeEngine, handleWith, site } from '../../src/server/exchange.suite.ts';
import { exchange } from '../support/client.ts';

type Resolve = () => Promise<{ address: string; family: number }[]>;

const NOBODY: Resolve = async () => {
  throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
};
const INNER: Resolve = async () => [{ address: '127.0.0.1', family: 4 }];

/** An engine that reads the source and nothing else. */
function engineOf(resolve: Resolve, port: number, kind: 'web' | 'http'): Engine {
  const allow = [`*.example:${port}`];
  const config =
    kind === 'web'
      ? ({ kind, allow } as const)
      : ({ kind, base: `http://db.example:${port}/`, allow } as const);
  const origin = createOrigin(config, {}, { resolve });
  return fakeEngine({
    render: async ({ signal, compiled }) => {
      const location = await origin.locate(compiled.source);
      await origin.fetch(location, undefined, signal);
      throw new Error('expected a fault of the origin');
    },
  });
}

const targets: readonly [Dialect, 'web' | 'http', (url: string) => string][] = [
  [imgix, 'web', (url) => `/d/${encodeURIComponent(url)}`],
  [imageoptim, 'web', (url) => `/d/300/${url}`],
  [fastly, 'http', () => '/d/a.jpg?width=9'],
];

describe.each(targets)('$0.name of a $1 origin', (dialect, kind, targetOf) => {
  test('answers both alike', async () => {
    let reached = 0;
    const server = createServer((_, response) => {
      reached++;
      response.end('inner');
    });
    await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok));
    const { port } = server.address() as { port: number };
    const place = {
      site: { ...site('d', dialect), settings: { name: 'd', origin: kind } },
      prefix: '/d',
      hosts: [],
    };
    const answers = await Promise.all(
      [NOBODY, INNER].map(async (resolve) => {
        const handle = handleWith(engineOf(resolve, port, kind), { routes: [place] });
        const answer = await handle(exchange(targetOf(`http://db.example:${port}/a.jpg`)));
        const { 'x-request-id': _, ...headers } = answer.headers;
        return { ...answer, headers, body: Buffer.from(answer.body as Uint8Array).toString() };
      }),
    );
    server.close();
    expect(answers[1]).toEqual(answers[0]);
    expect([reached, answers[0]?.status]).toEqual([0, 404]);
  });
});

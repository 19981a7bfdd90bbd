/**
 * The longest `Vary` that a dialect can send: nginx 1.22 stores nothing whose
 * value is over 128 characters (NGX_HTTP_CACHE_VARY_LEN).
 */
import { expect, test } from 'vitest';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { fastly } from '../../src/dialects/fastly/index.ts';
import { imageoptim } from '../../src/dialects/imageoptim/index.ts';
import { imgix } from '../../src/dialects/imgix/index.ts';
import { joinNames } from '../../src/server/http/http-message.ts';

const NGINX_MOST = 128;

test.each<[Dialect, string]>([
  [fastly, '/a.jpg?auto=avif,webp&format=auto&width=9'],
  [imgix, '/a.jpg?auto=format,compress&ch=Width,DPR,Save-Data&w=9'],
  [imageoptim, '/300,2x/a.jpg'],
])('of $name is kept by nginx', (dialect, target) => {
  const image = {
    method: 'GET' as const,
    target,
    headers: {
      'user-agent': 'a browser',
      'sec-ch-width': '300',
      'sec-ch-dpr': '2',
      'save-data': 'on',
    },
    accepts: new Set(['avif', 'webp'] as const),
    now: 0,
    upload: false,
  };
  const { response } = dialect.compile(image, { name: 'a', origin: 'folder' });
  const vary =
    joinNames(response.vary.join(','), response.headers.vary, 'Accept', 'User-Agent') ?? '';
  expect(vary).toMatch(/accept/i);
  expect(vary).not.toMatch(/\*/);
  expect(vary.length).toBeLessThanOrEqual(NGINX_MOST);
});

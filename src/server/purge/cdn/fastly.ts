/**
 * Fastly: purges by surrogate keys, many in one request (docs/spec/http.md 5.5).
 *
 * Pure.
 */
import type { Cdn } from './cdn.ts';

/** @param api its address, such as https://api.fastly.com */
export function fastly({ api, service }: { readonly api: string; readonly service: string }): Cdn {
  return {
    name: 'fastly',
    together: 256,
    request: (tags, soft, token) => ({
      url: `${api.replace(/\/$/, '')}/service/${encodeURIComponent(service)}/purge`,
      headers: {
        'fastly-key': token,
        'content-type': 'application/json',
        accept: 'application/json',
        ...(soft ? { 'fastly-soft-purge': '1' } : {}),
      },
      body: JSON.stringify({ surrogate_keys: tags }),
    }),
  };
}

/**
 * Cloudflare Worker on the route of the image host: keeps a copy for each format that Fovea looks at.
 *
 * The cache of a worker has no variants, so the key names the formats. What the origin answers is kept as
 * long as it says. Cloudflare's own cache is left out (`cacheTtl: 0`): it does not tell formats apart.
 */
const FORMATS = ['image/avif', 'image/webp'];

export default {
  async fetch(request, _environment, context) {
    if (request.method !== 'GET' && request.method !== 'HEAD') return fetch(request);
    const accept = reduced(request.headers.get('accept') ?? '');
    const headers = new Headers(request.headers);
    headers.set('accept', accept);
    const address = new URL(request.url);
    address.searchParams.append('fovea-accept', accept);
    const key = new Request(address, { headers: rangeOf(request) });
    const kept = await caches.default.match(key);
    if (kept) return kept;
    const answer = await fetch(new Request(request, { headers }), { cf: { cacheTtl: 0 } });
    // A part is none to keep, and an answer to HEAD has no body
    if (request.method === 'GET' && answer.status === 200) {
      const copy = new Response(answer.clone().body, answer);
      copy.headers.delete('vary');
      context.waitUntil(caches.default.put(new Request(address), copy));
    }
    return answer;
  },
};

/** The headers that the cache answers a part or a 304 by. */
function rangeOf(request) {
  const names = ['range', 'if-none-match', 'if-modified-since'];
  return names.flatMap((name) => {
    const value = request.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
}

/** The formats that a client lists with a q above 0, in one spelling. */
export function reduced(accept) {
  const entries = accept
    .toLowerCase()
    .split(',')
    .map((entry) => entry.split(';').map((part) => part.trim()));
  const wanted = FORMATS.filter((format) =>
    entries.some(
      ([type, ...parameters]) =>
        type === format && !parameters.some((text) => /^q\s*=\s*0?(\.0*)?$/.test(text)),
    ),
  );
  return [...wanted, '*/*'].join(',');
}

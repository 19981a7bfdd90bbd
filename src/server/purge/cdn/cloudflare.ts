/**
 * Cloudflare: purges by cache tags, many in one request (docs/spec/http.md 5.6). It knows no soft purge.
 *
 * Pure.
 */
import type { Cdn } from './cdn.ts';

/** @param api its address, such as https://api.cloudflare.com/client/v4 */
export function cloudflare({ api, zone }: { readonly api: string; readonly zone: string }): Cdn {
  return {
    name: 'cloudflare',
    together: 100,
    request: (tags, _soft, token) => ({
      url: `${api.replace(/\/$/, '')}/zones/${encodeURIComponent(zone)}/purge_cache`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tags }),
    }),
    refusal: (body) => {
      const answer = parsed(body);
      return answer?.success === true ? undefined : `refused${codesOf(answer?.errors)}`;
    },
  };
}

interface Answer {
  readonly success?: unknown;
  readonly errors?: unknown;
}

function parsed(body: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Its numbers alone: what else it says may repeat what was sent. */
function codesOf(errors: unknown): string {
  const list: readonly unknown[] = Array.isArray(errors) ? errors.slice(0, 5) : [];
  const codes = list
    .map((one) => (one as { code?: unknown } | null)?.code)
    .filter((code) => typeof code === 'number');
  return codes.length === 0 ? '' : ` with ${codes.join(', ')}`;
}

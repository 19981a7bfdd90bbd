/**
 * Safari: formats that a browser lists and does not show
 * (docs/spec/imgix.md 4.4.2 and 4.4.3).
 */
import type { FormatName } from '../../../image/format.ts';

/**
 * Whether a user agent may decide about formats. Off: the `Accept` header of
 * every browser in use tells the truth, and a cache that would have to keep
 * user agents apart keeps almost nothing (docs/spec/http.md 1.7).
 */
export const USER_AGENT_DECIDES = false;

/** Formats that a user agent cannot show although it may list them. */
export function brokenFormats(userAgent: string | undefined): readonly FormatName[] {
  const words = (userAgent ?? '').split(' ');
  const at = words.findIndex((word) => word.startsWith('Version/'));
  const after = words[at + 1]?.startsWith('Mobile/') ? at + 2 : at + 1;
  const version = /^Version\/(\d{1,3})(?:\.(\d{1,3}))?/.exec(words[at] ?? '');
  if (version === null || !words[after]?.startsWith('Safari/')) return [];
  const major = Number(version[1]);
  const minor = Number(version[2] ?? 0);
  return [
    ...(major < 16 || (major === 16 && minor < 4) ? (['avif'] as const) : []),
    ...(major === 14 ? (['webp'] as const) : []),
  ];
}

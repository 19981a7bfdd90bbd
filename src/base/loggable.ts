/**
 * Loggable: targets and URLs as they may stand in a log or a trace, without what may be a secret.
 *
 * Pure.
 */

/** The path of a target as it may stand in a log: no query, no user info, at most 300 characters. */
export function loggable(target: string): string {
  const path = withoutUserInfo(target.split(QUERY, 1)[0] ?? '');
  return path.length > 300 ? `${path.slice(0, 300)}…` : path;
}

/** Where a query or fragment begins, that of a URL inside the path included, however often encoded. */
const QUERY = /[?#]|%(?:25){0,9}(?:3f|23)/i;

/** `http://name:secret@host/` as `http://host/`, percent-encoded or not; reads each segment once. */
function withoutUserInfo(path: string): string {
  const segments = /(:|%3a)(\/|%2f){1,2}([^/]*)/gi;
  return path.replace(segments, (all, colon: string, _slash, rest: string) => {
    const parts = rest.split(/@|%40/);
    return parts.length === 1 ? all : `${colon}//${parts.at(-1)}`;
  });
}

/**
 * Request headers: what an operator may have sent to an origin beside what a request for a source is
 * made of (docs/spec/http.md 13.18).
 *
 * Pure.
 */

/** Headers that this client writes itself, or that would change what an answer means. */
const OWN: ReadonlySet<string> = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'te', 'trailer', 'upgrade'],
  ...['expect', 'keep-alive', 'proxy-connection', 'accept-encoding', 'cdn-loop', 'x-request-id'],
  ...['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'],
]);

const MOST_HEADERS = 32;
const LONGEST_VALUE = 8_000;

/** What is wrong with headers that were configured, in words; undefined where nothing is. */
export function requestHeadersProblem(
  headers: Readonly<Record<string, unknown>>,
): string | undefined {
  const names = Object.keys(headers);
  if (names.length > MOST_HEADERS) return `expected at most ${MOST_HEADERS} headers`;
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length) {
    return 'expected each header once, whatever its case';
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]{1,64}$/.test(name)) return 'expected names of headers';
    if (OWN.has(name.toLowerCase())) return `expected no ${name}, which is written here`;
    if (typeof value !== 'string') continue;
    const plain = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/.test(value);
    if (!plain || value.length > LONGEST_VALUE) {
      return `expected printable ASCII without blanks at its ends for ${name}`;
    }
  }
  return undefined;
}

/** Names in lower case, so that each is there once. */
export function lowerCaseNames(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

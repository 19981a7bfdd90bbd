/**
 * Redact: text of a log line without what may be a secret, wherever it came from: messages of libraries,
 * details of faults, words of a render worker.
 *
 * Pure. It reads text that may be JSON and leaves JSON that is JSON: nothing it takes away holds a
 * quote or a backslash.
 */

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** Names of parameters, headers and fields whose values are secret. */
const SECRET_NAME =
  /^(?:s|sig|key|auth|pwd|passwd|cookie|set-cookie|credentials?|authorization|proxy-authorization)$|(?:token|secret|password|signature|credential|api[-_]?key)$/i;

/** A text that has none of these holds nothing to be taken away. */
const SUSPECT =
  /[?@]|%3f|%40|(?:bearer|basic|digest)\s|\bs(?:=|%3d)|(?:sig|signature|token|key|secret|password|passwd|pwd|auth|authorization|cookie|credentials?)["']?\s*(?:[:=]|%3d)/i;

/** `https://name:secret@host` without what is before the host. */
const USER_INFO = /(https?(?::|%3a)(?:\/|%2f){2})[^\s"\\/?#]{0,512}(?:@|%40)/gi;

/** The query and the fragment of a URL, whatever is in them. */
const QUERY =
  /(https?(?::|%3a)(?:\/|%2f){2}[^\s"\\?#]{0,2000}?)(?:[?#]|%(?:25){0,9}(?:3f|23))[^\s"\\]*/gi;

/** `Bearer …` and its like. */
const SCHEME = /\b(bearer|basic|digest)\s+[A-Za-z0-9._~+/=:-]+/gi;

/** `sig=…`, in a query or alone. */
const PAIR = /(?<![a-z0-9_-])([a-z][a-z0-9_-]{0,40})(=|%3d)[^\s"\\&;,#]+/gi;

/** `"token":"…"`, a field of JSON. */
const FIELD = /"([a-z][a-z0-9_-]{0,40})"(\s*:\s*)"(?:[^"\\]|\\.)*"/gi;

/** `Cookie: …`, a header. */
const HEADER = /(?<![a-z0-9_"-])([a-z][a-z-]{2,40})(:\s*)[^\s"\\]+(?: [^\s"\\]+)?/gi;

/** The text without secrets; the same text where there are none. */
export function redacted(text: string): string {
  if (!SUSPECT.test(text)) return text;
  const named =
    (write: (name: string, between: string) => string) =>
    (all: string, name: string, between: string) =>
      SECRET_NAME.test(name) ? write(name, between) : all;
  return text
    .replace(
      FIELD,
      named((name, between) => `"${name}"${between}"${REDACTED}"`),
    )
    .replace(USER_INFO, '$1')
    .replace(QUERY, '$1')
    .replace(
      HEADER,
      named((name, between) => name + between + REDACTED),
    )
    .replace(SCHEME, `$1 ${REDACTED}`)
    .replace(
      PAIR,
      named((name, between) => name + between + REDACTED),
    );
}

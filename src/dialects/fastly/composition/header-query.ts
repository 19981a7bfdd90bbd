/**
 * Header query: the fields of a feature that a request header steers, written as a query string
 * (docs/spec/fastly-io.md 8.1).
 *
 * The last of several equal names wins, an empty value is as good as none. Text that is not well
 * encoded stays as it is.
 */

/** Most characters that are read of a header. */
export const LONGEST_FIELDS = 8000;

/** Decoded texts by their names; none of a header that is too long. */
export function fieldsOf(query: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  if (query.length > LONGEST_FIELDS) return fields;
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const text = equals < 0 ? '' : decoded(pair.slice(equals + 1));
    if (text !== '') fields.set(decoded(pair.slice(0, equals)), text);
  }
  return fields;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

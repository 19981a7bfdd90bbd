/** A path whose text may hold what a URL cannot, percent-encoded in UTF-8; escapes that are there stay. */
export function encodedPath(path: string): string {
  return path.replace(/%[0-9a-f]{2}|[^\x21-\x7e]|["#%<>^`{|}]/giu, (text) =>
    text.length === 3 && text.startsWith('%') ? text : escaped(text),
  );
}

function escaped(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text));
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

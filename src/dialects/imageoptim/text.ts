/**
 * Text: decoding what clients encoded, and quoting what they wrote.
 *
 * Pure; both are safe for any input, however broken.
 */

/** Longest piece of a client's own words that is repeated to it. */
const QUOTE_LENGTH = 40;

/**
 * `text` with its percent escapes decoded exactly once, as UTF-8.
 *
 * `%252F` becomes `%2F`. Escapes that are no UTF-8 (`%E9`, from an older
 * character set) and percent signs that begin no escape stay as they are: the
 * origin that wrote them still understands them.
 */
export function decodeOnce(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run.replace(/%[0-7][0-9a-f]/gi, (one) => decodeURIComponent(one));
    }
  });
}

/**
 * `text` with everything beyond ASCII percent-encoded as UTF-8.
 *
 * Node hands on a target as one character per byte, so `ü` sent raw arrives
 * as two characters; these are bytes already. What is no UTF-8 that way came
 * as characters and is encoded as such.
 */
export function escapeRaw(text: string): string {
  return text.replace(/[\u0080-\uffff]+/g, (run) => {
    const bytes = /^[\x80-\xff]+$/.test(run) ? byteEscapes(run) : undefined;
    if (bytes !== undefined && decodeOnce(bytes) !== bytes) return bytes;
    return encodeURIComponent(run.replace(/[\ud800-\udfff]/gu, '\ufffd'));
  });
}

function byteEscapes(run: string): string {
  return run.replace(/./gs, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `text` as it may be repeated in a message or a header: short, printable ASCII, no quotes. */
export function quoted(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, "'");
  return plain.length > QUOTE_LENGTH ? `${plain.slice(0, QUOTE_LENGTH)}...` : plain;
}

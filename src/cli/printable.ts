/** Printable: text from outside as a terminal may show it. */

/**
 * A name or a sentence without control characters (C0, DEL, C1): nothing in it may move the cursor of a
 * terminal, or begin a line of its own.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
}

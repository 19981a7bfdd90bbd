/** What has to be in a text for plain styles to be other than its own (plain-styles.ts). */
const SIGNS = /var\(|@media|@layer|transform-origin/;

/** Whether a reader of CSS is worth loading for a text. */
export function hasStyles(text: string): boolean {
  return SIGNS.test(text);
}

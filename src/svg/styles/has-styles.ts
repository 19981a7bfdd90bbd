/** What has to be in a text for plain styles to be other than its own (plain-styles.ts). */
const SIGNS = new RegExp(
  [
    'var\\(|@media|@layer|@supports|transform-(?:origin|box)|:(?:is|where|has)\\(|\\([^()]{1,20}\\sof\\s',
    // A background of the root, which is not the old `enable-background`
    '(?<!enable-)background',
    // Transforms of CSS alone
    '[;{"\'\\s](?:translate|rotate|scale)\\s*:|(?:translate|scale)3d\\(|(?:translate|rotate|scale)[zZ]\\(',
    'translate[xy]?\\([^()]{0,99}%',
    // Colors beyond sRGB, and by the theme
    '(?:lab|lch|light-dark|[^\\w-]color)\\(',
    // A rule in a rule
    '\\{[^{}]*\\{',
    // A sheet for something else
    '<style[^>]{0,300}\\s(?:media|type\\s*=\\s*["\'](?!text/css))',
  ].join('|'),
  'i',
);

/** Whether a reader of CSS is worth loading for a text. */
export function hasStyles(text: string): boolean {
  return SIGNS.test(text);
}

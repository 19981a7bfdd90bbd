/**
 * PromQL, as far as it takes to see which metrics an expression reads, with which labels.
 */

/** A metric of an expression, with the labels that its selector compares. */
export interface Selected {
  readonly name: string;
  readonly labels: readonly { readonly name: string; readonly values: readonly string[] }[];
}

const WORDS = new Set(
  'and or unless on ignoring group_left group_right by without bool offset inf nan start end'.split(
    ' ',
  ),
);

/** The metrics that an expression selects, in their order. */
export function metricsOf(expression: string): Selected[] {
  const found: Selected[] = [];
  // Texts are taken out, so that nothing within them is read
  const texts: string[] = [];
  const plain = expression
    .replace(/"((?:[^"\\]|\\.)*)"/g, (_, text: string) => `"${texts.push(text) - 1}"`)
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ');
  for (const match of plain.matchAll(/([a-zA-Z_:][\w:]*)(\s*\()?(?:\{([^}]*)\})?/g)) {
    const [, name = '', call, inner = ''] = match;
    const within =
      plain.slice(0, match.index).lastIndexOf('{') > plain.slice(0, match.index).lastIndexOf('}');
    if (call !== undefined || within || WORDS.has(name) || /^\d/.test(name)) continue;
    const labels = [...inner.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"(\d+)"/g)].map(
      ([, label = '', index]) => ({ name: label, values: (texts[Number(index)] ?? '').split('|') }),
    );
    found.push({ name, labels });
  }
  return found;
}

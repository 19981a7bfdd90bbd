/**
 * Snippets: a URL as people put it into pages and terminals.
 *
 * Pure text.
 */
import type { Compiled, Widths } from './api.ts';

/** Where the pictures will be served from. */
export type Base = string;

export const SNIPPETS = ['URL', '<picture>', 'srcset', 'curl'] as const;
export type SnippetName = (typeof SNIPPETS)[number];

export function snippet(
  name: SnippetName,
  { url, widths, formats }: Compiled,
  base: Base,
  alt: string,
): string {
  const absolute = `${base}${url}`;
  const image = (srcset: string) =>
    `<img src="${html(absolute)}"${srcset === '' ? '' : `\n     srcset="${html(srcset)}"\n     sizes="100vw"`} alt="${html(alt)}">`;
  switch (name) {
    case 'URL':
      return absolute;
    case 'curl':
      return `curl -sS -H 'Accept: image/avif,image/webp,*/*' -D - -o picture ${shell(absolute)}`;
    case 'srcset':
      return image(srcsetOf(widths, base));
    case '<picture>': {
      const sources = formats
        .filter(({ widths: of }) => of.length > 0)
        .map(
          ({ format, widths: of }) =>
            `  <source type="image/${format}" sizes="100vw"\n          srcset="${html(srcsetOf(of, base))}">\n`,
        );
      return `<picture>\n${sources.join('')}  ${image(srcsetOf(widths, base))}\n</picture>`;
    }
  }
}

function srcsetOf(widths: Widths, base: Base): string {
  // A comma ends a candidate where a space follows, and the URL of none ends with one
  return widths.map(([width, url]) => `${base}${url} ${width}w`).join(', ');
}

function html(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

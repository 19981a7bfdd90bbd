/**
 * The `<picture>` of pictures that a build has made. Pure, and free of Node.
 */

/** A format of a picture in its widths. */
export interface PictureFormat {
  /** Media type, such as `image/avif`. */
  readonly type: string;
  /** For an attribute `srcset`. */
  readonly srcset: string;
}

/** A picture in the formats and widths that were made of it. */
export interface BuiltPicture {
  /** For browsers that know nothing else: the largest of the last format. */
  readonly src: string;
  /** Pixels of the largest. */
  readonly width: number;
  readonly height: number;
  /** The best first; the last is the one for everybody. */
  readonly formats: readonly PictureFormat[];
}

export interface PictureAttributes {
  /** What the picture shows; empty for what is decoration. */
  readonly alt: string;
  /** How wide it stands in the page, such as `(min-width: 40rem) 50vw, 100vw`. */
  readonly sizes?: string;
  readonly loading?: 'lazy' | 'eager';
  readonly class?: string;
}

/** The element as HTML. */
export function pictureHtml(
  { src, width, height, formats }: BuiltPicture,
  { alt, sizes = '100vw', loading = 'lazy', class: name }: PictureAttributes,
): string {
  const last = formats.at(-1);
  const sources = formats
    .slice(0, -1)
    .map(
      ({ type, srcset }) =>
        `<source type="${type}" srcset="${escaped(srcset)}" sizes="${escaped(sizes)}">`,
    );
  const attributes = [
    `src="${escaped(src)}"`,
    ...(last === undefined
      ? []
      : [`srcset="${escaped(last.srcset)}"`, `sizes="${escaped(sizes)}"`]),
    `width="${width}"`,
    `height="${height}"`,
    `alt="${escaped(alt)}"`,
    `loading="${loading}"`,
    'decoding="async"',
    ...(name === undefined ? [] : [`class="${escaped(name)}"`]),
  ];
  return `<picture>${sources.join('')}<img ${attributes.join(' ')}></picture>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

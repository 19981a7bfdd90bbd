/**
 * What frameworks ask of a picture, in the words of a dialect: a box, how to fill it, a format, a quality.
 *
 * Pure, and free of Node: it runs in pages.
 */
import type { DialectName, Parameters } from '../client/client.ts';

/** A picture as a component of a framework asks for it. */
export interface AskedFor {
  /** Pixels; absent: as wide as the height or the source makes it. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** `cover` fills the box and cuts what is over; `inside`, the default, keeps all within it. */
  readonly fit?: 'cover' | 'inside' | undefined;
  /** A format by name; absent or `auto`: the best that the browser takes. */
  readonly format?: string | undefined;
  /** 1 to 100 on the scale of JPEG; absent: the usual target of the dialect. */
  readonly quality?: number | undefined;
}

const BY_DIALECT: {
  readonly [Name in DialectName]: (asked: AskedFor) => Parameters<Name>;
} = {
  fastly: ({ width, height, fit, format = 'auto', quality }) => ({
    ...defined({ width, height }),
    ...(isBox(width, height) ? { fit: fit === 'cover' ? 'crop' : 'bounds' } : {}),
    format,
    ...(quality === undefined ? { optimize: 'medium' } : { quality }),
  }),
  imgix: ({ width, height, fit, format = 'auto', quality }) => ({
    ...defined({ w: width, h: height }),
    ...(isBox(width, height) ? { fit: fit === 'cover' ? 'crop' : 'max' } : {}),
    ...(format === 'auto'
      ? { auto: quality === undefined ? 'format,compress' : 'format' }
      : {
          fm: format === 'jpeg' ? 'jpg' : format,
          ...(quality === undefined ? { auto: 'compress' } : {}),
        }),
    ...(quality === undefined ? {} : { q: quality }),
  }),
  imageoptim: ({ width, height, fit, format, quality }) => ({
    ...(width === undefined && height === undefined ? {} : { size: sizeOf(width, height) }),
    ...(height === undefined
      ? {}
      : fit === 'cover' && width !== undefined
        ? { crop: 'auto' }
        : { fit: true }),
    // Of the others the service finds the best by itself
    ...(format === 'png' || format === 'jpeg' ? { format } : {}),
    ...(quality === undefined ? {} : { quality: wordOf(quality) }),
  }),
};

/** The parameters of a dialect for what a framework asks. */
export function parametersOf<Name extends DialectName>(
  dialect: Name,
  asked: AskedFor,
): Parameters<Name> {
  return BY_DIALECT[dialect](asked);
}

function isBox(width: number | undefined, height: number | undefined): boolean {
  return width !== undefined && height !== undefined;
}

/** Wider than any picture: ImageOptim has no size of a height alone. */
const ANY_WIDTH = 10_000;

function sizeOf(width: number | undefined, height: number | undefined): string {
  return height === undefined ? `${width}` : `${width ?? ANY_WIDTH}x${height}`;
}

function defined<Values extends object>(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Values;
}

/** ImageOptim knows words for qualities. */
function wordOf(quality: number): 'low' | 'medium' | 'high' {
  if (quality < 50) return 'low';
  return quality < 85 ? 'medium' : 'high';
}

/** `imgix-url-builder`, with which Prismic's clients build their addresses. */
import { buildPixelDensitySrcSet, buildURL, buildWidthSrcSet } from 'imgix-url-builder';
import {
  buildSignedPixelDensitySrcSet,
  buildSignedURL,
  buildSignedWidthSrcSet,
} from 'imgix-url-builder/node';
import {
  type ClientRequest,
  candidates,
  densities,
  HOSTS,
  heightAt,
  PHOTO,
  TOKEN,
} from './client-request.ts';

const open = `https://${HOSTS.imgix}/${PHOTO}`;
const closed = `https://${HOSTS.signed}/${PHOTO}`;
const [urlOf, signedUrlOf] = [buildURL, buildSignedURL];

const CASES: readonly [Parameters<typeof buildURL>[1], number, number, ...string[]][] = [
  [{ width: 300 }, 300, 225],
  [{ w: 300, h: 300, fit: 'crop' }, 300, 300],
  [{ width: 300, height: 200, fit: 'fill', fillColor: 'navy' }, 300, 200],
  [{ rect: [0, 0, 600, 400], w: 300 }, 300, 200],
  [{ auto: ['compress', 'format'], w: 200 }, 200, 150, 'webp'],
  [{ maxW: 320, fit: 'crop', h: 300 }, 320, 300],
  [{ w: 200, fm: 'png8' }, 200, 150, 'png'],
  [{ w: 200, border: '4,f00', borderRadius: 20, fm: 'png' }, 200, 150, 'png'],
  [{ w: 200, padTop: 10, padLeft: 10 }, 200, 153],
  [{ w: 240, fpX: 0.7, fpY: 0.3, h: 240, fit: 'crop', crop: 'focalpoint' }, 240, 240],
];

export function imgixUrlBuilder(): ClientRequest[] {
  const built = CASES.flatMap(([params, width, height, ...format]) =>
    [urlOf(open, params), signedUrlOf(closed, TOKEN, params)].map((url) => ({
      url,
      width,
      height,
      ...(format.length > 0 ? { format } : {}),
    })),
  );
  const widths = [160, 320, 480, 640];
  const fluid = [
    buildWidthSrcSet(open, { widths, fit: 'max' }),
    buildSignedWidthSrcSet(closed, TOKEN, { widths, q: 60 }),
  ].flatMap((srcset) =>
    candidates(srcset).map(({ url, width }) => ({ url, width, height: heightAt(width) })),
  );
  const fixed = [
    buildPixelDensitySrcSet(open, { pixelDensities: [1, 2, 3], w: 100, h: 100, fit: 'crop' }),
    buildSignedPixelDensitySrcSet(closed, TOKEN, {
      pixelDensities: [1, 2],
      w: 100,
      ar: '1:1',
      fit: 'crop',
    }),
  ].flatMap((srcset) =>
    densities(srcset).map(({ url, ratio }) => ({ url, width: 100 * ratio, height: 100 * ratio })),
  );
  return [...built, ...fluid, ...fixed];
}

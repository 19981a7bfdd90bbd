/** `@imgix/js-core`, on which `react-imgix`, `vue-imgix` and `angular-imgix` stand. */
import js from '@imgix/js-core';
import {
  type ClientRequest,
  candidates,
  densities,
  HOSTS,
  heightAt,
  NAMES,
  PHOTO,
  TOKEN,
} from './client-request.ts';

/** Its types speak of an ES module; what Node loads is CommonJS, the class itself. */
const ImgixClient = js as unknown as typeof js.default;

const client = new ImgixClient({ domain: HOSTS.imgix });
const signed = new ImgixClient({ domain: HOSTS.signed, secureURLToken: TOKEN });
const quiet = new ImgixClient({ domain: HOSTS.imgix, includeLibraryParam: false });

/** Parameters, and the size that comes of 1600 x 1200. */
const CASES: readonly [object, number, number, ...string[]][] = [
  [{ w: 400 }, 400, 300],
  [{ h: 300 }, 400, 300],
  [{ w: 400, h: 400 }, 400, 300],
  [{ w: 400, h: 400, fit: 'crop' }, 400, 400],
  [{ w: 300, h: 500, fit: 'crop', crop: 'top,left' }, 300, 500],
  [{ w: 300, h: 500, fit: 'crop', crop: 'entropy' }, 300, 500],
  [
    { w: 320, h: 320, fit: 'crop', crop: 'focalpoint', 'fp-x': 0.2, 'fp-y': 0.8, 'fp-z': 2 },
    320,
    320,
  ],
  [{ w: 400, h: 400, fit: 'fill', fill: 'solid', 'fill-color': 'f60' }, 400, 400],
  [{ w: 400, h: 400, fit: 'fill', fill: 'blur' }, 400, 400],
  [{ w: 400, h: 400, fit: 'scale' }, 400, 400],
  [{ w: 400, h: 400, fit: 'max' }, 400, 300],
  [{ w: 3000, fit: 'max' }, 1600, 1200],
  [{ w: 400, h: 400, fit: 'min' }, 400, 400],
  [{ w: 400, h: 500, fit: 'clamp' }, 400, 500],
  [{ w: 300, ar: '16:9', fit: 'crop' }, 300, 169],
  [{ h: 200, ar: '1:1', fit: 'crop' }, 200, 200],
  [{ rect: '100,100,400,200' }, 400, 200],
  [{ rect: 'center,middle,400,200', w: 200 }, 200, 100],
  [{ w: 200, dpr: 2 }, 400, 300],
  [{ w: 200, dpr: 1.5 }, 300, 225],
  [{ w: 200, rot: 90 }, 200, 150],
  [{ w: 200, rot: 90, 'rot-type': 'pivot' }, 150, 200],
  [{ w: 200, flip: 'h' }, 200, 150],
  [{ w: 200, orient: 6 }, 200, 267],
  [{ w: 200, auto: 'format' }, 200, 150, 'webp'],
  [{ w: 200, auto: 'format,compress' }, 200, 150, 'webp'],
  [{ w: 200, auto: ['format', 'compress'] }, 200, 150, 'webp'],
  [{ w: 200, fm: 'png' }, 200, 150, 'png'],
  [{ w: 200, fm: 'webp', q: 40 }, 200, 150, 'webp'],
  [{ w: 200, fm: 'pjpg', q: 60 }, 200, 150, 'jpeg'],
  [{ w: 200, sat: -50, bri: 10, con: -10, sharp: 20 }, 200, 150],
  [{ w: 200, monochrome: 'ff4a4a4a', blur: 20 }, 200, 150],
  [{ w: 200, sepia: 80, px: 8 }, 200, 150],
  [{ w: 200, duotone: ['000080', 'FA8072'], 'duotone-alpha': 60 }, 200, 150],
  [{ w: 200, border: '4,f00', pad: 10, bg: 'fff' }, 200, 155],
  [{ w: 200, mask: 'ellipse', fm: 'png' }, 200, 150, 'png'],
  [{ h: 300, 'max-w': 300, fit: 'crop' }, 300, 300],
  [{ w: 0.25 }, 400, 300],
  [{ w: 200, usm: 20, usmrad: 4, vib: 20, exp: 2, gam: 5, high: -10, shad: 10, hue: 30 }, 200, 150],
];

function built(): ClientRequest[] {
  return CASES.flatMap(([params, width, height, ...format]) =>
    [client, signed].map((one) => ({
      url: one.buildURL(`/${PHOTO}`, params),
      width,
      height,
      ...(format.length > 0 ? { format } : {}),
    })),
  );
}

function srcsets(): ClientRequest[] {
  const fluid = [client, signed, quiet].flatMap((one) =>
    candidates(one.buildSrcSet(`/${PHOTO}`, { q: 50 }, { minWidth: 100, maxWidth: 900 })).map(
      ({ url, width }) => ({ url, width, height: heightAt(width) }),
    ),
  );
  const tolerant = candidates(
    client.buildSrcSet(
      `/${PHOTO}`,
      { ar: '2:1', fit: 'crop' },
      { maxWidth: 800, widthTolerance: 0.3 },
    ),
  ).map(({ url, width }) => ({ url, width, height: Math.round(width / 2) }));
  const listed = candidates(client.buildSrcSet(`/${PHOTO}`, {}, { widths: [144, 240, 446] })).map(
    ({ url, width }) => ({ url, width, height: heightAt(width) }),
  );
  const fixed = densities(client.buildSrcSet(`/${PHOTO}`, { w: 120, h: 90, fit: 'crop' })).map(
    ({ url, ratio }) => ({ url, width: 120 * ratio, height: 90 * ratio }),
  );
  const high = densities(
    signed.buildSrcSet(
      `/${PHOTO}`,
      { h: 90 },
      { devicePixelRatios: [1, 2, 3], disableVariableQuality: true },
    ),
  ).map(({ url, ratio }) => ({ url, width: 120 * ratio, height: 90 * ratio }));
  return [...fluid, ...tolerant, ...listed, ...fixed, ...high];
}

/** Names that need escaping, and a whole URL behind a web proxy. */
function paths(origin: string): ClientRequest[] {
  const size = { width: 100, height: 75 };
  const escaped = NAMES.flatMap((name) =>
    [client, signed].map((one) => ({ url: one.buildURL(`/${name}`, { w: 100 }), ...size })),
  );
  const proxied = new ImgixClient({ domain: HOSTS.proxied, secureURLToken: TOKEN });
  return [...escaped, { url: proxied.buildURL(`${origin}/photo one.jpg`, { w: 100 }), ...size }];
}

export const imgixCore = (origin: string): ClientRequest[] => [
  ...built(),
  ...srcsets(),
  ...paths(origin),
];

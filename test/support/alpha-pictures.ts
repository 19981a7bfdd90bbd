/**
 * Pictures whose information is in their alpha: logos, icons, letters, shadows and
 * cut-outs, drawn here so that every machine has the same.
 */
import sharp, { type Sharp } from 'sharp';
import type { Raster } from '../../src/image/raster.ts';
import { committed } from './pictures.ts';

const COLORS = {
  black: '#000',
  white: '#fff',
  navy: '#123a7a',
  red: '#d01c2a',
  grey: '#8a8a8a',
} as const;

type ColorName = keyof typeof COLORS;

/** A ring, a bar and a wave: curves, straight edges and thin lines in one color. */
const logo = (color: string) => `
  <circle cx="40" cy="40" r="26" fill="none" stroke="${color}" stroke-width="11"/>
  <rect x="84" y="14" width="14" height="52" fill="${color}"/>
  <path d="M112 60 C122 10 136 10 142 40 S160 70 170 20" fill="none" stroke="${color}" stroke-width="6"/>`;

/** Strokes like those of small letters. */
const letters = (color: string) => {
  const strokes = Array.from({ length: 14 }, (_, i) => {
    const x = 8 + i * 12;
    const shape = ['M0 20V0H7V20', 'M0 0L4 20L8 0', 'M8 3A5 9 0 1 0 8 17', 'M0 0H8M4 0V20'][i % 4];
    return `<path transform="translate(${x} 10)" d="${shape}"/><path transform="translate(${x} 44)scale(.7)" d="${shape}"/>`;
  });
  return `<g fill="none" stroke="${color}" stroke-width="2">${strokes.join('')}</g>`;
};

const ICONS = [
  '<path d="M90 8 L110 34 L98 34 L98 70 L82 70 L82 34 L70 34 Z" fill="#2a9d3c"/><rect x="60" y="64" width="60" height="8" fill="#184d20"/>',
  '<circle cx="90" cy="40" r="32" fill="#f5b301"/><circle cx="78" cy="32" r="5" fill="#333"/><circle cx="102" cy="32" r="5" fill="#333"/><path d="M74 50 Q90 64 106 50" fill="none" stroke="#333" stroke-width="5"/>',
  '<rect x="50" y="14" width="80" height="52" rx="8" fill="#e9eef7" stroke="#3060c0" stroke-width="4"/><path d="M52 18 L90 46 L128 18" fill="none" stroke="#3060c0" stroke-width="4"/>',
  '<path d="M90 10 C60 10 60 50 90 70 C120 50 120 10 90 10" fill="#c8102e" fill-opacity="0.8"/><circle cx="90" cy="32" r="9" fill="#fff"/>',
  '<g fill="#6b4de6"><rect x="44" y="44" width="16" height="28"/><rect x="68" y="30" width="16" height="42"/><rect x="92" y="18" width="16" height="54"/><rect x="116" y="8" width="16" height="64" fill="#ff7a00"/></g>',
];

const shadow = (blur: number, color: string, opacity: number) =>
  `<filter id="f" x="-1" y="-1" width="3" height="3"><feGaussianBlur stdDeviation="${blur}"/></filter>
   <rect x="50" y="22" width="80" height="36" rx="6" fill="${color}" fill-opacity="${opacity}" filter="url(#f)"/>`;

const gradient = (from: string, to: string, shape: string) =>
  `<linearGradient id="g"><stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient><g fill="url(#g)">${shape}</g>`;

const svg = (body: string) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="180" height="80" viewBox="0 0 180 80">${body}</svg>`,
  );

async function drawn(body: string): Promise<Raster> {
  return rasterOf(sharp(svg(body)));
}

/** A photograph seen through a shape. */
async function cutOut(name: string, shape: string): Promise<Raster> {
  const photo = sharp(committed(name)).resize(180, 80, { fit: 'cover' });
  const shown = await rasterOf(photo.flatten());
  const mask = await drawn(`<g fill="#fff">${shape}</g>`);
  for (let i = 3; i < shown.data.length; i += 4) shown.data[i] = mask.data[i]!;
  return shown;
}

async function rasterOf(picture: Sharp): Promise<Raster> {
  const { data, info } = await picture
    .ensureAlpha()
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, channels: 4, pages: 1, delays: [], loop: 1, data: new Uint8Array(data) };
}

const ELLIPSE = '<ellipse cx="90" cy="40" rx="70" ry="34"/>';
const STAR =
  '<path d="M90 4 L104 32 L136 34 L112 52 L120 76 L90 60 L60 76 L68 52 L44 34 L76 32 Z"/>';

const colors = Object.keys(COLORS) as ColorName[];

/** By name; five kinds, thirty pictures. */
export const ALPHA_PICTURES: Readonly<Record<string, () => Promise<Raster>>> = {
  ...Object.fromEntries(colors.map((c) => [`logo ${c}`, () => drawn(logo(COLORS[c]))])),
  ...Object.fromEntries(colors.map((c) => [`letters ${c}`, () => drawn(letters(COLORS[c]))])),
  ...Object.fromEntries(ICONS.map((icon, i) => [`icon ${i + 1}`, () => drawn(icon)])),
  'logo on icon': () => drawn(`${ICONS[4]}${logo('#0a7')}`),
  'soft shadow': () => drawn(shadow(9, '#000', 0.6)),
  'hard shadow': () => drawn(shadow(2.5, '#000', 0.9)),
  'colored shadow': () => drawn(shadow(6, '#123a7a', 0.7)),
  'white glow': () => drawn(shadow(7, '#fff', 1)),
  'shadow and card': () =>
    drawn(`${shadow(5, '#000', 0.5)}<rect x="54" y="18" width="72" height="34" fill="#fafafa"/>`),
  'gradient ellipse': () => drawn(gradient('#204080', '#60c0a0', ELLIPSE)),
  'gradient star': () => drawn(gradient('#fff3c0', '#e08020', STAR)),
  'gradient letters': () => drawn(gradient('#800', '#f60', letters('url(#g)'))),
  'half clear bands': () =>
    drawn(
      Array.from(
        { length: 9 },
        (_, i) =>
          `<rect x="${i * 20}" width="20" height="80" fill="#246" fill-opacity="${i / 8}"/>`,
      ).join(''),
    ),
  'photo ellipse': () => cutOut('elephant.jpg', ELLIPSE),
  'photo star': () => cutOut('leaves.jpg', STAR),
  'photo letters': () => cutOut('coffee.png', letters('#fff')),
  'photo rounded': () =>
    cutOut('coffee.png', '<rect x="10" y="6" width="160" height="68" rx="20"/>'),
  hairlines: () =>
    drawn(
      '<path d="M5 75 L175 5 M5 40 H175 M90 5 V75" stroke="#000" fill="none" stroke-width="0.7"/>',
    ),
};

/** What a picture with alpha and its copy differ by. */
export interface AlphaError {
  /** Shares of wholly clear and of wholly solid pixels that stay within 2 levels of it. */
  readonly clear: number;
  readonly solid: number;
  /** Over black, mid grey and white, whichever is worst: largest and mean difference in levels. */
  readonly most: number;
  readonly mean: number;
}

/** The copy against the picture; sizes have to agree. */
export function alphaError(picture: Raster, copy: Raster): AlphaError {
  const clear = { all: 0, kept: 0 };
  const solid = { all: 0, kept: 0 };
  const sums = [0, 0, 0];
  let most = 0;
  const pixels = picture.data.length / 4;
  for (let p = 0; p < pixels; p++) {
    const alpha = picture.data[p * 4 + 3]!;
    const other = copy.channels === 4 ? copy.data[p * 4 + 3]! : 255;
    if (alpha === 0 && ++clear.all && other <= 2) clear.kept++;
    if (alpha === 255 && ++solid.all && other >= 253) solid.kept++;
    for (const [g, ground] of [0, 128, 255].entries()) {
      for (let c = 0; c < 3; c++) {
        const before = (picture.data[p * 4 + c]! * alpha + ground * (255 - alpha)) / 255;
        const after = (copy.data[p * copy.channels + c]! * other + ground * (255 - other)) / 255;
        const off = Math.abs(before - after);
        sums[g] = sums[g]! + off / 3;
        most = Math.max(most, off);
      }
    }
  }
  const share = ({ all, kept }: { all: number; kept: number }) => (all === 0 ? 1 : kept / all);
  return { clear: share(clear), solid: share(solid), most, mean: Math.max(...sums) / pixels };
}

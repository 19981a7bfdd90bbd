/**
 * Drawings for the tests of styles: small ones, drawn by librsvg after their styles were made plain.
 */
import sharp from 'sharp';
import { plainStyles, type View } from './plain-styles.ts';

export const VIEW: View = { drawn: { width: 40, height: 40 }, box: { width: 40, height: 40 } };

export const drawing = (body: string, css = '') =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" viewBox="0 0 40 40">${
    css && `<style>${css}</style>`
  }${body}</svg>`;

export const ALL = 'width="40" height="40"';
export const SMALL = 'x="15" y="15" width="10" height="10"';

/** The color at a place, as librsvg draws it. */
export async function shown(text: string, [x, y] = [2, 2]): Promise<string> {
  const { data, info } = await sharp(Buffer.from(plainStyles(text, VIEW)))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (y! * info.width + x!) * 4;
  return [...data.subarray(at, at + 4)].join();
}

export const RED = '255,0,0,255';
export const NOTHING = '0,0,0,0';

/**
 * Size: how large an SVG is by its own words, and the same drawing at another size.
 *
 * Absolute units are CSS units: 1in = 96px = 72pt = 6pc = 25.4mm = 2.54cm = 101.6Q
 * (CSS Values and Units 3 specification, section 6.2). A drawing grows by its root: `width` and
 * `height` say the new size and `viewBox` the old one, so that everything inside,
 * whatever unit it is written in, grows alike.
 */
import type { Size } from '../base/size.ts';
import { rootTag, withRootAttributes } from './root.ts';

/** CSS pixels of one of each unit. */
const PIXELS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  in: 96,
  pt: 96 / 72,
  pc: 16,
  mm: 96 / 25.4,
  cm: 96 / 2.54,
  q: 96 / 101.6,
};

/**
 * The natural size in CSS pixels, not rounded: `width` and `height` of the root; a
 * missing or relative side follows from the ratio of the `viewBox`, both from the
 * `viewBox` itself. Undefined where the text alone does not tell, because it has no
 * `viewBox`, or a side in units of the font or the window.
 */
export function naturalSize(text: string): Size | undefined {
  const { width, height, viewBox } = rootFacts(text);
  if (width === 'other' || height === 'other') return undefined;
  if (width !== undefined && height !== undefined) return { width, height };
  if (viewBox === undefined) return undefined;
  if (width !== undefined) return { width, height: (width * viewBox.height) / viewBox.width };
  if (height !== undefined) return { width: (height * viewBox.width) / viewBox.height, height };
  return { width: viewBox.width, height: viewBox.height };
}

/** The size of the view box; undefined without one. */
export function viewBoxSize(text: string): Size | undefined {
  return rootFacts(text).viewBox;
}

/**
 * The same drawing with `to` for its size in pixels; `natural`: its size as it stands.
 *
 * Whole pixels seldom have the very ratio of the drawing. Where its view box fills it,
 * it is stretched by that fraction of a pixel, so that no edge stays half clear.
 */
export function withSize(text: string, natural: Size, to: Size): string {
  const { viewBox, style } = rootFacts(text);
  const { width, height } = viewBox ?? natural;
  const fills = Math.abs((width * natural.height) / (height * natural.width) - 1) < 1e-6;
  return withRootAttributes(text, {
    width: String(to.width),
    height: String(to.height),
    viewBox: viewBox?.text ?? `0 0 ${natural.width} ${natural.height}`,
    ...(fills ? { preserveAspectRatio: 'none' } : {}),
    ...(style === undefined ? {} : { style }),
  });
}

/** A side: pixels; undefined where it is missing or a share of the window; `other` for other units. */
type Side = number | 'other' | undefined;

interface RootFacts {
  readonly width: Side;
  readonly height: Side;
  readonly viewBox?: Size & { readonly text: string };
  /** The style of the root without its sizes, where it had some. */
  readonly style?: string;
}

function rootFacts(text: string): RootFacts {
  const attributes = rootTag(text)?.attributes ?? [];
  const given = (name: string) => attributes.find((one) => one.name === name)?.value;
  const viewBox = readViewBox(given('viewBox'));
  const style = given('style');
  const styled = style === undefined ? undefined : withoutSizes(style);
  return {
    width: readSide(styled?.width ?? given('width')),
    height: readSide(styled?.height ?? given('height')),
    ...(viewBox === undefined ? {} : { viewBox }),
    ...(styled === undefined ? {} : { style: styled.rest }),
  };
}

/** A style goes before the attribute of the same name (SVG 2 specification, section 6.6). */
function withoutSizes(style: string): { rest: string; width?: string; height?: string } {
  const sizes: { width?: string; height?: string } = {};
  const rest = style.split(';').filter((declaration) => {
    const colon = declaration.indexOf(':');
    const name = declaration.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (name !== 'width' && name !== 'height') return true;
    sizes[name] = declaration.slice(colon + 1).replace(/!\s*important\s*$/i, '');
    return false;
  });
  return { rest: rest.join(';'), ...sizes };
}

const LENGTH = /^([+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:e[+-]?\d{1,3})?)([a-z%]*)$/i;

function readSide(value: string | undefined): Side {
  const text = value?.trim().slice(0, 64);
  if (text === undefined || text === '' || text.toLowerCase() === 'auto') return undefined;
  const match = LENGTH.exec(text);
  if (match === null) return undefined;
  const unit = match[2]!.toLowerCase();
  if (unit === '%') return undefined;
  const pixels = PIXELS[unit];
  return pixels === undefined ? 'other' : Number(match[1]) * pixels;
}

/** Four numbers apart by blanks or commas; without an area it says nothing (SVG 2 specification, section 8.6). */
export function readViewBox(value: string | undefined): RootFacts['viewBox'] {
  const numbers = value
    ?.trim()
    .slice(0, 200)
    .split(/\s*,\s*|\s+/)
    .map(Number);
  if (numbers?.length !== 4 || !numbers.every(Number.isFinite)) return undefined;
  const [, , width, height] = numbers as [number, number, number, number];
  return width > 0 && height > 0 ? { width, height, text: numbers.join(' ') } : undefined;
}

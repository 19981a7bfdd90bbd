/**
 * From what a file says of its colors to how its samples are to be understood
 * (docs/spec/color.md 1 and 2).
 *
 * Pure. What is not understood falls back to the next word of the file, at last to
 * sRGB, with a remark.
 */
import { BT709, type Chromaticities, conversion } from '../base/chromaticity.ts';
import type { AvifColor } from '../containers/avif-color.ts';
import type { CodePoints } from '../containers/code-points.ts';
import type { PngColor } from '../containers/png-color.ts';
import { PRIMARIES, TRANSFERS, VIDEO_CURVE } from '../image/code-points.ts';
import {
  isHdr,
  power,
  type SourceColor,
  SRGB_CURVE,
  type Transfer,
} from '../image/source-color.ts';

/** How a file is to be read. */
export interface ColorReading {
  /** Absent for sRGB, and where a profile says it. */
  readonly color?: SourceColor;
  /** It goes before the profile that the file has as well. */
  readonly overProfile?: boolean;
  /** What of the file's words could not be understood. */
  readonly unknown?: string;
}

/** The gamma that PNG writers put down for sRGB, and how far from it one still means that. */
const SRGB_GAMMA = { value: 0.45455, tolerance: 0.005 };

/** By how much x and y may differ from those of sRGB. */
const SAME_PLACE = 0.002;

/** PNG: `cICP`, then the profile, then `sRGB`, then `gAMA` with `cHRM` (docs/spec/color.md 1.1). */
export function colorOfPng(said: PngColor, hasProfile: boolean): ColorReading {
  const { codePoints, srgb, gamma, maxLight } = said;
  const primaries = codePoints && PRIMARIES[codePoints.primaries];
  const transfer = codePoints && TRANSFERS[codePoints.transfer];
  if (primaries && transfer) {
    return { ...reading({ primaries, transfer }, maxLight), overProfile: true };
  }
  const unread = said.unusable.map((name) => `an unreadable ${name} chunk`);
  const unknown = codePoints ? [...unread, pointsText(codePoints)] : unread;
  const place = placesOf(said.chromaticities);
  if (place === 'none') unknown.push('a cHRM chunk whose colors span nothing');
  const remark = unknown.length === 0 ? {} : { unknown: unknown.join(', ') };
  if (hasProfile || srgb || gamma === undefined) return remark;
  return { ...gammaReading(gamma, place === 'none' ? BT709 : place), ...remark };
}

/** AVIF: a profile, else the code points (docs/spec/color.md 1.2). */
export function colorOfAvif({ codePoints, hasProfile, maxLight }: AvifColor): ColorReading {
  if (hasProfile || codePoints === undefined) return {};
  const primaries = PRIMARIES[codePoints.primaries];
  const transfer = TRANSFERS[codePoints.transfer];
  // Browsers show the curves of video in an AVIF by that of sRGB (docs/spec/color.md 2.2).
  const shown = transfer === VIDEO_CURVE ? SRGB_CURVE : transfer;
  return {
    ...reading({ primaries: primaries ?? BT709, transfer: shown ?? SRGB_CURVE }, maxLight),
    ...(primaries && transfer ? {} : { unknown: pointsText(codePoints) }),
  };
}

function pointsText({ primaries, transfer }: CodePoints): string {
  return `code points ${primaries}/${transfer}`;
}

function gammaReading(gamma: number, primaries: Chromaticities): ColorReading {
  const usual = Math.abs(gamma - SRGB_GAMMA.value) <= SRGB_GAMMA.tolerance;
  const transfer = usual && isBt709(primaries) ? SRGB_CURVE : power(1 / gamma);
  return reading({ primaries, transfer }, undefined);
}

function reading(
  color: { readonly primaries: Chromaticities; readonly transfer: Transfer },
  maxLight: number | undefined,
): ColorReading {
  if (color.transfer === SRGB_CURVE && isBt709(color.primaries)) return {};
  const peak = isHdr(color) && maxLight !== undefined ? { peak: maxLight } : {};
  return { color: { ...color, ...peak } };
}

/** `cHRM` as primaries: those of BT.709 where there is none. */
function placesOf(given: readonly number[] | undefined): Chromaticities | 'none' {
  if (given === undefined) return BT709;
  const at = (i: number) => [given[2 * i] ?? 0, given[2 * i + 1] ?? 0] as const;
  const places = { white: at(0), red: at(1), green: at(2), blue: at(3) };
  return conversion(places, BT709) === undefined ? 'none' : places;
}

function isBt709({ red, green, blue, white }: Chromaticities): boolean {
  const near = (a: readonly number[], b: readonly number[]) =>
    a.every((value, i) => Math.abs(value - b[i]!) <= SAME_PLACE);
  return (
    near(red, BT709.red) &&
    near(green, BT709.green) &&
    near(blue, BT709.blue) &&
    near(white, BT709.white)
  );
}

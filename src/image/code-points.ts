/**
 * Code points: the numbers by which PNG (`cICP`), AVIF (`colr` of type `nclx`) and AV1
 * name primaries and transfer functions (ITU-T H.273, tables 2 and 3).
 */
import { BT709, type Chromaticities, D65 } from '../base/chromaticity.ts';
import { power, type SampleCurve, SRGB_CURVE, type Transfer } from './source-color.ts';

/** Said to be unknown: sRGB, as for a picture that says nothing. */
export const UNSPECIFIED = 2;

/** CIE standard illuminant C, and the white of digital cinema. */
const C = [0.31, 0.316] as const;
const DCI = [0.314, 0.351] as const;

const BT601_525: Chromaticities = {
  ...{ red: [0.63, 0.34], green: [0.31, 0.595], blue: [0.155, 0.07] },
  white: D65,
};

export const BT2020: Chromaticities = {
  ...{ red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046] },
  white: D65,
};

export const DISPLAY_P3: Chromaticities = {
  ...{ red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] },
  white: D65,
};

export const PRIMARIES: Readonly<Record<number, Chromaticities>> = {
  1: BT709,
  [UNSPECIFIED]: BT709,
  4: { red: [0.67, 0.33], green: [0.21, 0.71], blue: [0.14, 0.08], white: C },
  5: { red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06], white: D65 },
  6: BT601_525,
  7: BT601_525,
  8: { red: [0.681, 0.319], green: [0.243, 0.692], blue: [0.145, 0.049], white: C },
  9: BT2020,
  10: { red: [1, 0], green: [0, 1], blue: [0, 0], white: [1 / 3, 1 / 3] },
  11: { ...DISPLAY_P3, white: DCI },
  12: DISPLAY_P3,
  22: { red: [0.63, 0.34], green: [0.295, 0.605], blue: [0.155, 0.077], white: D65 },
};

/** What a display makes of the camera curves of BT.709, BT.601 and BT.2020 (ITU-R BT.1886). */
export const VIDEO_CURVE: SampleCurve = power(2.4);

const SMPTE_240M: SampleCurve = {
  kind: 'curve',
  exponent: 1 / 0.45,
  a: 1 / 1.1115,
  b: 0.1115 / 1.1115,
  slope: 1 / 4,
  from: 0.0912,
};

/** Digital cinema: 48 cd/m² of 52.37 are white. */
const SMPTE_428: SampleCurve = { ...power(2.6), a: (52.37 / 48) ** (1 / 2.6) };

export const TRANSFERS: Readonly<Record<number, Transfer>> = {
  1: VIDEO_CURVE,
  [UNSPECIFIED]: SRGB_CURVE,
  4: power(2.2),
  5: power(2.8),
  6: VIDEO_CURVE,
  7: SMPTE_240M,
  8: power(1),
  11: VIDEO_CURVE,
  13: SRGB_CURVE,
  14: VIDEO_CURVE,
  15: VIDEO_CURVE,
  16: { kind: 'pq' },
  17: SMPTE_428,
  18: { kind: 'hlg' },
};

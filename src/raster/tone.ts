/**
 * Tone: brightness, contrast, color, pixel by pixel
 * (docs/spec/fastly-io.md 7.13, docs/spec/imgix.md 5.5 and 5.6).
 *
 * Steps that treat each channel alone become one table of 256 values, and a
 * picture passes through it once. As soon as a step looks at all three
 * channels, rows are worked on as floats, so that ten steps round once.
 * Every step clips to 0..255. Alpha is never touched.
 */
import type { Matrix } from '../base/chromaticity.ts';
import type { Raster } from '../image/raster.ts';
import { linearToSrgb, srgbToLinear } from '../image/srgb-curve.ts';
import type { ToneStep } from '../plan/op.ts';

/** Weights of red, green and blue in luma (Rec. 709, the primaries of sRGB). */
export const LUMA = { red: 0.2126, green: 0.7152, blue: 0.0722 } as const;

/** The raster after all steps, in order. */
export function tone(raster: Raster, steps: readonly ToneStep[]): Raster {
  const curves = steps.map(curveOf);
  const data = new Uint8Array(raster.data);
  if (curves.every((curve) => curve !== undefined)) {
    throughTable(data, raster.channels, tableOf(curves));
  } else {
    const rows = steps.map((step, i) => {
      const curve = curves[i];
      return curve ? rowThrough(curve) : mixerOf(step);
    });
    throughRows(data, raster.channels, raster.width, rows);
  }
  return { ...raster, data };
}

/** What a step does to one value 0..255 of one channel, for steps that need no more. */
type Curve = (value: number) => number;

/** What a step does to a row of red, green, blue floats, 0..255. */
type RowStep = (row: Float32Array) => void;

/** The curve of a step that treats each channel alone. */
export function curveOf(step: ToneStep): Curve | undefined {
  switch (step.kind) {
    case 'linear':
      return (value) => value * step.gain + step.offset;
    case 'gamma':
      return (value) => 255 * (value / 255) ** step.exponent;
    case 'exposure':
      return (value) => encoded(linear(value) * 2 ** step.stops);
    default:
      return undefined;
  }
}

function tableOf(curves: readonly Curve[]): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) =>
    Math.round(curves.reduce((v, curve) => clip(curve(v)), value)),
  );
}

function throughTable(data: Uint8Array, channels: 3 | 4, table: Uint8Array): void {
  if (channels === 3) {
    for (let i = 0; i < data.length; i++) data[i] = table[data[i]!]!;
    return;
  }
  for (let i = 0; i < data.length; i += 4) {
    data[i] = table[data[i]!]!;
    data[i + 1] = table[data[i + 1]!]!;
    data[i + 2] = table[data[i + 2]!]!;
  }
}

function throughRows(
  data: Uint8Array,
  channels: 3 | 4,
  width: number,
  steps: readonly RowStep[],
): void {
  const row = new Float32Array(width * 3);
  for (let start = 0; start < data.length; start += width * channels) {
    for (let i = start, o = 0; o < row.length; i += channels, o += 3) {
      row[o] = data[i]!;
      row[o + 1] = data[i + 1]!;
      row[o + 2] = data[i + 2]!;
    }
    for (const step of steps) {
      step(row);
      for (let o = 0; o < row.length; o++) row[o] = clip(row[o]!);
    }
    for (let i = start, o = 0; o < row.length; i += channels, o += 3) {
      data[i] = row[o]! + 0.5;
      data[i + 1] = row[o + 1]! + 0.5;
      data[i + 2] = row[o + 2]! + 0.5;
    }
  }
}

/** Entries per level of a curve's table where floats pass through it. */
const FINE = 16;

function rowThrough(curve: Curve): RowStep {
  const table = Float32Array.from({ length: 255 * FINE + 1 }, (_, i) => curve(i / FINE));
  return (row) => {
    for (let o = 0; o < row.length; o++) row[o] = table[Math.round(row[o]! * FINE)]!;
  };
}

/** A row step for the kinds that look at all three channels. */
function mixerOf(step: ToneStep): RowStep {
  switch (step.kind) {
    case 'saturation':
      return aroundLuma(() => step.factor);
    case 'vibrance':
      return aroundLuma((r, g, b) => {
        const most = Math.max(r, g, b);
        const saturation = most === 0 ? 0 : (most - Math.min(r, g, b)) / most;
        return 1 + step.amount * (1 - saturation);
      });
    case 'hue':
      return matrix(hueMatrix(step.degrees));
    case 'sepia':
      return matrix(SEPIA.map((v, i) => v * step.amount + (i % 4 === 0 ? 1 - step.amount : 0)));
    case 'shadows-highlights':
      return shadowsHighlights(step.shadows, step.highlights);
    case 'monochrome': {
      const { red, green, blue, alpha } = step.color;
      return fromLuma(
        (luma) => [(luma * red) / 255, (luma * green) / 255, (luma * blue) / 255],
        alpha,
      );
    }
    case 'duotone': {
      const { dark, light, amount } = step;
      const between = (from: number, to: number, luma: number) => from + ((to - from) * luma) / 255;
      return fromLuma(
        (luma) => [
          between(dark.red, light.red, luma),
          between(dark.green, light.green, luma),
          between(dark.blue, light.blue, luma),
        ],
        amount,
      );
    }
    case 'linear':
    case 'gamma':
    case 'exposure':
      throw new Error(`Expected a step that mixes channels, got ${step.kind}.`);
  }
}

function lumaAt(row: Float32Array, o: number): number {
  return LUMA.red * row[o]! + LUMA.green * row[o + 1]! + LUMA.blue * row[o + 2]!;
}

/** Each channel moved away from (factor above 1) or towards the luma of its pixel. */
function aroundLuma(factorOf: (r: number, g: number, b: number) => number): RowStep {
  return (row) => {
    for (let o = 0; o < row.length; o += 3) {
      const luma = lumaAt(row, o);
      const factor = factorOf(row[o]!, row[o + 1]!, row[o + 2]!);
      row[o] = luma + factor * (row[o]! - luma);
      row[o + 1] = luma + factor * (row[o + 1]! - luma);
      row[o + 2] = luma + factor * (row[o + 2]! - luma);
    }
  };
}

/** Colors by luma from a table, mixed over the original. */
function fromLuma(
  colorOf: (luma: number) => readonly [number, number, number],
  amount: number,
): RowStep {
  const table = Array.from({ length: 256 }, (_, luma) => colorOf(luma));
  return (row) => {
    for (let o = 0; o < row.length; o += 3) {
      const color = table[Math.round(lumaAt(row, o))]!;
      for (let c = 0; c < 3; c++) row[o + c] = row[o + c]! + (color[c]! - row[o + c]!) * amount;
    }
  };
}

function matrix(m: readonly number[]): RowStep {
  const [a, b, c, d, e, f, g, h, k] = m as Matrix;
  return (row) => {
    for (let o = 0; o < row.length; o += 3) {
      const [red, green, blue] = [row[o]!, row[o + 1]!, row[o + 2]!];
      row[o] = a * red + b * green + c * blue;
      row[o + 1] = d * red + e * green + f * blue;
      row[o + 2] = g * red + h * green + k * blue;
    }
  };
}

const SEPIA = [0.393, 0.769, 0.189, 0.349, 0.686, 0.168, 0.272, 0.534, 0.131];

/** Hue turned about the grey axis, luma kept (W3C Filter Effects, hueRotate). */
function hueMatrix(degrees: number): number[] {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const { red: r, green: g, blue: b } = LUMA;
  return [
    r + cos * (1 - r) - sin * r,
    g - cos * g - sin * g,
    b - cos * b + sin * (1 - b),
    r - cos * r + sin * 0.143,
    g + cos * (1 - g) + sin * 0.14,
    b - cos * b - sin * 0.283,
    r - cos * r - sin * (1 - r),
    g - cos * g + sin * g,
    b + cos * (1 - b) + sin * b,
  ];
}

/** The strength at which the curve below still rises everywhere. */
const STEADY = 0.55;

/**
 * Luma above the middle drawn down, below it lifted: `t` is the distance from
 * the middle, 0..1, and a smooth mask `t²(3 - 2t)` says how much of it goes.
 * At full strength the curve never falls, so no detail turns over.
 */
function shadowsHighlights(shadows: number, highlights: number): RowStep {
  const shift = Float32Array.from({ length: 256 }, (_, luma) => {
    const t = luma / 127.5 - 1;
    const strength = (t > 0 ? -highlights : shadows) * STEADY;
    const mask = t * t * (3 - 2 * Math.abs(t));
    return -127.5 * t * strength * mask;
  });
  return (row) => {
    for (let o = 0; o < row.length; o += 3) {
      const by = shift[Math.round(lumaAt(row, o))]!;
      row[o] = row[o]! + by;
      row[o + 1] = row[o + 1]! + by;
      row[o + 2] = row[o + 2]! + by;
    }
  };
}

function clip(value: number): number {
  return value < 0 ? 0 : Math.min(value, 255);
}

/** Linear light 0..1 of an sRGB value 0..255, and back. */
function linear(value: number): number {
  return srgbToLinear(value / 255);
}

function encoded(light: number): number {
  return 255 * linearToSrgb(light);
}

/**
 * An ICC profile (version 4, ICC.1:2022) made of primaries and a curve.
 *
 * For pictures that keep a color space which their file told by code points or by
 * numbers: what is written has to say it in a way that every format can carry.
 */
import {
  adaptation,
  type Chromaticities,
  D50,
  product,
  rgbToXyz,
  type Vector,
  whiteOf,
} from '../base/chromaticity.ts';
import { bytes32, concat, latin1Bytes } from '../containers/bytes.ts';
import type { SampleCurve } from '../image/source-color.ts';

/** Size of the header, and of a tag's entry in the table behind it. */
const [HEADER, ENTRY] = [128, 12];

/** The profile of a color space; undefined for primaries that span nothing. */
export function rgbProfile(
  primaries: Chromaticities,
  curve: SampleCurve,
  name = 'RGB',
): Uint8Array | undefined {
  const xyz = rgbToXyz(primaries);
  if (xyz === undefined) return undefined;
  const adapted = adaptation(whiteOf(primaries), D50);
  const colors = product(adapted, xyz);
  const column = (i: 0 | 1 | 2) => xyzTag([colors[i], colors[i + 3]!, colors[i + 6]!]);
  const { exponent, a, b, slope, from } = curve;
  const trc = tag('para', bytes32(0x00030000), ...[exponent, a, b, slope, from].map(fixed));
  const tags: readonly (readonly [string, Uint8Array])[] = [
    ['desc', textTag(name)],
    ['cprt', textTag('CC0')],
    ['wtpt', xyzTag(D50)],
    ['chad', tag('sf32', ...adapted.map(fixed))],
    ['rXYZ', column(0)],
    ['gXYZ', column(1)],
    ['bXYZ', column(2)],
    ['rTRC', trc],
    ['gTRC', trc],
    ['bTRC', trc],
  ];
  const start = HEADER + 4 + ENTRY * tags.length;
  let at = start;
  const entries = tags.map(([name, data]) => {
    const entry = concat([latin1Bytes(name), bytes32(at), bytes32(data.length)]);
    at += data.length;
    return entry;
  });
  return concat([header(at), bytes32(tags.length), ...entries, ...tags.map(([, data]) => data)]);
}

function header(length: number): Uint8Array {
  const bytes = new Uint8Array(HEADER);
  bytes.set(bytes32(length), 0);
  bytes.set(bytes32(0x04400000), 8); // version 4.4
  bytes.set(latin1Bytes('mntrRGB XYZ '), 12);
  bytes.set(concat([0x07e80001, 0x00010000, 0].map((part) => bytes32(part))), 24); // a date
  bytes.set(latin1Bytes('acsp'), 36);
  bytes.set(concat(D50.map(fixed)), 68);
  return bytes;
}

/** A number in 16.16 bits with a sign. */
function fixed(value: number): Uint8Array {
  return bytes32(Math.round(value * 65_536) >>> 0);
}

/** A tag's type, four reserved bytes and its content, in whole words. */
function tag(type: string, ...content: Uint8Array[]): Uint8Array {
  const body = concat([latin1Bytes(type), bytes32(0), ...content]);
  return concat([body, new Uint8Array(-body.length & 3)]);
}

function xyzTag(xyz: Vector): Uint8Array {
  return tag('XYZ ', ...xyz.map(fixed));
}

/** A text in one language, in UTF-16. */
function textTag(text: string): Uint8Array {
  const letters = latin1Bytes([...text].map((letter) => `\0${letter}`).join(''));
  const record = [bytes32(1), bytes32(12), latin1Bytes('enUS'), bytes32(letters.length)];
  return tag('mluc', ...record, bytes32(28), letters);
}

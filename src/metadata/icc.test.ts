/** What a color profile is told to be by its name, in either form that names are written in. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { bytes32, concat, latin1Bytes } from '../containers/bytes.ts';
import { profileKind, profileName } from './icc.ts';

/** A description as version 4 writes it: UTF-16 by language. */
const unicode = (text: string) => {
  const letters = latin1Bytes([...text].map((letter) => `\0${letter}`).join(''));
  return concat([
    ...[latin1Bytes('mluc\0\0\0\0'), bytes32(1), bytes32(12), latin1Bytes('enUS')],
    ...[bytes32(letters.length), bytes32(28), letters],
  ]);
};
/** And as version 2 does. */
const ascii = (text: string) =>
  concat([latin1Bytes('desc\0\0\0\0'), bytes32(text.length + 1), latin1Bytes(`${text}\0`)]);

/** A profile with a name and nothing else, of a color model. */
function profile(description: Uint8Array, model = 'RGB '): Uint8Array {
  const header = new Uint8Array(128);
  header.set(latin1Bytes(model), 16);
  const before = 128 + 4 + 2 * 12;
  const entries = [
    concat([latin1Bytes('wtpt'), bytes32(before), bytes32(0)]),
    concat([latin1Bytes('desc'), bytes32(before), bytes32(description.length)]),
  ];
  return concat([header, bytes32(2), ...entries, description]);
}

describe.each([
  ['in Unicode', unicode],
  ['in ASCII', ascii],
])('a name %s', (_, written) => {
  test.each([
    'sRGB',
    'sRGB IEC61966-2.1',
    'sRGB built-in',
    'IEC 61966-2-1 Default RGB Colour Space - sRGB',
    'sRGB_v4_ICC_preference',
    'Artifex sRGB',
    'c2',
    'c2ci',
  ])('%s is sRGB', (name) => {
    expect(profileName(profile(written(name)))).toBe(name);
    expect(profileKind(profile(written(name)))).toBe('srgb');
  });

  test.each([
    'Display P3',
    'Adobe RGB (1998)',
    'sRGB linear',
    'Linear sRGB',
    'scRGB',
    'sRGB gamma 1.8',
    'sRGB g=1',
    'e-sRGB',
    'e-sRGB v2',
    'sRGB gray',
    'sRGB grey',
    'c22',
    'notsRGB',
    '',
  ])('%s is another', (name) => {
    expect(profileKind(profile(written(name)))).toBe('other');
  });

  test('says nothing of another color model', () => {
    for (const model of ['CMYK', 'GRAY', 'Lab ']) {
      expect(profileKind(profile(written('sRGB'), model))).toBe('other');
    }
  });
});

test('the profile that sharp writes for sRGB is one, that for P3 is not', async () => {
  const icc = async (name: 'srgb' | 'p3') => {
    const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } });
    return (await sharp(await pixel.withIccProfile(name).png().toBuffer()).metadata()).icc;
  };
  expect(profileKind(await icc('srgb'))).toBe('srgb');
  expect(profileKind(await icc('p3'))).toBe('other');
});

test('none, or too little for one, is no profile', () => {
  expect(profileKind(undefined)).toBe('none');
  expect(profileKind(profile(unicode('sRGB')).subarray(0, 131))).toBe('none');
});

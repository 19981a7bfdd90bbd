/** Which outputs may become a video, and what they are where none can be made. */
import { describe, expect, test } from 'vitest';
import { FORMATS, type FormatName } from '../image/format.ts';
import {
  type FormatRule,
  isVideo,
  mayBeVideo,
  type Output,
  picture,
  withoutVideo,
} from './output.ts';

const VIDEOS = ['mp4', 'webm'] as const;
const withRules = (...formats: FormatRule[]) =>
  picture({ formats, quality: { kind: 'lossless' }, metadata: 'copyright' });
const OTHERS: readonly Output[] = [
  { kind: 'source', sanitize: true },
  { kind: 'facts', form: 'imgix' },
  { kind: 'blurhash', x: 4, y: 3 },
  { kind: 'palette', form: 'css', colors: 6, prefix: 'image' },
];

test('videos are MP4 and WebM, nothing else', () => {
  const names = [...(Object.keys(FORMATS) as FormatName[]), 'source'] as const;
  expect(names.filter(isVideo).sort()).toEqual([...VIDEOS]);
});

describe('an output', () => {
  test.each<[boolean, Output]>([
    [true, withRules({ format: 'mp4' })],
    [true, withRules({ format: 'webm', when: { animated: true } }, { format: 'jpeg' })],
    [true, withRules({ format: 'jpeg', when: { accepts: 'jpeg' } }, { format: 'mp4' })],
    [false, withRules({ format: 'gif' }, { format: 'source' })],
    [false, withRules()],
    ...OTHERS.map((output): [boolean, Output] => [false, output]),
  ])('may be a video: %s (%j)', (may, output) => {
    expect(mayBeVideo(output)).toBe(may);
    // Once more, as every hit asks.
    expect(mayBeVideo(output)).toBe(may);
  });

  test('keeps its other rules and fields where no video can be made', () => {
    const gif = { format: 'gif', when: { animated: true } } as const;
    const jpeg = { format: 'jpeg' } as const;
    const given = withRules({ format: 'webm', when: { accepts: 'webm' } }, gif, jpeg);
    expect(withoutVideo(given)).toStrictEqual({ ...given, formats: [gif, jpeg] });
  });

  test('of videos alone has the format of its source', () => {
    const given = withRules({ format: 'webm', when: { accepts: 'webm' } }, { format: 'mp4' });
    expect(withoutVideo(given)).toStrictEqual({ ...given, formats: [{ format: 'source' }] });
  });

  test.each(OTHERS)('without a picture stays: $kind', (output) => {
    expect(withoutVideo(output)).toBe(output);
  });
});

test('a picture is opaque white beneath, sRGB, free in its coding, and its source where it is larger', () => {
  const given = { formats: [{ format: 'jpeg' }], quality: { kind: 'quality', jpeg: 75 } } as const;
  expect(picture(given)).toStrictEqual({
    kind: 'picture',
    ...given,
    density: 1,
    background: { red: 255, green: 255, blue: 255, alpha: 1 },
    jpeg: { kind: 'free', chroma: 'free' },
    metadata: 'none',
    profile: 'srgb',
    whenLarger: 'source',
  });
  expect(picture({ ...given, density: 2, profile: 'keep' })).toMatchObject({
    density: 2,
    profile: 'keep',
  });
});

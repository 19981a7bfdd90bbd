import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type Output, picture } from '../plan/output.ts';
import { card } from '../raster/pictures.suite.ts';
import { srgbProfile } from './color/delivered-color.ts';
import { setUpVips } from './loader-policy.ts';
import { pictureOf } from './pictures.suite.ts';
import { probe } from './probe.ts';
import { render } from './render.ts';

setUpVips({ concurrency: 1 });

const base = { formats: [], quality: { kind: 'lossless' } } as const;

async function finished(
  bytes: Uint8Array,
  more: Partial<Extract<Output, { kind: 'picture' }>>,
  color: 'srgb' | 'keep' | 'strip' = 'srgb',
  format: 'jpeg' | 'webp' = 'jpeg',
) {
  const info = await probe({ bytes });
  return render({ bytes }, info, {
    frames: { first: 0, count: 1 },
    color,
    instructions: [],
    output: picture({ ...base, ...more }),
    chosen: { format, lossless: false, rule: 0 },
  });
}

describe('what goes into the file beside the pixels', () => {
  const p3 = () => pictureOf(card(16, 16)).withIccProfile('p3').jpeg({ quality: 95 }).toBuffer();

  test('keep: the stored values with their profile', async () => {
    const bytes = await p3();
    const raster = await finished(bytes, { profile: 'keep' }, 'keep');
    expect(raster.profile?.length).toBe((await sharp(bytes).metadata()).icc?.length);
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect(Buffer.from(raster.data).equals(stored)).toBe(true);
  });

  test('srgb: converted, and no profile; strip: neither', async () => {
    const bytes = await p3();
    const converted = await finished(bytes, { profile: 'srgb' });
    const stripped = await finished(bytes, { profile: 'strip' }, 'strip');
    expect([converted.profile, stripped.profile]).toEqual([undefined, undefined]);
    expect(Buffer.from(converted.data).equals(stripped.data)).toBe(false);
  });

  test('tagged-srgb: converted, with the sRGB profile', async () => {
    const raster = await finished(await p3(), { profile: 'tagged-srgb' });
    expect(raster.profile).toEqual(await srgbProfile());
  });

  test('a resolution stands where one was asked for', async () => {
    const raster = await finished(await p3(), { dpi: 300 });
    expect(raster.metadata).toEqual({ density: 300 });
  });

  test('rights go from JPEG to JPEG and nowhere else', async () => {
    const bytes = await pictureOf(card(8, 8))
      .withExif({ IFD0: { Copyright: 'mine', Model: 'TestCam' } })
      .jpeg()
      .toBuffer();
    const kept = await finished(bytes, { metadata: 'copyright' });
    expect(kept.metadata?.exif).toEqual({ IFD0: { Copyright: 'mine' } });
    expect(kept.metadata?.xmp).not.toContain('TestCam');
    expect(
      (await finished(bytes, { metadata: 'copyright' }, 'srgb', 'webp')).metadata,
    ).toBeUndefined();
    expect((await finished(bytes, {})).metadata).toBeUndefined();
  });
});

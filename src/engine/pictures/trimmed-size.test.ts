/** A border is one by how it is seen: what is kept of the color of a picture leaves its size alone. */
import { describe, expect, test } from 'vitest';
import { ADOBE_RGB, type Chromaticities } from '../../base/chromaticity.ts';
import { writeTiff } from '../../containers/tiff-writer.ts';
import { DIALECTS } from '../../dialects/all.ts';
import { DEFAULT_PICTURE_LIMITS } from '../../image/picture-limits.ts';
import { ADOBE_RGB_CURVE, power } from '../../image/source-color.ts';
import { rgbProfile } from '../../metadata/rgb-profile.ts';
import { canonicalize } from '../../plan/canonicalize.ts';
import { solid, withBox } from '../../raster/pictures.suite.ts';
import { setUpVips } from '../../vips/loader-policy.ts';
import { probe } from '../../vips/probe.ts';
import { FINDERS } from '../findings/finders.ts';
import { findingsMap, SourceFindings } from '../findings/source-findings.ts';
import { programOf } from './program-of.ts';
import { WorkerPictures } from './worker-pictures.ts';

setUpVips({ concurrency: 1 });

const PROPHOTO: Chromaticities = {
  red: [0.734699, 0.265301],
  green: [0.159597, 0.840403],
  blue: [0.036598, 0.000105],
  white: [0.345704, 0.35854],
};

/** A frame, within it a ring of another color, within that the picture. */
function framed(frame: readonly number[], ring: readonly number[], profile: Uint8Array) {
  const outer = withBox(solid(40, 30, frame), [4, 4, 32, 22], ring);
  return writeTiff({ ...withBox(outer, [10, 9, 20, 12], [250, 250, 250]), profile });
}

async function sizeOf(bytes: Uint8Array, query: string): Promise<string> {
  const compiled = DIALECTS.imgix.compile(
    {
      ...{ method: 'GET', target: `/picture.tif?fm=png&${query}`, headers: {} },
      ...{ accepts: new Set(), now: 0, upload: false },
    },
    { name: 'imgix', origin: 'folder' },
  );
  const plan = canonicalize(compiled.plan);
  const info = await probe({ bytes });
  const findings = new SourceFindings(FINDERS, findingsMap(), 'trimmed', 0);
  const pictures = new WorkerPictures([], DEFAULT_PICTURE_LIMITS, findingsMap());
  const { size } = await programOf({
    file: { bytes },
    info,
    plan,
    accepts: [],
    findings,
    pictures,
  });
  return `${size.width}x${size.height}`;
}

describe('the size of a trimmed picture', () => {
  const wide = rgbProfile(PROPHOTO, power(1.8))!;
  const adobe = rgbProfile(ADOBE_RGB, ADOBE_RGB_CURVE)!;
  // Differences that are larger or smaller in sRGB than in the numbers of the file.
  const pictures = [
    ['greens of ProPhoto', framed([60, 120, 60], [75, 120, 60], wide)],
    ['darks of ProPhoto', framed([8, 8, 8], [17, 17, 17], wide)],
    ['reds of Adobe RGB', framed([200, 40, 40], [200, 60, 40], adobe)],
  ] as const;

  test.each(pictures)('of %s is one in every space', async (_, bytes) => {
    for (let tolerance = 0; tolerance <= 20; tolerance += 1) {
      const sizes = new Set<string>();
      for (const cs of ['origin', 'srgb', 'strip', 'adobergb1998', 'tinysrgb']) {
        sizes.add(await sizeOf(bytes, `trim=color&trim-tol=${tolerance}&cs=${cs}`));
      }
      expect([...sizes], `tolerance ${tolerance}`).toHaveLength(1);
    }
  });

  test('follows a color that is named, in sRGB', async () => {
    // What is this in sRGB is 128, 128, 128 of a gamma of 1.8 as well, but for its curve.
    const bytes = framed([107, 107, 107], [40, 90, 150], wide);
    const named = (color: string, cs: string) =>
      sizeOf(bytes, `trim=color&trim-tol=2&trim-color=${color}&cs=${cs}`);
    for (const cs of ['origin', 'srgb', 'strip']) {
      expect(await named('7d7d7d', cs)).toBe('32x22');
      expect(await named('6b6b6b', cs)).toBe('40x30');
    }
  });

  test('of a uniform border is one in every space', async () => {
    for (const [, bytes] of pictures) {
      const sizes = ['origin', 'srgb', 'strip'].map((cs) => sizeOf(bytes, `trim=auto&cs=${cs}`));
      expect(new Set(await Promise.all(sizes)).size).toBe(1);
    }
  });
});

/** An animated PNG of one frame that is not its picture for stills shows that frame. */
import { describe, expect, test } from 'vitest';
import { type TestApng, testApng } from '../../containers/animation/apng.suite.ts';
import { readApng, readLoneFrame } from '../../containers/animation/apng.ts';
import { bytes32, concat } from '../../containers/bytes.ts';
import { joinPng, pngChunks } from '../../containers/png.ts';
import { pngChunk } from '../../containers/png-chunk.ts';
import { sdr } from '../../image/standards.suite.ts';
import { at } from '../../raster/pictures.suite.ts';
import { setUpVips } from '../loader-policy.ts';
import { rendered } from '../pictures.suite.ts';
import { probe } from '../probe.ts';

setUpVips({ concurrency: 1 });

const RED = [220, 30, 30];
const BLUE = [30, 50, 220];
const size = { width: 40, height: 24 };
const lone = (given: Partial<TestApng> = {}) =>
  testApng({ ...size, hidden: RED, frames: [{ color: BLUE }], ...given });

describe('an animated PNG of one frame', () => {
  test('shows it where the picture for stills is another', async () => {
    const { raster, info } = await rendered(lone(), []);
    expect(info).toMatchObject({ ...size, pages: 1, alpha: false, loneFrame: true, delays: [] });
    expect(raster).toMatchObject({ ...size, channels: 3, pages: 1 });
    expect(at(raster, 20, 12)).toEqual(BLUE);
  });

  test('shows it smaller, cut and in front of frames that are not told', async () => {
    const steps = [
      { kind: 'extract', left: 4, top: 4, width: 20, height: 20 },
      { kind: 'scale', width: 10, height: 10, filter: 'lanczos3' },
    ] as const;
    expect(at((await rendered(lone(), steps)).raster, 5, 5)).toEqual(BLUE);
    const more = lone({ frames: [{ color: BLUE }, { color: [9, 9, 9] }], told: 1 });
    expect(at((await rendered(more, [])).raster, 5, 5)).toEqual(BLUE);
  });

  test('shows the picture for stills where that is the frame', async () => {
    const still = testApng({ ...size, frames: [{ color: RED }] });
    expect(await probe({ bytes: still })).not.toHaveProperty('loneFrame');
    expect(at((await rendered(still, [])).raster, 5, 5)).toEqual(RED);
    // A rule is broken: what every decoder shows.
    const outside = lone({ frames: [{ color: BLUE, box: [30, 0, 20, 8] }] });
    expect(at((await rendered(outside, [])).raster, 5, 5)).toEqual(RED);
    expect(readApng(lone())).toBeUndefined();
    expect(
      readLoneFrame(testApng({ ...size, hidden: RED, frames: [{ color: BLUE }, { color: RED }] })),
    ).toBeUndefined();
  });

  test('is clear where it covers less than its canvas', async () => {
    const { raster, info } = await rendered(
      lone({ frames: [{ color: BLUE, box: [8, 6, 10, 12] }] }),
      [],
    );
    expect(info.alpha).toBe(true);
    expect(raster.channels).toBe(4);
    expect(at(raster, 7, 6)[3]).toBe(0);
    expect(at(raster, 8, 6)).toEqual([...BLUE, 255]);
    expect(at(raster, 17, 17)).toEqual([...BLUE, 255]);
    expect(at(raster, 18, 17)[3]).toBe(0);
  });

  test('keeps its alpha', async () => {
    const clear = lone({ hidden: [...RED, 255], frames: [{ color: [...BLUE, 90] }] });
    expect(at((await rendered(clear, [])).raster, 3, 3)).toEqual([...BLUE, 90]);
    const frames = [{ color: [...BLUE, 90], box: [2, 2, 4, 4] as const }];
    const part = await rendered(lone({ hidden: [...RED, 255], frames }), []);
    expect(at(part.raster, 3, 3)).toEqual([...BLUE, 90]);
    expect(at(part.raster, 1, 1)[3]).toBe(0);
  });

  test('is shown by the gamma of its file', async () => {
    const more = [pngChunk('gAMA', bytes32(Math.round(1e5 / 1.8)))];
    const wanted = sdr('srgb', 'gamma18', [BLUE[0]! / 255, BLUE[1]! / 255, BLUE[2]! / 255]);
    for (const box of [undefined, [0, 0, 20, 20]] as const) {
      const frames = [{ color: BLUE, ...(box ? { box } : {}) }];
      const { raster } = await rendered(lone({ more, frames }), []);
      for (const [c, level] of wanted.entries()) {
        expect(Math.abs(at(raster, 5, 5)[c]! - level)).toBeLessThan(1);
      }
    }
  });

  test('is not drawn on a canvas that would take too much memory', async () => {
    const frames = [{ color: BLUE, box: [0, 0, 4, 4] as const }];
    const file = testApng({ width: 9, height: 9, hidden: RED, frames });
    const { chunks } = pngChunks(file);
    const header = new Uint8Array(chunks[0]!.data);
    header.set(concat([bytes32(8000), bytes32(4001)]));
    const large = joinPng([pngChunk('IHDR', header), ...chunks.slice(1).map(({ whole }) => whole)]);
    await expect(probe({ bytes: large })).rejects.toMatchObject({
      code: 'source-too-many-pixels',
    });
  });
});

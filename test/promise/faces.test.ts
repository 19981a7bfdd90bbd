/** Faces of the shared corpus: all are found, nothing else is, and none that fits is cut. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { corpus } from '../../src/base/corpus.suite.ts';
import type { Region, Size } from '../../src/base/size.ts';
import type { Face } from '../../src/image/face.ts';
import { faceWindow } from '../../src/plan/face-window.ts';
import { still } from '../../src/raster/pixels.ts';
import { createFaceApi } from '../../src/vision/faces/face-api.ts';
import { COPY_SIDE, findFaces } from '../../src/vision/faces/find-faces.ts';

const built = (name: string) => new URL(`../../dist/vision/faces/model/${name}`, import.meta.url);
const detector = createFaceApi({
  code: built('face-api.cjs'),
  kernels: built('tfjs-backend-wasm-simd.wasm'),
  detector: built('ssd_mobilenetv1_model.bin'),
  landmarks: built('face_landmark_68_model.bin'),
});

/** People whose faces can be seen; one in every portrait. */
const PEOPLE: Readonly<Record<string, number>> = {
  'solvay-1927-group.jpg': 29,
  'kodim04.png': 1,
  'kodim18.png': 1,
};
const FACES = corpus('faces');
const PHOTOS = corpus('photos');

async function look(path: string): Promise<{ faces: Face[]; size: Size }> {
  const { data, info } = await sharp(path)
    .rotate()
    .resize({ width: COPY_SIDE, height: COPY_SIDE, fit: 'inside', withoutEnlargement: true })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const size = { width: info.width, height: info.height };
  const copy = still(info.width, info.height, 3, new Uint8Array(data));
  return { faces: await findFaces(detector, copy, size), size };
}

const whole = (window: Region, { left, top, width, height }: Region) =>
  left >= window.left - 0.5 &&
  top >= window.top - 0.5 &&
  left + width <= window.left + window.width + 0.5 &&
  top + height <= window.top + window.height + 0.5;

describe.skipIf(FACES.length === 0)('pictures of people', () => {
  test.each(FACES)('$name: every face, and none that fits is cut', async ({ name, path }) => {
    const { faces, size } = await look(path);
    expect(faces).toHaveLength(PEOPLE[name] ?? 1);
    const boxes = faces.map(({ bounds }) => bounds);
    for (const ratio of [1, 16 / 9, 9 / 16, 4 / 5]) {
      const wide = size.width > size.height * ratio;
      const part = {
        width: wide ? Math.round(size.height * ratio) : size.width,
        height: wide ? size.height : Math.round(size.width / ratio),
      };
      const window = faceWindow(boxes, size, part, 0);
      const right = Math.max(...boxes.map((box) => box.left + box.width));
      const bottom = Math.max(...boxes.map((box) => box.top + box.height));
      const left = Math.min(...boxes.map((box) => box.left));
      const top = Math.min(...boxes.map((box) => box.top));
      const fits = right - left <= part.width && bottom - top <= part.height;
      const kept = fits ? boxes : boxes.slice(0, 1);
      expect(kept.filter((box) => box.width <= part.width && !whole(window, box))).toEqual([]);
    }
  });
});

describe.skipIf(PHOTOS.length === 0)('photographs', () => {
  test.each(PHOTOS)('$name: as many faces as there are people', async ({ name, path }) => {
    expect((await look(path)).faces).toHaveLength(PEOPLE[name] ?? 0);
  });
});

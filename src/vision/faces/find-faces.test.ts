/** The built detector on real pictures; `npm run build` must have laid its files out. */
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import { still } from '../../raster/pixels.ts';
import { createFaceApi } from './face-api.ts';
import type { FaceDetector } from './face-detector.ts';
import { COPY_SIDE, findFaces } from './find-faces.ts';
import type { ModelFiles } from './model-files.ts';

const built = (name: string) =>
  new URL(`../../../dist/vision/faces/model/${name}`, import.meta.url);

const FILES: ModelFiles = {
  code: built('face-api.cjs'),
  kernels: built('tfjs-backend-wasm-simd.wasm'),
  detector: built('ssd_mobilenetv1_model.bin'),
  landmarks: built('face_landmark_68_model.bin'),
};

const detector = createFaceApi(FILES);
const picture = (name: string) =>
  fileURLToPath(new URL(`../../../test/pictures/${name}`, import.meta.url));

async function copyOf(input: string | Buffer): Promise<Raster> {
  const box = { width: COPY_SIDE, height: COPY_SIDE };
  const { data, info } = await sharp(input)
    .resize({ ...box, fit: 'inside', withoutEnlargement: true })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return still(info.width, info.height, 3, new Uint8Array(data));
}

const faces = async (name: string) => {
  const file = picture(name);
  const { width, height } = await sharp(file).metadata();
  return findFaces(detector, await copyOf(file), { width, height });
};

describe('findFaces', () => {
  test('finds the face of a portrait where it is, with eyes and mouth in it', async () => {
    const found = await faces('astronaut.jpg');
    expect(found).toHaveLength(1);
    const [{ bounds, leftEye, rightEye, mouth, confidence }] = found as [(typeof found)[0]];
    expect(confidence).toBeGreaterThan(0.8);
    // By eye, on the picture of 320 × 320: forehead to chin.
    expect(bounds.left).toBeGreaterThan(105);
    expect(bounds.left + bounds.width).toBeLessThan(175);
    expect(bounds.top).toBeGreaterThan(30);
    expect(bounds.top + bounds.height).toBeLessThan(120);
    const near = (value: number, expected: number) =>
      expect(Math.abs(value - expected)).toBeLessThan(4);
    near(leftEye.x, 126);
    near(leftEye.y, 62);
    near(rightEye.x, 152);
    near(rightEye.y, 64);
    near(mouth.x, 138);
    near(mouth.y, 90);
    expect(leftEye.width).toBeGreaterThan(6);
    expect(leftEye.width).toBeLessThan(20);
  });

  test.each(['coffee.png', 'elephant.jpg', 'editor.png', 'leaves.jpg'])(
    'finds none in %s',
    async (name) => {
      expect(await faces(name)).toEqual([]);
    },
  );

  test('a picture of one pixel has no face and is no error', async () => {
    const one = { width: 1, height: 1, channels: 3, background: '#888' } as const;
    const pixel = await sharp({ create: one }).png().toBuffer();
    expect(await findFaces(detector, await copyOf(pixel), { width: 1, height: 1 })).toEqual([]);
  });
});

describe('how often the model looks', () => {
  /** Counts what a detector is asked. */
  function counted() {
    const looks = { boxes: 0, marks: 0 };
    const counting: FaceDetector = {
      ready: () => detector.ready(),
      detect: (raster, least) => {
        looks.boxes++;
        return detector.detect(raster, least);
      },
      landmarks: (raster, boxes) => {
        looks.marks++;
        return detector.landmarks(raster, boxes);
      },
    };
    return { looks, counting };
  }

  test.each([
    ['astronaut.jpg', { boxes: 1, marks: 2 }, 'a face seen well is not looked at again'],
    ['coffee.png', { boxes: 2, marks: 0 }, 'nothing: once more with black around'],
  ])('%s: %j (%s)', async (name, expected) => {
    const { looks, counting } = counted();
    const copy = await copyOf(picture(name));
    await findFaces(counting, copy, copy);
    expect(looks).toEqual(expected);
  });
});

describe('the net of boxes', () => {
  const size = COPY_SIDE / 2;
  test.each([
    ['wide', { width: size, height: 200 }],
    ['high', { width: 200, height: size }],
    ['a size of no whole step', { width: size, height: 345 }],
    ['small', { width: 250, height: 130 }],
  ])('a picture is seen as in the square with black around: %s', async (_, box) => {
    const wide = await sharp(picture('astronaut.jpg'))
      .resize({ ...box, fit: 'contain', position: 'left top', background: '#654' })
      .toColourspace('srgb')
      .raw()
      .toBuffer();
    const alone = still(box.width, box.height, 3, new Uint8Array(wide));
    const side = Math.max(box.width, box.height);
    const around = await sharp(wide, { raw: { ...box, channels: 3 } })
      .extend({ right: side - box.width, bottom: side - box.height, background: '#000' })
      .raw()
      .toBuffer();
    const found = await detector.detect(alone, 0.3);
    const square = await detector.detect(still(side, side, 3, new Uint8Array(around)), 0.3);
    expect(found.length).toBeGreaterThan(0);
    expect(found).toHaveLength(square.length);
    found.forEach(({ confidence, bounds }, i) => {
      expect(Math.abs(confidence - square[i]!.confidence)).toBeLessThan(0.05);
      for (const key of ['left', 'top', 'width', 'height'] as const) {
        expect(Math.abs(bounds[key] - square[i]!.bounds[key])).toBeLessThan(side / 100);
      }
    });
  });

  test('no box overlaps another by more than half, and the surest come first', async () => {
    const found = await detector.detect(await copyOf(picture('astronaut.jpg')), 0.02);
    expect(found.length).toBeGreaterThan(1);
    const sure = found.map(({ confidence }) => confidence);
    expect(sure).toEqual([...sure].sort((a, b) => b - a));
  });
});

describe('a detector whose files are missing', () => {
  test.each(['code', 'detector', 'landmarks'] as const)(
    'says so when it is asked to be ready: %s',
    async (name) => {
      const broken = createFaceApi({ ...FILES, [name]: built('nowhere/none.bin') });
      await expect(broken.ready()).rejects.toThrow();
    },
  );
});

/** The built detector on real pictures; `npm run build` must have laid its files out. */
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import { still } from '../../raster/pixels.ts';
import { createFaceApi } from './face-api.ts';
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

describe('a detector whose files are missing', () => {
  test.each(['code', 'detector', 'landmarks'] as const)(
    'says so when it is asked to be ready: %s',
    async (name) => {
      const broken = createFaceApi({ ...FILES, [name]: built('nowhere/none.bin') });
      await expect(broken.ready()).rejects.toThrow();
    },
  );
});

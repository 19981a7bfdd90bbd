/** The built detector on real pictures; `npm run build` must have laid its files out. */
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Size } from '../../base/size.ts';
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

/** Counts what a detector is asked, and keeps the sizes of what it sees. */
function counted() {
  const looks = { boxes: 0, marks: 0 };
  const sizes: Size[] = [];
  const counting: FaceDetector = {
    ready: () => detector.ready(),
    detect: (raster, least, longest) => {
      looks.boxes++;
      sizes.push({ width: raster.width, height: raster.height });
      return detector.detect(raster, least, longest);
    },
    landmarks: (raster, boxes, mirrored) => {
      looks.marks++;
      return detector.landmarks(raster, boxes, mirrored);
    },
  };
  return { looks, sizes, counting };
}

describe('how often the model looks', () => {
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

describe('a group', () => {
  /** The face of the portrait in a row, small, on a wide picture of grey. */
  const row = async (turned: boolean) => {
    const face = { left: 85, top: 10, width: 110, height: 130 };
    const input = await sharp(picture('astronaut.jpg')).extract(face).resize(66).png().toBuffer();
    const composed = [20, 200, 380, 560, 740, 920].map((along) => ({
      ...{ input, left: turned ? 40 : along, top: turned ? along : 40 },
    }));
    const size = turned ? { width: 600, height: 1024 } : { width: 1024, height: 600 };
    const wall = await sharp({ create: { ...size, channels: 3, background: '#8a8780' } })
      .composite(composed)
      .png()
      .toBuffer();
    return { copy: await copyOf(wall), size };
  };

  test.each([
    ['wide', false],
    ['high', true],
  ])(
    'halves are looked at where the group may reach, and everyone is found once: %s',
    async (_, turned) => {
      const { copy, size } = await row(turned);
      const { sizes, counting } = counted();
      const found = await findFaces(counting, copy, size);
      expect(found).toHaveLength(6);
      // The first look is at everything; both halves end some faces below or beside the row.
      const [whole, near, far] = sizes.map(({ width, height }) =>
        turned ? width / height : height / width,
      );
      expect(whole).toBeCloseTo(600 / 1024, 2);
      expect(near).toBeLessThan(0.6 * (600 / (1024 * 0.6)));
      expect(far).toBe(near);
    },
  );
});

describe('the net of boxes', () => {
  test('the boxes of small faces are the same where large ones do not matter', async () => {
    const copy = await copyOf(picture('astronaut.jpg'));
    const all = await detector.detect(copy, 0.5);
    const longest = Math.max(...all.map(({ bounds }) => bounds.height));
    const small = await sharp(picture('astronaut.jpg'))
      .resize(180, 180)
      .extend({ right: 332, bottom: 140, background: '#000' })
      .png()
      .toBuffer();
    const whole = await detector.detect(await copyOf(small), 0.5);
    const finest = await detector.detect(await copyOf(small), 0.5, 64);
    expect(longest).toBeGreaterThan(64);
    expect(whole).toHaveLength(1);
    expect(finest).toEqual(whole);
  });

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

describe('the net of marks', () => {
  const bounds = { left: 108, top: 36, width: 62, height: 76 };

  test('what is looked at mirrored has its marks where they are, and nearly where they were', async () => {
    const copy = await copyOf(picture('astronaut.jpg'));
    const [own] = await detector.landmarks(copy, [bounds]);
    const [mirrored] = await detector.landmarks(copy, [bounds], true);
    const flopped = await sharp(picture('astronaut.jpg')).flop().png().toBuffer();
    const there = { ...bounds, left: copy.width - bounds.left - bounds.width };
    const [seen] = await detector.landmarks(await copyOf(flopped), [there]);
    expect(mirrored!.leftEye.x).toBeCloseTo(copy.width - seen!.rightEye.x, 3);
    expect(mirrored!.rightEye.y).toBeCloseTo(seen!.leftEye.y, 3);
    expect(mirrored!.mouth.x).toBeCloseTo(copy.width - seen!.mouth.x, 3);
    expect(mirrored).not.toEqual(own);
    expect(Math.abs(mirrored!.leftEye.x - own!.leftEye.x)).toBeLessThan(0.1 * bounds.width);
  });

  test('a face has the same marks alone and among others, more than one run takes', async () => {
    const copy = await copyOf(picture('astronaut.jpg'));
    const boxes = Array.from({ length: 9 }, (_, i) => ({ ...bounds, left: bounds.left - 4 + i }));
    const together = await detector.landmarks(copy, boxes);
    expect(together).toHaveLength(9);
    for (const at of [0, 4, 8]) {
      const [alone] = await detector.landmarks(copy, [boxes[at]!]);
      expect(together[at]!.mouth.x).toBeCloseTo(alone!.mouth.x, 2);
      expect(together[at]!.mouth.y).toBeCloseTo(alone!.mouth.y, 2);
    }
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

  test('and where the weights are those of another net', async () => {
    const { detector: landmarks, landmarks: boxes } = FILES;
    const swapped = createFaceApi({ ...FILES, detector: boxes, landmarks });
    await expect(swapped.ready()).rejects.toThrow('Expected the weights of a net');
  });
});

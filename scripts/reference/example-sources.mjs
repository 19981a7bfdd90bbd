/**
 * The pictures that the reference works on: the committed ones of test/pictures/, all in the public domain, and
 * what is made of them here: parts, a photograph with half of its contrast, a portrait with red pupils, two
 * portraits side by side, an animation that moves over a photograph, a photograph in a frame.
 */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';

const committed = (name) =>
  sharp(readFileSync(new URL(`../../test/pictures/${name}`, import.meta.url)));

/** Longer side of a source that is shown, in pixels. */
const SHOWN = 240;

const small = (pipe) => pipe.resize(SHOWN, SHOWN, { fit: 'inside' }).png().toBuffer();

/** Bytes of each source by its name, without loss: nothing is gone before the product sees it. */
export const SOURCES = {
  portrait: () => small(committed('astronaut.jpg')),
  'leaf at a side': () =>
    small(committed('leaves.jpg').extract({ left: 190, top: 0, width: 290, height: 320 })),
  'dull leaves': () => small(committed('leaves.jpg').linear(0.55, 57)),
  'red eyes': redEyes,
  'two faces': twoFaces,
  'moving leaves': movingLeaves,
  cup: () => committed('coffee.png').resize(150, 100).png().toBuffer(),
  leaves: () => committed('leaves.jpg').resize(150, 100).png().toBuffer(),
  food: () =>
    committed('sprites.png')
      .resize(100, 100)
      .extend({ top: 6, bottom: 6, left: 6, right: 6, background: '#0000' })
      .png()
      .toBuffer(),
  house: () => committed('house.png').png().toBuffer(),
  framed: () =>
    committed('coffee.png')
      .resize(150, 100)
      .flatten()
      .extend({ top: 12, bottom: 12, left: 12, right: 12, background: '#1f6f5c' })
      .png()
      .toBuffer(),
};

/** The portrait, and a smaller one of it turned round. */
async function twoFaces() {
  const [large, small] = await Promise.all([
    committed('astronaut.jpg').resize(140, 140).toBuffer(),
    committed('astronaut.jpg').flop().resize(100, 100).toBuffer(),
  ]);
  return sharp({ create: { width: 240, height: 140, channels: 3, background: '#39424e' } })
    .composite([
      { input: large, left: 0, top: 0 },
      { input: small, left: 140, top: 40 },
    ])
    .png()
    .toBuffer();
}

/** Size of the animation, frames, and milliseconds of each. */
export const MOVING = { width: 96, height: 64, frames: 6, delay: 200 };

/** A window that moves over the leaves, from the left to the right. */
async function movingLeaves() {
  const { width, height, frames, delay } = MOVING;
  const all = await committed('leaves.jpg').resize(240, 160).removeAlpha().toBuffer();
  const parts = await Promise.all(
    Array.from({ length: frames }, (_, i) =>
      sharp(all)
        .extract({ left: 28 * i, top: 12 * i, width, height })
        .raw()
        .toBuffer(),
    ),
  );
  const raw = { width, height: height * frames, channels: 3, pageHeight: height };
  return sharp(Buffer.concat(parts), { raw })
    .webp({ lossless: true, delay: Array(frames).fill(delay), loop: 0 })
    .toBuffer();
}

/** Where the pupils of the portrait are at three times its size. */
const PUPILS = [
  [382, 190],
  [462, 194],
];

/** The face of the portrait, its pupils red but for a spot of light, as a flash makes them. */
async function redEyes() {
  const side = 960;
  const { data } = await committed('astronaut.jpg')
    .resize(side, side)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (const [x, y] of PUPILS) {
    for (let row = y - 5; row <= y + 5; row++) {
      for (let column = x - 5; column <= x + 5; column++) {
        if (Math.hypot(column - x, row - y) > 4.6) continue;
        const light = Math.hypot(column - x - 1, row - y + 1) < 1.3;
        data.set(light ? [250, 245, 250] : [225, 25, 35], (row * side + column) * 3);
      }
    }
  }
  const face = { left: 300, top: 80, width: 240, height: 220 };
  return sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .extract(face)
    .png()
    .toBuffer();
}

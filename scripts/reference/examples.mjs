/**
 * The parameters that the reference shows with a picture: a source, a query, a sentence.
 *
 * Sources are the committed pictures of test/pictures/, all in the public domain, and what is made
 * of them here: parts, a photograph with half of its contrast, a portrait with red pupils.
 */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';

const committed = (name) =>
  sharp(readFileSync(new URL(`../../test/pictures/${name}`, import.meta.url)));

/** Longer side of a source that is shown, in pixels. */
const SHOWN = 240;

const small = (pipe) => pipe.resize(SHOWN, SHOWN, { fit: 'inside' }).png().toBuffer();

/** Bytes of each source by its name, as PNG: nothing is lost before the product sees it. */
export const SOURCES = {
  portrait: () => small(committed('astronaut.jpg')),
  'leaf at a side': () =>
    small(committed('leaves.jpg').extract({ left: 190, top: 0, width: 290, height: 320 })),
  'dull leaves': () => small(committed('leaves.jpg').linear(0.55, 57)),
  'red eyes': redEyes,
};

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

/**
 * What each page shows: `name` of the file, source, query or options, the size of the result in
 * pixels, what there is to see.
 */
export const EXAMPLES = {
  imgix: [
    {
      name: 'auto-enhance',
      source: 'dull leaves',
      query: 'auto=enhance',
      size: [240, 160],
      says: 'A photograph that lacks range gets it back; one that has it stays as it is.',
    },
    {
      name: 'auto-redeye',
      source: 'red eyes',
      query: 'auto=redeye',
      size: [240, 220],
      says: 'The red goes, the light in the pupils stays.',
    },
    {
      name: 'crop-faces',
      source: 'portrait',
      query: 'w=200&h=90&fit=crop&crop=faces',
      size: [200, 90],
      says: 'The window that keeps the faces.',
    },
    {
      name: 'facearea',
      source: 'portrait',
      query: 'w=120&h=120&fit=facearea&facepad=1.5',
      size: [120, 120],
      says: 'The faces, in a window one and a half times as large.',
    },
    {
      name: 'crop-auto',
      source: 'leaf at a side',
      query: 'w=80&h=160&fit=crop&crop=auto',
      size: [80, 160],
      says: 'The window that shows what matters, faces first.',
    },
    {
      name: 'crop-entropy',
      source: 'leaf at a side',
      query: 'w=80&h=160&fit=crop&crop=entropy',
      size: [80, 160],
      says: 'The window with the most detail.',
    },
    {
      name: 'crop-edges',
      source: 'leaf at a side',
      query: 'w=80&h=160&fit=crop&crop=edges',
      size: [80, 160],
      says: 'The window with the strongest edges.',
    },
  ],
  fastly: [
    {
      name: 'crop-smart',
      source: 'leaf at a side',
      query: 'width=80&crop=1:2,smart',
      size: [80, 160],
      says: 'The window that shows what matters, faces first.',
    },
  ],
  imageoptim: [
    {
      name: 'crop-auto',
      source: 'leaf at a side',
      query: '80x160,crop=auto',
      size: [80, 160],
      says: 'The window that shows what matters, faces first.',
    },
  ],
};

/** The name of the file that shows an example of a page. */
export const fileOf = (page, { name }) => `${page}-${name}.webp`;

/** The name of the file that shows a source. */
export const fileOfSource = (source) => `source-${source.replaceAll(' ', '-')}.webp`;

/**
 * The parameters that the reference shows with a picture: one source, one URL, one sentence.
 *
 * Sources are the committed pictures of test/pictures/, all in the public domain, and what is made
 * of them here: a photograph with half of its contrast, and red pupils painted into a portrait.
 */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';

const committed = (name) => readFileSync(new URL(`../../test/pictures/${name}`, import.meta.url));

/** Longer side of a source that is shown, in pixels. */
const SHOWN = 240;

const small = (name) => sharp(committed(name)).resize(SHOWN, SHOWN, { fit: 'inside' });

/** Bytes of each source by its name, as PNG: nothing is lost before the product sees it. */
export const SOURCES = {
  'dull leaves': () => small('leaves.jpg').linear(0.55, 57).png().toBuffer(),
  'red eyes': redEyes,
};

/** The face of the portrait at three times its size, with the pupils that a flash makes. */
async function redEyes() {
  const side = 960;
  const part = { left: 300, top: 80, width: 240, height: 220 };
  const { data } = await sharp(committed('astronaut.jpg'))
    .resize(side, side)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (const [x, y] of [
    [382, 190],
    [462, 194],
  ]) {
    for (let row = y - 6; row <= y + 6; row++) {
      for (let column = x - 6; column <= x + 6; column++) {
        if (Math.hypot(column - x, row - y) > 4.6) continue;
        const light = Math.hypot(column - x - 1, row - y + 1) < 1.3;
        data.set(light ? [250, 245, 250] : [225, 25, 35], (row * side + column) * 3);
      }
    }
  }
  const raw = { width: side, height: side, channels: 3 };
  return sharp(data, { raw }).extract(part).png().toBuffer();
}

/** By the page they stand on: source, query or options, the size of the result, what it shows. */
export const EXAMPLES = {
  imgix: [
    {
      source: 'red eyes',
      query: 'auto=redeye',
      size: [240, 220],
      says: 'The red goes, the light in the pupils stays.',
    },
    {
      source: 'dull leaves',
      query: 'auto=enhance',
      size: [240, 160],
      says: 'A photograph that lacks range gets it back; one that has it stays as it is.',
    },
  ],
};

/** `imgix-crop-faces`: the name of the file of an example. */
export const fileOf = (page, { query }) => {
  const words = query
    .split('&')
    .filter((pair) => !/^(w|h|fit=crop|facepad)(=|$)/.test(pair))
    .join('-');
  return `${page}-${words.replace(/[^a-z0-9]+/gi, '-')}.webp`;
};

/** The name of the file that shows a source. */
export const fileOfSource = (source) => `source-${source.replaceAll(' ', '-')}.webp`;

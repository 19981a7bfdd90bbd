/**
 * The parameters that the reference shows with a picture: a source, a query, a sentence.
 *
 * Sources are the committed pictures of test/pictures/, all in the public domain, and what is made
 * of them here: parts, a photograph with half of its contrast, a portrait with red pupils, two portraits
 * side by side, an animation that moves over a photograph.
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

/**
 * What each page shows: `name` of the file, source, query or options, the size of the result in
 * pixels, what there is to see. `video`: its format; frames of it are shown as an animated picture.
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
      name: 'face-blur',
      source: 'portrait',
      query: 'w=120&h=120&fit=facearea&facepad=3&face-blur=1',
      size: [120, 120],
      says: 'Faces past recognition at the least, and everything else as it was.',
    },
    {
      name: 'face-pixel',
      source: 'two faces',
      query: 'w=200&face-pixel=20',
      size: [200, 117],
      says: 'Every face in blocks that grow with it.',
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
    {
      name: 'facepad',
      source: 'portrait',
      query: 'w=120&h=120&fit=facearea&facepad=3',
      size: [120, 120],
      says: 'More of what lies around the faces.',
    },
    {
      name: 'faceindex',
      source: 'two faces',
      query: 'w=120&h=120&fit=facearea&facepad=2&faceindex=2',
      size: [120, 120],
      says: 'One face of several, counted from the largest.',
    },
    {
      name: 'crop-faces-two',
      source: 'two faces',
      query: 'w=200&h=70&fit=crop&crop=faces',
      size: [200, 70],
      says: 'All faces, where they fit.',
    },
    {
      name: 'fp-debug',
      source: 'portrait',
      query: 'w=120&h=120&fit=crop&crop=focalpoint&fp-x=0.43&fp-y=0.24&fp-z=2&fp-debug=true',
      size: [120, 120],
      says: 'The focal point, with lines through it.',
    },
    {
      name: 'auto-true',
      source: 'dull leaves',
      query: 'auto=true',
      size: [240, 160],
      says: 'Enhancement, and red-eye where crop has the word faces.',
    },
    {
      name: 'frame',
      source: 'moving leaves',
      query: 'frame=3',
      size: [96, 64],
      says: 'One frame, as a still.',
    },
    {
      name: 'frame-range',
      source: 'moving leaves',
      query: 'frame=2-4',
      size: [96, 64],
      says: 'A range of frames.',
    },
    {
      name: 'interval',
      source: 'moving leaves',
      query: 'interval=2',
      size: [96, 64],
      says: 'Every second frame.',
    },
    {
      name: 'skip',
      source: 'moving leaves',
      query: 'skip=3',
      size: [96, 64],
      says: 'All but every third frame.',
    },
    {
      name: 'reverse',
      source: 'moving leaves',
      query: 'reverse=true',
      size: [96, 64],
      says: 'From the last frame to the first.',
    },
    {
      name: 'fps',
      source: 'moving leaves',
      query: 'fps=2',
      size: [96, 64],
      says: 'Two frames in a second.',
    },
    {
      name: 'loop',
      source: 'moving leaves',
      query: 'loop=2',
      size: [96, 64],
      says: 'It plays twice.',
    },
    {
      name: 'animation',
      source: 'moving leaves',
      query: 'w=64&h=64&fit=crop&crop=left&sat=-60',
      size: [64, 64],
      says: 'Every step works on every frame.',
    },
    {
      name: 'fm-mp4',
      source: 'moving leaves',
      query: 'fm=mp4',
      size: [96, 64],
      says: 'Frames of the video, at their times.',
      video: 'mp4',
    },
    {
      name: 'fm-webm',
      source: 'moving leaves',
      query: 'fm=webm',
      size: [96, 64],
      says: 'Frames of the video, at their times.',
      video: 'webm',
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
    {
      name: 'frame',
      source: 'moving leaves',
      query: 'frame=1',
      size: [96, 64],
      says: 'The first frame, as a still.',
    },
    {
      name: 'animation',
      source: 'moving leaves',
      query: 'width=48',
      size: [48, 32],
      says: 'Every step works on every frame.',
    },
    {
      name: 'format-mp4',
      source: 'moving leaves',
      query: 'format=mp4',
      size: [96, 64],
      says: 'Frames of the video, at their times.',
      video: 'mp4',
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
    {
      name: 'animation',
      source: 'moving leaves',
      query: '48x48,crop',
      size: [48, 48],
      says: 'Every step works on every frame.',
    },
    {
      name: 'format-h264',
      source: 'moving leaves',
      query: 'full,format=h264',
      size: [96, 64],
      says: 'Frames of the video, at their times.',
      video: 'mp4',
    },
    {
      name: 'format-webm',
      source: 'moving leaves',
      query: 'full,format=webm',
      size: [96, 64],
      says: 'Frames of the video, at their times.',
      video: 'webm',
    },
  ],
};

/** The name of the file that shows an example of a page. */
export const fileOf = (page, { name }) => `${page}-${name}.webp`;

/** The name of the file that shows a source. */
export const fileOfSource = (source) => `source-${source.replaceAll(' ', '-')}.webp`;

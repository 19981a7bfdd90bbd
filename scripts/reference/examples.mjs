/**
 * The parameters that the reference shows with a picture: a source, a query, a sentence.
 */
import { GALLERY } from './gallery.mjs';

export { MOVING, SOURCES } from './example-sources.mjs';

/**
 * What each page shows: `name` of the file, source, query or options, the size of the result in
 * pixels, what there is to see. `video`: its format; frames of it are shown as an animated picture.
 */
const OWN = {
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

/** All of each page: those of single parameters first, in the order of their names here. */
export const EXAMPLES = Object.fromEntries(
  Object.entries(OWN).map(([page, own]) => [page, [...simple(page), ...own]]),
);

function simple(page) {
  return Object.entries(GALLERY[page]).map(([name, [query, source, width, height, says]]) => ({
    name,
    source,
    query,
    size: [width, height],
    says,
  }));
}

/** The name of the file that shows an example of a page. */
export const fileOf = (page, { name }) => `${page}-${name}.webp`;

/** The name of the file that shows a source. */
export const fileOfSource = (source) => `source-${source.replaceAll(' ', '-')}.webp`;

/**
 * Gallery: an example of each parameter that changes a picture, as `[query, source, width, height, what there
 * is to see]`, by the name of the parameter. Those with a story of their own stand in examples.mjs.
 */
import { IMGIX_GALLERY } from './gallery-imgix.mjs';

export const GALLERY = {
  imgix: IMGIX_GALLERY,
  fastly: {
    width: ['width=75', 'cup', 75, 50, 'A width; the height follows.'],
    height: ['height=50', 'cup', 75, 50, 'A height; the width follows.'],
    fit: [
      'width=100&height=100&fit=crop',
      'cup',
      100,
      100,
      'The box is covered, what stands over is cut off.',
    ],
    dpr: ['width=60&dpr=2', 'cup', 120, 80, 'Twice the pixels for dense screens.'],
    'bg-color': ['bg-color=1f6f5c', 'food', 112, 112, 'A color under clear areas.'],
    blur: ['blur=8', 'cup', 150, 100, 'A Gaussian blur.'],
    brightness: ['brightness=30', 'cup', 150, 100, 'Lighter.'],
    bw: ['bw=atkinson', 'cup', 150, 100, 'Black and white, dithered.'],
    canvas: ['canvas=200,120&bg-color=1f6f5c', 'cup', 200, 120, 'A canvas around the picture.'],
    contrast: ['contrast=40', 'cup', 150, 100, 'More contrast.'],
    crop: ['crop=80,80,x40,y10', 'cup', 80, 80, 'A window.'],
    enable: ['width=200&enable=upscale', 'cup', 200, 133, 'Larger than the source.'],
    orient: ['orient=r', 'cup', 100, 150, 'A quarter to the right.'],
    pad: ['pad=10,20&bg-color=1f6f5c', 'cup', 190, 120, 'Room around.'],
    precrop: ['precrop=80,80,x40,y10&width=60', 'cup', 60, 60, 'A window before everything else.'],
    'resize-filter': [
      'width=75&resize-filter=nearest',
      'cup',
      75,
      50,
      'Pixels are picked, not mixed.',
    ],
    saturation: ['saturation=-100', 'cup', 150, 100, 'No color.'],
    sharpen: ['sharpen=a5,r2,t0', 'cup', 150, 100, 'An unsharp mask.'],
    trim: ['trim=10,20', 'cup', 110, 80, 'Sides taken off.'],
    'trim-color': ['trim-color=1f6f5c', 'framed', 150, 100, 'A border of this color is taken off.'],
  },
  imageoptim: {
    size: ['75', 'cup', 75, 50, 'A largest width.'],
    density: ['60,2x', 'cup', 120, 80, 'Twice the pixels for dense screens.'],
    fit: ['200x200,fit', 'cup', 200, 133, 'Inside the box, enlarged.'],
    'scale-down': ['200x200,scale-down', 'cup', 150, 100, 'Inside the box, never enlarged.'],
    crop: ['100x100,crop', 'cup', 100, 100, 'Exactly the box, cut.'],
    pad: ['100x100,pad,bgcolor=1f6f5c', 'cup', 100, 100, 'Exactly the box, with room.'],
    bgcolor: [
      '112x112,pad,bgcolor=1f6f5c,format=jpeg',
      'food',
      112,
      112,
      'A color under clear areas.',
    ],
    stretch: ['100x100,stretch', 'cup', 100, 100, 'Exactly the box, the ratio lost.'],
    trim: ['full,trim=border', 'framed', 150, 100, 'A border of one color is taken off.'],
    quality: ['full,quality=low', 'cup', 150, 100, 'Fewer bytes.'],
  },
};

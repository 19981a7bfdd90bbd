/**
 * Needs: which parameter has an effect only together with another
 * (docs/spec/imgix.md 10).
 *
 * Used for remarks alone; the translation looks at the values themselves.
 */
import type { ImgixValues, ParamName } from '../params.ts';

interface Need {
  /** For a person: "fit=crop". */
  readonly text: string;
  readonly met: (values: ImgixValues) => boolean;
}

/** The fit, or that which stands for facearea where there is no face. */
const plainFit = ({ fit }: ImgixValues) => (typeof fit === 'object' ? fit.otherwise : fit);
const isFaceArea = ({ fit }: ImgixValues) => typeof fit === 'object';
const isCrop = (values: ImgixValues) => plainFit(values) === 'crop';
const hasSide = ({ w, h, ch }: ImgixValues) =>
  w !== undefined || h !== undefined || ch?.includes('width') === true;
const side: Need = { text: 'w or h', met: hasSide };
const sized: Need = {
  text: 'w, h or ar',
  met: (values) =>
    hasSide(values) ||
    values.ar !== undefined ||
    isFaceArea(values) ||
    values.crop?.includes('focalpoint') === true,
};
const freeWidth: Need = {
  text: 'fit=crop and h without w',
  met: (values) => isCrop(values) && values.w === undefined && values.h !== undefined,
};
const freeHeight: Need = {
  text: 'fit=crop and w without h',
  met: (values) => isCrop(values) && values.h === undefined && values.w !== undefined,
};
const focal: Need = {
  text: 'fit=crop and crop=focalpoint',
  met: (values) => isCrop(values) && values.crop?.includes('focalpoint') === true,
};
const filled: Need = {
  text: 'fit=fill or fit=fillmax',
  met: (values) => ['fill', 'fillmax'].includes(plainFit(values) ?? ''),
};
const border: Need = { text: 'border', met: (values) => values.border !== undefined };
const trimmed: Need = { text: 'trim', met: ({ trim }) => trim !== undefined };
const palette: Need = { text: 'palette', met: (values) => values.palette !== undefined };
const grid: Need = {
  text: 'transparency=grid',
  met: ({ transparency }) => transparency !== undefined,
};

const gradient: Need = {
  text: 'fill=gradient',
  met: (values) => filled.met(values) && values.fill === 'gradient',
};
const radial: Need = {
  text: 'fill=gradient and fill-gradient-type=radial',
  met: (values) => gradient.met(values) && values['fill-gradient-type'] === 'radial',
};
const linear: Need = {
  text: 'fill=gradient without fill-gradient-type=radial',
  met: (values) => gradient.met(values) && values['fill-gradient-type'] !== 'radial',
};
const mark: Need = { text: 'mark', met: (values) => values.mark !== undefined };
const markBox: Need = {
  text: 'mark and mark-w or mark-h',
  met: (values) =>
    values.mark !== undefined && (values['mark-w'] ?? values['mark-h']) !== undefined,
};
const blend: Need = {
  text: 'blend or blend-color',
  met: (values) => (values.blend ?? values['blend-color']) !== undefined,
};
const blendPicture: Need = {
  text: 'blend with a picture',
  met: (values) => typeof values.blend === 'object' && 'picture' in values.blend,
};

const txt: Need = { text: 'txt', met: ({ txt = '' }) => txt.trim() !== '' };

const NEEDS: Readonly<Partial<Record<ParamName, Need>>> = {
  fit: sized,
  dpr: side,
  'resize-filter': sized,
  ar: {
    text: 'fit=crop or fit=fill, and one side at most',
    met: (values) =>
      ['crop', 'fill'].includes(plainFit(values) ?? '') &&
      (values.w === undefined || values.h === undefined),
  },
  crop: {
    text: 'fit=crop',
    // Faces in it also make auto=true take red out of eyes (docs/spec/imgix.md 4.13.3).
    met: ({ fit, auto, crop }) =>
      fit === 'crop' || (auto?.includes('true') === true && crop?.includes('faces') === true),
  },
  'min-w': freeWidth,
  'max-w': freeWidth,
  'min-h': freeHeight,
  'max-h': freeHeight,
  'fp-x': focal,
  'fp-y': focal,
  'fp-z': focal,
  'fp-debug': focal,
  faceindex: {
    text: 'fit=facearea or crop=faces',
    met: (values) =>
      isFaceArea(values) || (isCrop(values) && values.crop?.includes('faces') === true),
  },
  facepad: { text: 'fit=facearea', met: isFaceArea },
  faces: { text: 'fm=json', met: ({ fm }) => fm === 'json' },
  fill: filled,
  'fill-color': filled,
  'rot-type': { text: 'rot', met: ({ rot }) => rot !== undefined },
  'trim-color': trimmed,
  'trim-tol': trimmed,
  'trim-md': trimmed,
  'trim-sd': trimmed,
  'trim-alpha': trimmed,
  'trim-pad': trimmed,
  'border-top': border,
  'border-right': border,
  'border-bottom': border,
  'border-left': border,
  'border-radius': border,
  'border-radius-inner': border,
  'corner-radius': { text: 'mask=corners', met: ({ mask }) => mask === 'corners' },
  'fill-gradient-type': gradient,
  'fill-gradient-cs': gradient,
  'fill-gradient-linear': linear,
  'fill-gradient-linear-direction': linear,
  'fill-gradient-radial': radial,
  'fill-gradient-radial-radius': radial,
  'fill-gradient-radial-x': radial,
  'fill-gradient-radial-y': radial,
  'border-stroke-size': {
    text: 'border-stroke-color',
    met: (values) => values['border-stroke-color'] !== undefined,
  },
  'border-stroke-color': {
    text: 'border-stroke-size',
    met: (values) => (values['border-stroke-size'] ?? 0) > 0,
  },
  'txt-align': txt,
  'txt-clip': txt,
  'txt-color': txt,
  'txt-fit': txt,
  'txt-font': txt,
  'txt-lead': txt,
  'txt-lig': txt,
  'txt-line': txt,
  'txt-pad': txt,
  'txt-shad': txt,
  'txt-size': txt,
  'txt-track': txt,
  'txt-width': txt,
  'txt-x': txt,
  'txt-y': txt,
  'txt-line-color': {
    text: 'txt and txt-line',
    met: (values) => txt.met(values) && (values['txt-line'] ?? 0) > 0,
  },
  'mark-base': mark,
  'mark-align': mark,
  'mark-alpha': mark,
  'mark-fit': markBox,
  'mark-h': mark,
  'mark-w': mark,
  'mark-x': mark,
  'mark-y': mark,
  'mark-pad': mark,
  'mark-rot': mark,
  'mark-scale': mark,
  'mark-tile': mark,
  'mark-if-min-width': mark,
  'mark-if-min-height': mark,
  'blend-mode': blend,
  'blend-alpha': blend,
  'blend-color': { text: 'no blend beside it', met: (values) => values.blend === undefined },
  'blend-align': blendPicture,
  'blend-fit': blendPicture,
  'blend-crop': blendPicture,
  'blend-h': blendPicture,
  'blend-w': blendPicture,
  'blend-x': blendPicture,
  'blend-y': blendPicture,
  'blend-pad': blendPicture,
  'blend-size': blendPicture,
  'mask-bg': { text: 'mask', met: ({ mask }) => mask !== undefined },
  'grid-size': grid,
  'grid-colors': grid,
  usmrad: { text: 'usm', met: ({ usm }) => usm !== undefined },
  'duotone-alpha': { text: 'duotone', met: ({ duotone }) => duotone !== undefined },
  colors: palette,
  prefix: palette,
};

/** The parameters given without what they need, with the words for that. */
export function missingNeeds(values: ImgixValues): [name: ParamName, needed: string][] {
  return Object.entries(NEEDS).flatMap(([key, need]) => {
    const name = key as ParamName;
    return values[name] === undefined || need.met(values) ? [] : [[name, need.text]];
  });
}

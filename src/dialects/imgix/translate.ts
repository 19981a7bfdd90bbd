/**
 * Translate: from the values of the parameters to a plan
 * (docs/spec/imgix.md 3, the order of operations).
 */
import { type Diagnostic, notUsed } from '../../base/diagnostic.ts';
import { wholeBox } from '../../plan/fit.ts';
import type { Op } from '../../plan/op.ts';
import type { Output } from '../../plan/output.ts';
import type { Plan } from '../../plan/plan.ts';
import type { FormatSettings } from '../negotiation.ts';
import { type Hints, hintsOf } from './hints.ts';
import { LONGEST_SIDE } from './params/readers.ts';
import type { ImgixValues } from './params.ts';
import {
  detailOps,
  enhanceOps,
  faceOps,
  redEyeOps,
  styleOps,
  toneOps,
} from './translate/adjust.ts';
import { blendOps, markOps } from './translate/composition.ts';
import { type ClientFacts, fmRemark, pictureOutput } from './translate/format.ts';
import type { Pictures } from './translate/pictures.ts';
import { before, boxOf, type RequestedBox, resizeOps, turns } from './translate/size.ts';
import { borderOps, maskOps, padding, surroundOps } from './translate/surround.ts';
import { canvasOp, textOps } from './translate/text.ts';

/**
 * Whether adjustments come after sizing. The vendor documents them before it;
 * on fewer pixels they cost less, differ by a level or two, and the radii of
 * sharpening and blur mean pixels of the output (docs/spec/imgix.md 3).
 */
const ADJUST_AFTER_SIZING = true;

const NO_HINTS = hintsOf([], {});

const LIMIT: Op = { kind: 'limit', side: LONGEST_SIDE };

/** The plan of a request that renders; its second pictures are added to `pictures`. */
export function translate(
  values: ImgixValues,
  hints: Hints,
  client: ClientFacts,
  pictures: Pictures,
): Plan {
  if (values.palette === undefined && values.fm === 'json') {
    return {
      frames: { kind: 'all' },
      ops: [],
      output: { kind: 'facts', form: 'imgix', ...(values.faces ? { faces: true } : {}) },
    };
  }
  const box = boxOf(values, hints);
  const density = pictures.onText ? (hints.dpr ?? values.dpr ?? 1) : box.density;
  return {
    ...framesOf(values),
    ops: stepsFor(values, hints, pictures),
    ...(values['pdf-annotation'] === false ? { annotations: false } : {}),
    output: outputOf(values, client, density),
  };
}

/** The steps of a second picture with these parameters. */
export function stepsOf(values: ImgixValues, pictures: Pictures): Op[] {
  return stepsFor(values, NO_HINTS, pictures);
}

function stepsFor(values: ImgixValues, hints: Hints, pictures: Pictures): Op[] {
  if (!pictures.onText) return steps(values, boxOf(values, hints), pictures);
  const density = hints.dpr ?? values.dpr ?? 1;
  const canvas = canvasOp(values, hints);
  const room = padding(values, density);
  return [
    canvas,
    ...surroundOps(values, room, density),
    ...(room ? [LIMIT] : []),
    ...maskOps(values, density, pictures),
    ...blendOps(values, density, pictures, []),
    ...markOps(values, density, pictures),
    ...borderOps(values, density),
  ];
}

function steps(values: ImgixValues, box: RequestedBox, pictures: Pictures): Op[] {
  const { width, height, density } = box;
  const room = padding(values, density);
  const sized = width !== undefined || height !== undefined;
  const bounded = width !== undefined && height !== undefined;
  const sizing = resizeOps(values, box, sized ? room : undefined);
  return [
    ...before(values),
    ...redEyeOps(values),
    ...faceOps(values),
    ...sizeAndAdjust(values, sizing),
    ...surroundOps(values, room, density),
    // Padding and a turned frame may pass the limit once more.
    ...((room && !bounded) || values['rot-type'] === 'pivot' ? [LIMIT] : []),
    ...maskOps(values, density, pictures),
    ...blendOps(values, density, pictures, sizing),
    ...markOps(values, density, pictures),
    ...textOps(values, density),
    ...borderOps(values, density),
  ];
}

/**
 * Sizing, turning and adjusting, in the order that keeps fills as they were
 * asked for: a red bar stays red in a picture made grey.
 */
function sizeAndAdjust(values: ImgixValues, sizing: readonly Op[]): Op[] {
  const turned = turns(values);
  const tone = [...enhanceOps(values), ...toneOps(values)];
  const spatial = [...detailOps(values), ...styleOps(values)];
  const last = sizing.at(-1);
  const resize = last?.kind === 'resize' ? last : undefined;
  const fills = resize?.fit === 'contain' ? resize : undefined;
  // Corners of a turned frame are filled as well.
  const pivots = values['rot-type'] === 'pivot';
  const late = pivots ? [...tone, ...turned, ...spatial] : [...turned, ...tone, ...spatial];
  if (fills === undefined || turned.length + tone.length + spatial.length === 0) {
    // Whether there will be bars is not known before faces have been looked for.
    return ADJUST_AFTER_SIZING && resize?.withoutFaces?.fit !== 'contain'
      ? [...sizing, LIMIT, ...late]
      : [...tone, ...sizing, LIMIT, ...turned, ...spatial];
  }
  const box = wholeBox(fills);
  if (box === undefined) return [...tone, ...sizing, LIMIT, ...turned, ...spatial];
  // First inside the box, last into it: the second resize only adds the space.
  const { fill: _, ...inside } = box;
  return [...sizing.slice(0, -1), { ...inside, fit: 'inside' }, LIMIT, ...late, box];
}

/** `frame` and `page` count from 1; without them all frames are read. */
function framesOf(values: ImgixValues): Pick<Plan, 'frames' | 'playing'> {
  const { frame = values.page, interval: every, skip, reverse, loop, fps: rate } = values;
  if (typeof frame === 'number') return { frames: { kind: 'one', index: frame - 1 } };
  const choice = {
    ...(frame === undefined ? {} : { first: frame.from - 1 }),
    ...(frame?.to === undefined ? {} : { last: frame.to - 1 }),
    ...(every === undefined ? {} : { every }),
    ...(skip === undefined ? {} : { without: skip }),
    ...(reverse ? { reverse } : {}),
  };
  const chosen = Object.keys(choice).length > 0 ? { choice } : {};
  const playing = {
    ...(loop === undefined ? {} : { loop }),
    ...(rate === undefined ? {} : { rate }),
  };
  const plays = Object.keys(playing).length > 0 ? { playing } : {};
  return { frames: { kind: 'all', ...chosen }, ...plays };
}

function outputOf(values: ImgixValues, client: ClientFacts, density: number): Output {
  if (values.palette !== undefined) {
    return {
      kind: 'palette',
      form: values.palette,
      colors: values.colors ?? 6,
      prefix: values.palette === 'css' ? (values.prefix ?? 'image') : 'image',
    };
  }
  if (values.fm === 'blurhash') return { kind: 'blurhash', x: 4, y: 3 };
  return pictureOutput(values, client, density);
}

/** Remarks on what was read well and cannot be done in full. */
export function shortfalls(values: ImgixValues, settings: FormatSettings): Diagnostic[] {
  const onFormat = fmRemark(values.fm, settings);
  const remarks = onFormat === undefined ? [] : [onFormat];
  if (values['rasterize-bypass']) {
    const message = 'rasterize-bypass has an effect only on files named svg, eps, pdf or ai.';
    remarks.push(notUsed(message, 'rasterize-bypass'));
  }
  return remarks;
}

/**
 * BoxNet: the net that finds boxes of faces, an SSD on MobileNet v1.
 *
 * It was trained on squares of 512 pixels and is given pictures with a longer side of just that;
 * below or beside them stands black up to the next 32 pixels, not up to the square: what is black
 * alone shows nothing and takes its share of the time. The batch normalization of each layer is part
 * of its weights from the beginning, so that a layer is one pass over its pixels.
 *
 * From finest to coarsest, six grids tell of every cell whether boxes round its middle hold a face.
 * The boxes of the whole square come with the weights.
 */
import type { Region, Size } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import { resampled } from '../../raster/resampled.ts';
import type { FaceBox } from './face-detector.ts';
import type { Padding, Tensor, Tensors } from './tensors.ts';
import { type Weights, weight } from './weights.ts';

/** Side of the square that the net was made for, in pixels. */
const SIDE = 512;

/** What the sides of its input are a multiple of, in pixels. */
const STEP = 32;

/** The grids of the whole square: cells along a side, and boxes round each. */
const GRIDS = [
  { cells: 32, boxes: 3 },
  { cells: 16, boxes: 6 },
  { cells: 8, boxes: 6 },
  { cells: 4, boxes: 6 },
  { cells: 2, boxes: 6 },
  { cells: 1, boxes: 6 },
] as const;

/** Layers of the MobileNet, those that halve the sides, and the one whose output is the finest grid. */
const LAYERS = { count: 13, halving: [2, 4, 6, 12], finest: 11 } as const;

/** Added to a variance, so that it is never 0. */
const EPSILON = 0.001;

/** Classes of a box: nothing, a face, and one that was not used. */
const CLASSES = { count: 3, face: 1 } as const;

/**
 * Longest side of a face that the boxes of the finest grid stand for, in pixels of the input. They are
 * 51 and 102 pixels long, those of the next grid 179.
 */
const FINEST_UP_TO = 128;

/** By which the net tells moves of a box's middle, and of the logarithm of its size. */
const MOVES = { middle: 10, size: 5 } as const;

/** Boxes that overlap more than this, over their union, are one. */
const OVERLAP = 0.5;

interface Layer {
  readonly filter: Tensor;
  readonly bias: Tensor;
}

/** A convolution of each channel by itself, and one of all channels at each pixel. */
interface MobileLayer {
  readonly depthwise: Layer;
  readonly pointwise: Layer;
}

/** What tells of one grid where its boxes are and what they hold. */
interface Predictor {
  readonly places: Layer;
  readonly classes: Layer;
}

export class BoxNet {
  readonly #tensors: Tensors;
  readonly #first: Layer;
  readonly #layers: readonly MobileLayer[];
  readonly #extra: readonly Layer[];
  readonly #predictors: readonly Predictor[];
  /** Top, left, bottom and right of every box, as shares of the square. */
  readonly #boxes: Float32Array;

  /** @throws Error where the weights are those of another net */
  constructor(tensors: Tensors, weights: Weights) {
    this.#tensors = tensors;
    const layer = (name: string, filter = 'weights', bias = 'convolution_bn_offset'): Layer => ({
      filter: weight(weights, `${name}/${filter}`),
      bias: weight(weights, `${name}/${bias}`),
    });
    this.#first = layer('MobilenetV1/Conv2d_0_pointwise');
    this.#layers = Array.from({ length: LAYERS.count }, (_, i) => ({
      depthwise: normalized(tensors, weights, `MobilenetV1/Conv2d_${i + 1}_depthwise`),
      pointwise: layer(`MobilenetV1/Conv2d_${i + 1}_pointwise`),
    }));
    this.#extra = Array.from({ length: 8 }, (_, i) => layer(`Prediction/Conv2d_${i}_pointwise`));
    this.#predictors = GRIDS.map((_, i) => ({
      places: layer(`Prediction/BoxPredictor_${i}/BoxEncodingPredictor`, 'weights', 'biases'),
      classes: layer(`Prediction/BoxPredictor_${i}/ClassPredictor`, 'weights', 'biases'),
    }));
    this.#boxes = weight(weights, 'Output/extra_dim').dataSync();
  }

  /**
   * Boxes of at least `least` confidence in an opaque still, the surest first; none overlaps another
   * by more than half. In pixels of the raster.
   *
   * @param most how many at most
   * @param longest side of the faces that matter, in pixels of the raster; what shows larger ones alone
   *   is left out
   */
  detect(raster: Raster, least: number, most: number, longest: number): FaceBox[] {
    const scale = SIDE / Math.max(raster.width, raster.height);
    const { sizes, places, classes } = this.#run(raster, scale, longest * scale <= FINEST_UP_TO);
    const found: FaceBox[] = [];
    // Where a box stands among those that were told of, and where its grid begins in the square.
    let at = 0;
    let begin = 0;
    sizes.forEach(({ width, height }, i) => {
      const { cells, boxes } = GRIDS[i]!;
      for (let row = 0; row < height; row++) {
        for (let inRow = 0; inRow < width * boxes; inRow++, at++) {
          const confidence = sigmoid(classes[at * CLASSES.count + CLASSES.face]!);
          if (!(confidence > least)) continue;
          const box = begin + row * cells * boxes + inRow;
          const bounds = placed(
            this.#boxes.subarray(box * 4),
            places.subarray(at * 4),
            SIDE / scale,
          );
          found.push({ confidence, bounds });
        }
      }
      begin += cells * cells * boxes;
    });
    found.sort((a, b) => b.confidence - a.confidence);
    const kept: FaceBox[] = [];
    for (const box of found) {
      if (kept.length >= most) break;
      if (!kept.some(({ bounds }) => overlap(bounds, box.bounds) > OVERLAP)) kept.push(box);
    }
    return kept;
  }

  /** What the net tells of every box, four numbers of its place and three of its class; and the grids' sizes. */
  #run(raster: Raster, scale: number, finest: boolean) {
    const t = this.#tensors;
    const told = t.tidy(() => {
      const grids = this.#grids(inputOf(t, raster, scale), finest);
      const all = (of: keyof Predictor, numbers: number) =>
        t.concat(
          grids.map((x, i) =>
            t.reshape(convolved(t, x, this.#predictors[i]![of], 1, 'linear'), [-1, numbers]),
          ),
          0,
        );
      return { grids, places: all('places', 4), classes: all('classes', CLASSES.count) };
    });
    const { grids, places, classes } = told;
    const sizes = grids.map(({ shape: [, height = 0, width = 0] }): Size => ({ width, height }));
    const data = { sizes, places: places.dataSync(), classes: classes.dataSync() };
    for (const tensor of [...grids, places, classes]) tensor.dispose();
    return data;
  }

  /**
   * The six grids of an input, the finest first; or that one alone. What is no grid is freed as soon as
   * the next layer is there: its memory serves the one after.
   */
  #grids(input: Tensor, finest: boolean): Tensor[] {
    const t = this.#tensors;
    const grids: Tensor[] = [];
    let x = input;
    const go = (next: Tensor) => {
      if (!grids.includes(x)) x.dispose();
      x = next;
    };
    go(convolved(t, x, this.#first, 2));
    for (const [i, { depthwise, pointwise }] of this.#layers.entries()) {
      const strides = LAYERS.halving.some((layer) => layer === i + 1) ? 2 : 1;
      const { filter, bias } = depthwise;
      const own = { x, filter, bias, strides, pad: paddingOf(x, 3, strides) };
      go(t.fused.depthwiseConv2d({ ...own, activation: 'relu6' }));
      go(convolved(t, x, pointwise, 1));
      if (i + 1 === LAYERS.finest) grids.push(x);
      if (finest && grids.length > 0) return grids;
    }
    grids.push(x);
    this.#extra.forEach((layer, i) => {
      const coarser = i % 2 === 1;
      go(convolved(t, x, layer, coarser ? 2 : 1));
      if (coarser) grids.push(x);
    });
    return grids;
  }
}

/** A picture at its scale with black around, in numbers from -1 to 1. */
function inputOf(t: Tensors, raster: Raster, scale: number): Tensor {
  if (raster.channels !== 3) throw new Error('Expected an opaque raster, got one with alpha.');
  const { width, height } = raster;
  const size = {
    width: Math.max(1, Math.min(SIDE, Math.round(width * scale))),
    height: Math.max(1, Math.min(SIDE, Math.round(height * scale))),
  };
  const whole = { left: 0, top: 0, width, height };
  const { data } = scale === 1 ? raster : resampled(raster, whole, size, 'edge');
  const [tall, wide] = [stepped(size.height), stepped(size.width)];
  const values = new Float32Array(tall * wide * 3);
  for (let y = 0; y < size.height; y++) {
    const from = y * size.width * 3;
    values.set(data.subarray(from, from + size.width * 3), y * wide * 3);
  }
  return t.tidy(() => t.add(t.mul(t.tensor(values, [1, tall, wide, 3]), 1 / 127.5), -1));
}

/** The next length that an input may have. */
function stepped(side: number): number {
  return Math.ceil(side / STEP) * STEP;
}

function convolved(
  t: Tensors,
  x: Tensor,
  { filter, bias }: Layer,
  strides: number,
  activation: 'linear' | 'relu6' = 'relu6',
): Tensor {
  const pad = paddingOf(x, filter.shape[0]!, strides);
  return t.fused.conv2d({ x, filter, bias, strides, pad, activation });
}

/**
 * What a filter of a square of even sides has around its input: the same where the sides are odd, so
 * that a cell sees what it would see in the square.
 */
function paddingOf(
  { shape: [, height = 0, width = 0] }: Tensor,
  filter: number,
  strides: number,
): Padding {
  const both = (side: number): [number, number] => {
    if (strides === 1) return [(filter - 1) / 2, (filter - 1) / 2];
    return [0, (Math.ceil(side / strides) - 1) * strides + filter - side];
  };
  return [[0, 0], both(height), both(width), [0, 0]];
}

/** The weights of a convolution of each channel by itself with its batch normalization in them. */
function normalized(t: Tensors, weights: Weights, name: string): Layer {
  const filter = weight(weights, `${name}/depthwise_weights`);
  const numbers = (of: string) => weight(weights, `${name}/BatchNorm/${of}`).dataSync();
  const [gamma, beta] = [numbers('gamma'), numbers('beta')];
  const [mean, variance] = [numbers('moving_mean'), numbers('moving_variance')];
  const factors = gamma.map((value, i) => value / Math.sqrt(variance[i]! + EPSILON));
  const bias = beta.map((value, i) => value - mean[i]! * factors[i]!);
  const data = filter.dataSync().map((value, i) => value * factors[i % factors.length]!);
  return { filter: t.tensor(data, filter.shape), bias: t.tensor(bias, [bias.length]) };
}

/**
 * A box moved as the net says, in pixels; cut where the square ends at its left and its top.
 *
 * @param box top, left, bottom, right as shares of the square
 * @param move of its middle, down and to the right, and of its height and width
 * @param side of the square, in pixels of the result
 */
function placed(box: Float32Array, move: Float32Array, side: number): Region {
  const [down = 0, right = 0, taller = 0, wider = 0] = move;
  const [y0 = 0, x0 = 0, y1 = 0, x1 = 0] = box;
  const height = (y1 - y0) * Math.exp(taller / MOVES.size);
  const width = (x1 - x0) * Math.exp(wider / MOVES.size);
  const y = (y0 + y1) / 2 + (down / MOVES.middle) * (y1 - y0) - height / 2;
  const x = (x0 + x1) / 2 + (right / MOVES.middle) * (x1 - x0) - width / 2;
  const [top, bottom] = [Math.max(0, y), Math.min(1, y + height)];
  const [left, far] = [Math.max(0, x), Math.min(1, x + width)];
  return {
    left: left * side,
    top: top * side,
    width: (far - left) * side,
    height: (bottom - top) * side,
  };
}

/** What two regions share, of what they cover together. */
function overlap(a: Region, b: Region): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (a.width * a.height + b.width * b.height - width * height);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

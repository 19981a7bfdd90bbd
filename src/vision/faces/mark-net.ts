/**
 * MarkNet: the net that finds 68 points on the picture of a face.
 *
 * Four blocks of four layers each, every layer added to what the ones before it gave; then one sum per
 * number. A face is put into the middle of a square with black around it.
 */
import type { Point } from '../../image/face.ts';
import type { Raster } from '../../image/raster.ts';
import type { Tensor, Tensors } from './tensors.ts';
import { type Weights, weight } from './weights.ts';

/** Side of the square that the net was made for, in pixels. */
const SIDE = 112;

/** What the net takes for grey: the mean of the pictures it was trained on, of 1. */
const GREY = [122.782 / 255, 117.001 / 255, 104.298 / 255] as const;

/** Bits behind the point of shares, and of what both ways of the bilinear look-up give. */
const BITS = 11;
const ONE = 2 ** BITS;

/** Points of a face, and the sides of the last picture, which is averaged. */
const POINTS = 68;
const LAST = 7;

/** Faces of one run: few enough that what a layer gives stays near the processor. */
const AT_ONCE = 4;

const BLOCKS = 4;
const LAYERS = 4;

interface Layer {
  /** Absent in the first layer of all, which sees all channels at once. */
  readonly depthwise?: Tensor;
  readonly filter: Tensor;
  readonly bias: Tensor;
}

export class MarkNet {
  readonly #tensors: Tensors;
  readonly #blocks: readonly (readonly Layer[])[];
  readonly #sums: { readonly weights: Tensor; readonly bias: Tensor };
  /** What is laid on the numbers of an input. */
  readonly #grey: Tensor;

  /** @throws Error where the weights are those of another net */
  constructor(tensors: Tensors, weights: Weights) {
    this.#tensors = tensors;
    this.#blocks = Array.from({ length: BLOCKS }, (_, block) =>
      Array.from({ length: LAYERS }, (_, layer) => {
        const name = `dense${block}/conv${layer}`;
        const bias = weight(weights, `${name}/bias`);
        if (block === 0 && layer === 0) return { filter: weight(weights, `${name}/filters`), bias };
        const depthwise = weight(weights, `${name}/depthwise_filter`);
        return { depthwise, filter: weight(weights, `${name}/pointwise_filter`), bias };
      }),
    );
    this.#grey = tensors.tensor(
      Float32Array.from(GREY, (value) => -value),
      [3],
    );
    this.#sums = { weights: weight(weights, 'fc/weights'), bias: weight(weights, 'fc/bias') };
  }

  /** The points of each face, in pixels of its opaque still. */
  points(faces: readonly Raster[]): Point[][] {
    const found: Point[][] = [];
    for (let done = 0; done < faces.length; done += AT_ONCE) {
      found.push(...this.#pointsOf(faces.slice(done, done + AT_ONCE)));
    }
    return found;
  }

  #pointsOf(faces: readonly Raster[]): Point[][] {
    const t = this.#tensors;
    const result = t.tidy(() => {
      const own = t.tensor(inputOf(faces), [faces.length, SIDE, SIDE, 3]);
      const input = t.add(t.mul(own, 1 / (255 * ONE * ONE)), this.#grey);
      const seen = this.#blocks.reduce((x, layers) => this.#block(x, layers), input);
      const averages = t.avgPool(seen, [LAST, LAST], 2, 'valid');
      const flat = t.reshape(averages, [faces.length, -1]);
      return t.add(t.matMul(flat, this.#sums.weights), this.#sums.bias);
    });
    const numbers = result.dataSync();
    result.dispose();
    return faces.map(({ width, height }, face) => {
      const longer = Math.max(width, height);
      const of = numbers.subarray(face * POINTS * 2, (face + 1) * POINTS * 2);
      return Array.from({ length: POINTS }, (_, i) => ({
        x: of[2 * i]! * longer - (longer - width) / 2,
        y: of[2 * i + 1]! * longer - (longer - height) / 2,
      }));
    });
  }

  /** Every layer sees the sum of those before it. What was summed up is freed at once. */
  #block(x: Tensor, [first, ...others]: readonly Layer[]): Tensor {
    const t = this.#tensors;
    let sum = layered(t, x, first!, 2, 'relu');
    x.dispose();
    let input = sum;
    for (const layer of others) {
      const part = layered(t, input, layer, 1, 'linear');
      const next = t.add(sum, part);
      if (input !== sum) input.dispose();
      sum.dispose();
      part.dispose();
      sum = next;
      input = t.relu(sum);
    }
    sum.dispose();
    return input;
  }
}

function layered(
  t: Tensors,
  x: Tensor,
  { depthwise, filter, bias }: Layer,
  strides: number,
  activation: 'linear' | 'relu',
): Tensor {
  if (depthwise === undefined) {
    return t.fused.conv2d({ x, filter, bias, strides, pad: 'same', activation });
  }
  const own = t.fused.depthwiseConv2d({ x, filter: depthwise, strides, pad: 'same' });
  return t.fused.conv2d({ x: own, filter, bias, strides: 1, pad: 'same', activation });
}

/** Every face in the middle of its square, one after the other: values of pixels times `ONE`, twice. */
function inputOf(faces: readonly Raster[]): Float32Array {
  const values = new Int32Array(faces.length * SIDE * SIDE * 3);
  faces.forEach((face, i) => {
    putSquare(face, values.subarray(i * SIDE * SIDE * 3, (i + 1) * SIDE * SIDE * 3));
  });
  return new Float32Array(values);
}

/**
 * Bilinear, as the net was trained: the first pixel of the square is the first of the input. Along the
 * rows first, then from row to row. In whole numbers: this runs a few times only, before it is
 * compiled, and fractions would be an object each until then.
 */
function putSquare({ width, height, channels, data }: Raster, values: Int32Array): void {
  if (channels !== 3) throw new Error('Expected an opaque raster, got one with alpha.');
  const longer = Math.max(width, height);
  const columns = between(longer, Math.floor((longer - width) / 2), width);
  const rows = between(longer, Math.floor((longer - height) / 2), height);
  const length = SIDE * 3;
  const lines = new Int32Array(height * length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < SIDE; x++, to += 3) {
      const near = (y * width + columns.near[x]!) * 3;
      const far = (y * width + columns.far[x]!) * 3;
      const nearShare = columns.nearShare[x]!;
      const farShare = columns.farShare[x]!;
      lines[to] = nearShare * data[near]! + farShare * data[far]!;
      lines[to + 1] = nearShare * data[near + 1]! + farShare * data[far + 1]!;
      lines[to + 2] = nearShare * data[near + 2]! + farShare * data[far + 2]!;
    }
  }
  for (let y = 0, to = 0; y < SIDE; y++) {
    let near = rows.near[y]! * length;
    let far = rows.far[y]! * length;
    const nearShare = rows.nearShare[y]!;
    const farShare = rows.farShare[y]!;
    for (const end = to + length; to < end; to++, near++, far++) {
      values[to] = nearShare * lines[near]! + farShare * lines[far]!;
    }
  }
}

/** The two pixels of a side that each of the input lies between, and their shares of `ONE`; 0 where there is none. */
interface Between {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly nearShare: Int32Array;
  readonly farShare: Int32Array;
}

/**
 * @param longer side of the square, in pixels
 * @param before how many of them are black before the first of the side's `count`
 */
function between(longer: number, before: number, count: number): Between {
  const of = {
    ...{ near: new Int32Array(SIDE), far: new Int32Array(SIDE) },
    ...{ nearShare: new Int32Array(SIDE), farShare: new Int32Array(SIDE) },
  };
  const inside = (at: number) => at >= 0 && at < count;
  for (let i = 0; i < SIDE; i++) {
    const at = (i * longer) / SIDE;
    const near = Math.floor(at) - before;
    const far = Math.min(longer - 1, Math.floor(at) + 1) - before;
    const share = Math.round((at - Math.floor(at)) * ONE);
    of.near[i] = inside(near) ? near : 0;
    of.nearShare[i] = inside(near) ? ONE - share : 0;
    of.far[i] = inside(far) ? far : 0;
    of.farShare[i] = inside(far) ? share : 0;
  }
  return of;
}

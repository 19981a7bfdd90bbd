/**
 * MarkNet: the net that finds 68 points on the picture of a face.
 *
 * Four blocks of four layers each, every layer added to what the ones before it gave; then one sum per
 * number. A face is put into the middle of a square with black around it.
 */
import type { Point } from '../../image/face.ts';
import type { Raster } from '../../image/raster.ts';
import { type Tensor, type Tensors, type Weights, weight } from './tensors.ts';

/** Side of the square that the net was made for, in pixels. */
const SIDE = 112;

/** What the net takes for grey: the mean of the pictures it was trained on, of 1. */
const GREY = [122.782 / 255, 117.001 / 255, 104.298 / 255] as const;

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
      const input = t.tensor(inputOf(faces), [faces.length, SIDE, SIDE, 3]);
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

/** Every face in the middle of its square, one after the other. */
function inputOf(faces: readonly Raster[]): Float32Array {
  const values = new Float32Array(faces.length * SIDE * SIDE * 3);
  faces.forEach((face, i) => {
    putSquare(face, values.subarray(i * SIDE * SIDE * 3, (i + 1) * SIDE * SIDE * 3));
  });
  return values;
}

/**
 * Bilinear, as the net was trained: the first pixel of the square is the first of the input. Along the
 * rows first, then from row to row.
 */
function putSquare({ width, height, channels, data }: Raster, values: Float32Array): void {
  if (channels !== 3) throw new Error('Expected an opaque raster, got one with alpha.');
  const longer = Math.max(width, height);
  const left = Math.floor((longer - width) / 2);
  const top = Math.floor((longer - height) / 2);
  const length = SIDE * 3;
  // The line behind the last is black, as is what lies outside.
  const lines = new Float32Array((height + 1) * length);
  const { near, far, share } = between(longer, left);
  const inside = (at: number) => at >= 0 && at < width;
  for (let x = 0; x < SIDE; x++) {
    const then = inside(far[x]!) ? share[x]! : 0;
    const own = inside(near[x]!) ? 1 - share[x]! : 0;
    let from = inside(near[x]!) ? near[x]! * 3 : 0;
    let next = inside(far[x]!) ? far[x]! * 3 : 0;
    for (let y = 0, to = x * 3; y < height; y++, to += length) {
      lines[to] = own * data[from]! + then * data[next]!;
      lines[to + 1] = own * data[from + 1]! + then * data[next + 1]!;
      lines[to + 2] = own * data[from + 2]! + then * data[next + 2]!;
      from += width * 3;
      next += width * 3;
    }
  }
  const rows = between(longer, top);
  const lineOf = (at: number) => (at >= 0 && at < height ? at : height) * length;
  for (let y = 0; y < SIDE; y++) {
    const above = lineOf(rows.near[y]!);
    const below = lineOf(rows.far[y]!);
    const low = rows.share[y]! / 255;
    const high = 1 / 255 - low;
    const to = y * length;
    for (let x = 0; x < length; x += 3) {
      values[to + x] = high * lines[above + x]! + low * lines[below + x]! - GREY[0];
      values[to + x + 1] = high * lines[above + x + 1]! + low * lines[below + x + 1]! - GREY[1];
      values[to + x + 2] = high * lines[above + x + 2]! + low * lines[below + x + 2]! - GREY[2];
    }
  }
}

/** The two pixels of a side that each of the input lies between, and the share of the second. */
interface Between {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly share: Float64Array;
}

/**
 * @param longer side of the square, in pixels
 * @param before how many of them are black before the picture begins, from where it counts
 */
function between(longer: number, before: number): Between {
  const of = {
    ...{ near: new Int32Array(SIDE), far: new Int32Array(SIDE) },
    share: new Float64Array(SIDE),
  };
  for (let i = 0; i < SIDE; i++) {
    const at = (i * longer) / SIDE;
    const near = Math.floor(at);
    of.near[i] = near - before;
    of.far[i] = Math.min(longer - 1, near + 1) - before;
    of.share[i] = at - near;
  }
  return of;
}

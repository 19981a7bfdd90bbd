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

/** What the net takes for grey: the mean of the pictures it was trained on. */
const MEAN = [122.782, 117.001, 104.298] as const;

/** Points of a face, and the sides of the last picture, which is averaged. */
const POINTS = 68;
const LAST = 7;

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
    if (faces.length === 0) return [];
    const t = this.#tensors;
    const result = t.tidy(() => {
      const inputs = faces.map((face) => inputOf(t, face));
      const seen = this.#blocks.reduce((x, layers) => this.#block(x, layers), t.concat(inputs, 0));
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

  #block(x: Tensor, [first, ...others]: readonly Layer[]): Tensor {
    const t = this.#tensors;
    const start = layered(t, x, first!, 2, 'relu');
    const parts = [start];
    let input = start;
    for (const layer of others) {
      parts.push(layered(t, input, layer, 1, 'linear'));
      input = t.relu(t.addN(parts));
    }
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

/** A face in the middle of its square. */
function inputOf(t: Tensors, { width, height, channels, data }: Raster): Tensor {
  if (channels !== 3) throw new Error('Expected an opaque raster, got one with alpha.');
  const longer = Math.max(width, height);
  const left = Math.floor((longer - width) / 2);
  const top = Math.floor((longer - height) / 2);
  const square = new Float32Array(longer * longer * 3);
  for (let i = 0; i < square.length; i++) square[i] = levelled(0, i % 3);
  for (let y = 0; y < height; y++) {
    const to = ((top + y) * longer + left) * 3;
    const from = y * width * 3;
    for (let i = 0; i < width * 3; i++) square[to + i] = levelled(data[from + i]!, i % 3);
  }
  const own = t.tensor(square, [1, longer, longer, 3]);
  return longer === SIDE ? own : t.image.resizeBilinear(own, [SIDE, SIDE]);
}

function levelled(value: number, channel: number): number {
  return (value - MEAN[channel]!) / 255;
}

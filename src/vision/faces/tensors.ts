/**
 * Tensors: the part of tfjs that the nets of the detector use, as its bundle exports it
 * (scripts/faces/entry.mjs).
 */
export interface Tensor {
  readonly shape: readonly number[];
  dispose(): void;
  dataSync(): Float32Array;
}

/** How much is put around a tensor, before and behind, along each of its sides. */
export type Padding = readonly (readonly [number, number])[];

interface Convolution {
  readonly x: Tensor;
  readonly filter: Tensor;
  readonly strides: number;
  readonly pad: 'same' | 'valid' | Padding;
  readonly bias?: Tensor;
  readonly activation?: 'linear' | 'relu' | 'relu6';
}

/** Tensors of pictures have the sides batch, height, width, channels. */
export interface Tensors {
  /** Frees what the work made, but for its result. */
  tidy<T>(work: () => T): T;
  tensor(data: Float32Array, shape: readonly number[]): Tensor;
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  concat(all: readonly Tensor[], axis: number): Tensor;
  pad(x: Tensor, padding: Padding, value: number): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  addN(all: readonly Tensor[]): Tensor;
  relu(x: Tensor): Tensor;
  avgPool(x: Tensor, filter: readonly [number, number], strides: number, pad: 'valid'): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  readonly image: {
    resizeBilinear(x: Tensor, size: readonly [number, number]): Tensor;
  };
  readonly fused: {
    conv2d(of: Convolution): Tensor;
    depthwiseConv2d(of: Convolution): Tensor;
  };
}

/** The weights of a net, by their names. */
export type Weights = Readonly<Record<string, Tensor>>;

/** @throws Error where the weights are those of another net */
export function weight(weights: Weights, name: string): Tensor {
  const found = weights[name];
  if (found === undefined) throw new Error(`Expected weights named ${name}, got none.`);
  return found;
}

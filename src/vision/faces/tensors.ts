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
  /** The second is repeated along the sides that it lacks. */
  add(a: Tensor, b: Tensor | number): Tensor;
  mul(a: Tensor, b: Tensor | number): Tensor;
  relu(x: Tensor): Tensor;
  avgPool(x: Tensor, filter: readonly [number, number], strides: number, pad: 'valid'): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  readonly fused: {
    conv2d(of: Convolution): Tensor;
    depthwiseConv2d(of: Convolution): Tensor;
  };
}

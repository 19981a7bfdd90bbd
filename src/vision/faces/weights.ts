/**
 * Weights: the numbers of a net, from the bytes of its file.
 *
 * Most stand there as one byte each, with a scale and a least value for each tensor. Bytes become numbers
 * on the way into a typed array, and scale and least value are laid on by the operations of the tensors:
 * no loop of this language runs over five million numbers.
 */
import type { Tensor, Tensors } from './tensors.ts';

/** One tensor of a file, in the order in which they stand there. */
export interface WeightLayout {
  readonly name: string;
  readonly shape: readonly number[];
  /** Absent where the numbers stand there as floats of 32 bits. */
  readonly quantization?: { readonly scale: number; readonly min: number };
}

/** The weights of a net, by their names. */
export type Weights = Readonly<Record<string, Tensor>>;

/** @throws Error where the file is shorter than its layout says */
export function readWeights(
  t: Tensors,
  bytes: Uint8Array,
  layout: readonly WeightLayout[],
): Weights {
  const counts = layout.map(({ shape }) => shape.reduce((all, side) => all * side, 1));
  // A tensor copies what it is made of, so that one room serves all of them.
  const room = new Float32Array(Math.max(0, ...counts));
  let at = 0;
  const take = (length: number) => {
    at += length;
    if (at > bytes.length) throw new Error('Expected the weights of a net, got a part of them.');
    return bytes.subarray(at - length, at);
  };
  const read = ({ shape, quantization }: WeightLayout, i: number): Tensor => {
    const numbers = room.subarray(0, counts[i]!);
    if (quantization === undefined) {
      new Uint8Array(numbers.buffer, 0, numbers.byteLength).set(take(numbers.byteLength));
      return t.tensor(numbers, shape);
    }
    const { scale, min } = quantization;
    numbers.set(take(numbers.length));
    return t.tidy(() => t.add(t.mul(t.tensor(numbers, shape), scale), min));
  };
  return Object.fromEntries(layout.map((of, i) => [of.name, read(of, i)]));
}

/** @throws Error where the weights are those of another net */
export function weight(weights: Weights, name: string): Tensor {
  const found = weights[name];
  if (found === undefined) throw new Error(`Expected weights named ${name}, got none.`);
  return found;
}

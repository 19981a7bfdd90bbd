export interface Catalogue {
  readonly pictures: number;
  readonly slope: number;
  readonly variants: number;
}
export function randomNumbers(seed: number): () => number;
export function zipfShares(count: number, slope: number): Float64Array;
export function zipfTrace(catalogue: Catalogue, requests: number, seed: number): Uint32Array;

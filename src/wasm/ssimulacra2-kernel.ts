/**
 * Loading of `kernels/ssimulacra2.kernel.ts`.
 *
 * The caller brings the bytes of `ssimulacra2.wasm`, from a file in Node or
 * from `fetch` in the browser; this file is free of both. The module is
 * compiled once and may be instantiated many times: one instance holds one
 * reference, and its memory only ever grows, so letting go of the instance is
 * how memory is given back.
 */

/** What the kernel exports; the kernel's own docstrings hold the rules. */
export interface Ssimulacra2Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Which maps of a cell are summed: 1 ssim, 2 artefacts, 4 lost detail; before `prepare`. */
  setMaps(plane: number, level: number, maps: number): void;
  /** Lays out memory for a picture; the bytes needed, or 0 when there are none left. */
  prepare(width: number, height: number, shift: number): number;
  /** Address of the picture's bytes, or of a band of 2^shift rows. */
  input(): number;
  /** Address of six f64 per tile of a cell, row by row. */
  sums(plane: number, level: number): number;
  /** `background` is twice the grey behind transparent pixels, 0 to 510. */
  reference(channels: number, background: number): void;
  compare(channels: number, background: number): void;
  beginReduce(): void;
  reduce(width: number, rows: number, shift: number, channels: number, background: number): void;
}

/** The little of WebAssembly's interface that is used here; neither Node's nor the ES library's types have it. */
declare const WebAssembly: {
  compile(bytes: Uint8Array | ArrayBuffer): Promise<object>;
  Instance: new (module: object) => { readonly exports: unknown };
};

/** The kernel compiled; each call of the result makes a fresh instance. @throws when the bytes are no such module */
export async function loadSsimulacra2(
  bytes: Uint8Array | ArrayBuffer,
): Promise<() => Ssimulacra2Kernel> {
  const module = await WebAssembly.compile(bytes);
  return () => new WebAssembly.Instance(module).exports as Ssimulacra2Kernel;
}

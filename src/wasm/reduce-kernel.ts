/**
 * Loading of `kernels/reduce.kernel.ts`.
 *
 * The caller brings the bytes of `reduce.wasm`, from a file in Node or from
 * `fetch` in the browser; this file is free of both. An instance serves one
 * picture after another and keeps a few rows of the widest that it has seen.
 */

/** What the kernel exports; the kernel's own docstrings hold the rules. */
export interface ReduceKernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Addresses: tables, then what `prepare` has laid out. */
  light(): number;
  codes(): number;
  spansDown(): number;
  weightsDown(): number;
  spansAcross(): number;
  weightsAcross(): number;
  input(): number;
  output(): number;
  /** Lays out memory for a picture; the bytes needed, or 0 when there are none left. */
  prepare(
    width: number,
    channels: number,
    outWidth: number,
    outHeight: number,
    pairs: number,
    downPairs: number,
    acrossPairs: number,
    shiftDown: number,
    shiftAcross: number,
    band: number,
    ready: number,
  ): number;
  /** Takes in rows at `input()`; the number of finished rows at `output()`. */
  push(rows: number): number;
}

/** The little of WebAssembly's interface that is used here; neither Node's nor the ES library's types have it. */
declare const WebAssembly: {
  compile(bytes: Uint8Array | ArrayBuffer): Promise<object>;
  Instance: new (module: object) => { readonly exports: unknown };
};

/** An instance of the kernel. @throws when the bytes are no such module */
export async function loadReduce(bytes: Uint8Array | ArrayBuffer): Promise<ReduceKernel> {
  const module = await WebAssembly.compile(bytes);
  return new WebAssembly.Instance(module).exports as ReduceKernel;
}

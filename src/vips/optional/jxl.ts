/**
 * JPEG XL: what reads and writes it, behind one small interface.
 *
 * sharp's libvips is built without it, so it comes from a package that may be
 * installed beside the server (docs/decisions/0021-jpeg-xl.md). It is loaded by the
 * first picture that needs it: a worker that meets none pays nothing.
 */
import type { JxlBackEnd } from './jxl-back-end.ts';
import { JXL_PACKAGE, requirePackage } from './optional-package.ts';

let loading: Promise<JxlBackEnd> | undefined;

/** The back end, loaded once per process. @throws Fault source-unsupported, where its package is not installed */
export function jxlBackEnd(): Promise<JxlBackEnd> {
  loading ??= load();
  return loading;
}

/** Has the back end loaded while other work goes on; whoever needs it sees what failed. */
export function warmJxl(): void {
  jxlBackEnd().catch(() => undefined);
}

async function load(): Promise<JxlBackEnd> {
  requirePackage(JXL_PACKAGE, 'jxl');
  const { loadWasmVips } = await import('./wasm-vips.ts');
  return await loadWasmVips();
}

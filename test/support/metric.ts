/** The metric from the built kernel, for tests. */
import { readFileSync } from 'node:fs';
import type { Raster } from '../../src/image/raster.ts';
import {
  createSsimulacra2,
  type Ssimulacra2,
  type Ssimulacra2Options,
} from '../../src/metrics/ssimulacra2.ts';
import type { Picture } from './golden-pictures.ts';

export const KERNEL = new URL('../../dist/wasm/ssimulacra2.wasm', import.meta.url);

/** The metric; `npm run build` must have made the kernel. */
export function builtMetric(options: Ssimulacra2Options = {}): Promise<Ssimulacra2> {
  return createSsimulacra2(readFileSync(KERNEL), options);
}

/** RGB bytes as a still raster. */
export function still({ width, height, data }: Picture): Raster {
  return { width, height, data, channels: 3, pages: 1, delays: [], loop: 0 };
}

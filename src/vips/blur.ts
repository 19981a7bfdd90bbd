/**
 * Blur: a Gaussian, by sharp; wide ones on a smaller copy.
 *
 * From sigma 8 on nothing finer than a few pixels survives, so the picture is
 * blurred at a fraction of its size and brought back: sigma 200 costs what
 * sigma 5 does.
 */
import type { Raster } from '../image/raster.ts';
import { pipeline, pixels } from './pipeline.ts';

/** The range of sharp. */
const LEAST = 0.3;
/** The sigma to come down to. */
const SMALL = 4;

/** The raster under a Gaussian of `sigma` pixels; below 0.3 it stays as it is. */
export async function blurred(raster: Raster, sigma: number): Promise<Raster> {
  if (sigma < LEAST) return raster;
  const { width, height } = raster;
  const factor = Math.min(Math.floor(sigma / SMALL), Math.floor(Math.min(width, height) / 4));
  if (factor < 2) return pixels(pipeline(raster).blur(Math.min(1000, sigma)));
  const small = await pixels(
    pipeline(raster).resize(Math.ceil(width / factor), Math.ceil(height / factor), {
      fit: 'fill',
      kernel: 'linear',
    }),
  );
  const soft = await pixels(pipeline(small).blur(Math.min(1000, Math.max(LEAST, sigma / factor))));
  return pixels(pipeline(soft).resize(width, height, { fit: 'fill', kernel: 'cubic' }));
}

/**
 * Reducer: the one way in which rasters are made smaller (docs/decisions/0020).
 *
 * A process that has loaded the kernel uses it from then on; before that, the
 * plain twin gives the same bytes in more time.
 */
import type { Size } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import type { Filter } from '../../plan/op.ts';
import { still } from '../../raster/pixels.ts';
import type { SmoothFilter } from '../../raster/reduction/filter-spans.ts';
import type { LightTables } from '../../raster/reduction/light.ts';
import { kernelReduce, type Reduce, type Window } from '../../raster/reduction/reduce.ts';
import { reduceTwin } from '../../raster/reduction/reduce-twin.ts';
import { loadReduce } from '../../wasm/reduce-kernel.ts';

/** A size to reach, and how. */
export type Scale = Size & { readonly filter: Filter };

/** The same by a filter that blends. */
export type SmoothScale = Size & { readonly filter: SmoothFilter };

let reduce: Reduce = reduceTwin;

/** Reductions by the kernel from now on. @throws when the bytes are not those of `reduce.wasm` */
export async function setUpReducer(bytes: Uint8Array): Promise<void> {
  reduce = kernelReduce(await loadReduce(bytes));
}

/** What reduces at present, for whoever tests it. */
export function reducer(): Reduce {
  return reduce;
}

/** Side and repeats of the picture that a new worker makes smaller, in about ten milliseconds. */
const WARM_UP = { side: 64, times: 4 };

/** Runs the reducer until most of it is compiled: a first photograph takes three times as long without. */
export function warmUpReducer(): void {
  const { side, times } = WARM_UP;
  const to = { width: side / 4, height: side / 4, filter: 'lanczos3' } as const;
  const picture = still(side, side, 3, new Uint8Array(side * side * 3));
  for (let i = 0; i < times; i++) reduced(picture, to);
}

/** Whether a picture is made smaller by blending: no side grows, one at least shrinks. */
export function isReduction(from: Size, to: Scale): to is SmoothScale {
  const smaller = to.width < from.width || to.height < from.height;
  return to.filter !== 'nearest' && smaller && to.width <= from.width && to.height <= from.height;
}

/**
 * A still, or a window of it, made smaller in linear light; the window's edges may lie inside pixels.
 *
 * @param tables what its bytes mean, where not sRGB
 */
export function reduced(
  raster: Raster,
  { width, height, filter }: SmoothScale,
  window?: Window,
  tables?: LightTables,
): Raster {
  const more = { ...(window ? { window } : {}), ...(tables ? { tables } : {}) };
  return reduce(raster, { to: { width, height }, filter, ...more });
}

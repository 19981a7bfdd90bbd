/**
 * Optimize: one picture, by workers that all calls of this process share.
 *
 * They are started by the first call and do not keep the process alive.
 */
import {
  createOptimizer,
  type Optimized,
  type OptimizeOptions,
  type Optimizer,
} from './create-optimizer.ts';
import type { OptimizeInput } from './read-source.ts';

let shared: Optimizer | undefined;

/**
 * A picture in the fewest bytes that reach its target; of an unchanged size never more than it came in.
 *
 * `(await optimize('photo.jpg', { width: 800, target: 'medium' })).bytes`
 *
 * @param input a path, the bytes, or a stream of them
 * @throws Fault with a `code`: `source-not-an-image`, `source-broken`, `source-too-many-pixels`, …; the reason of the
 * signal; RangeError for options that cannot be meant; errors of the system for a file that cannot be read
 */
export async function optimize(
  input: OptimizeInput,
  options: OptimizeOptions = {},
): Promise<Optimized> {
  options.signal?.throwIfAborted();
  shared ??= createOptimizer({ unref: true });
  const used = shared;
  try {
    return await used.optimize(input, options);
  } finally {
    // Where its workers could not be started, the next call tries others
    if (used.over && shared === used) shared = undefined;
  }
}

/**
 * Retired: origins of an earlier configuration, closed when nobody uses them any more.
 */
import type { Mount } from '../engine/engine.ts';
import { closeMounts, type Generation } from './generation.ts';

export interface Retired {
  /** Closes them now. */
  end(): Promise<void>;
}

/** The longest that a body may take that is sent as it comes; see `engine/sources/oversize-source.ts`. */
const LONGEST_BODY = 600_000;

/** Closes origins once no answer is made by their configuration, nor a body sent that comes from them. */
export function retire(generation: Generation, mounts: readonly Mount[]): Retired {
  let closed: Promise<void> | undefined;
  const end = () => {
    closed ??= closeMounts(mounts);
    return closed;
  };
  void generation.unused().then(() => {
    setTimeout(() => void end(), LONGEST_BODY).unref();
  });
  return { end };
}

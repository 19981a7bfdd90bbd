/** What the fuzzed parsers keep to besides ending: a broken promise is a finding. */
import { isFault } from '../../../src/base/fault.ts';

/** @throws where a promise does not hold */
export function ensure(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new Error(`broken promise: ${promise}`);
}

/** The result of some work, or undefined where it ended with an error that its docstring names. */
export function orRefusal<T>(
  work: () => T,
  isExpected: (error: unknown) => boolean = isFault,
): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isExpected(error)) return undefined;
    throw error;
  }
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The result of taking metadata off a second time is that of the first, and neither grows past a tag and an end. */
export function ensureSettled(
  strip: (bytes: Uint8Array) => Uint8Array,
  bytes: Uint8Array,
  room: number,
): void {
  const once = strip(bytes);
  ensure(once.length <= bytes.length + room, `at most ${room} bytes are added`);
  ensure(sameBytes(strip(once), once), 'stripping twice is stripping once');
}

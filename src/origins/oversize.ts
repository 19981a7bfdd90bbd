/**
 * Oversize: sources with more bytes than are read, which may still be handed
 * on as they come (docs/spec/fastly-io.md 13.5).
 *
 * What the origin said of such a source before its body is kept beside the
 * fault, because it is asked for again by whoever hands the source on.
 */
import { Fault } from '../base/fault.ts';
import { bytesText } from './limits.ts';

/** What is known of a source that was not read. */
export interface Oversize {
  /** In bytes, as announced. */
  readonly length: number;
  /** Those that a read source would have kept. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How a source is read that is handed on while it comes, in place of the usual bounds. */
export interface PassingLimits {
  /** Most bytes of it. */
  readonly maxBytes: number;
  /** Longest time for it: its reader may be slow. In milliseconds. */
  readonly totalMs: number;
}

const known = new WeakMap<Fault, Oversize>();

/** @param oversize where the length was announced */
export function tooLarge(maxBytes: number, oversize?: Oversize): Fault {
  const fault = new Fault('source-too-large', `The source is larger than ${bytesText(maxBytes)}.`);
  if (oversize) known.set(fault, oversize);
  return fault;
}

/** What is known of the source that a fault refused; undefined where nothing was announced. */
export function oversizeOf(fault: Fault): Oversize | undefined {
  return known.get(fault);
}

/**
 * SourceFacts: what a source is known by without being decoded.
 */
import type { Size } from '../../base/size.ts';
import { headerSize } from '../../containers/header-size.ts';
import type { FormatName } from '../../image/format.ts';
import { sniffFormat } from '../../image/sniff.ts';
import type { Spooled } from '../../stores/spool.ts';

export interface SourceFacts {
  /** SHA-256 of its bytes, hexadecimal. */
  readonly hash: string;
  readonly bytes: number;
  /** By its first bytes; absent for what is no picture. */
  readonly format?: FormatName;
  /** As its header states it, for estimates. */
  readonly size?: Size;
}

/** The facts of bytes that have arrived. */
export function factsOf({ hash, length, head }: Spooled): SourceFacts {
  const format = sniffFormat(head);
  const size = headerSize(head);
  return { hash, bytes: length, ...(format ? { format } : {}), ...(size ? { size } : {}) };
}

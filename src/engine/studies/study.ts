/**
 * Study: what is asked about a picture beside making it, and what comes back.
 *
 * Points of the curve of bytes against score for some formats, the place of the
 * errors of a file, and the picture as it was before any encoding. Plain data
 * that crosses the process border.
 */
import type { Size } from '../../base/size.ts';
import type { FormatName } from '../../image/format.ts';
import type { ErrorMap } from '../../metrics/error-map.ts';
import type { Trial } from '../../optimizer/receipt.ts';

export interface Study {
  /** Formats with qualities on the JPEG scale, 1..100; each is one encode with its score. */
  readonly curves?: readonly { readonly format: FormatName; readonly jpeg: readonly number[] }[];
  /** A file that the plan gave, whose errors are mapped. */
  readonly candidate?: Uint8Array;
  /** Give the picture before encoding, as PNG. */
  readonly reference?: true;
}

export interface StudyResult {
  /** Of the picture that was studied. */
  readonly size: Size;
  readonly points: readonly Trial[];
  readonly map?: ErrorMap & { readonly score: number };
  readonly reference?: Uint8Array;
}

/**
 * Facts: what a source tells about itself, as the JSON document of `meta`
 * (docs/spec/imageoptim.md 3.14).
 */
import type { Size } from '../../base/size.ts';
import type { FormatName } from '../../image/format.ts';
import { isMoving, type SourceInfo, uprightSize } from '../../image/source-info.ts';

export interface ImageoptimFacts extends Size {
  readonly format: FormatName;
  /** Bytes of the source. */
  readonly size: number;
  readonly animated: boolean;
}

/** The document of `meta`; `size` is that of the would-be result, the upright source's by default. */
export function imageoptimFacts(info: SourceInfo, size: Size = uprightSize(info)): ImageoptimFacts {
  return {
    width: size.width,
    height: size.height,
    format: info.format,
    size: info.bytes,
    animated: isMoving(info),
  };
}

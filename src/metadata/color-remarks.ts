/**
 * Color remarks: what became of colors that an answer cannot show as the source has them.
 */
import { type Diagnostic, note, warning } from '../base/diagnostic.ts';
import { isHdr } from '../image/source-color.ts';
import type { SourceInfo } from '../image/source-info.ts';

/**
 * Remarks on a picture of this source.
 *
 * @param rendered whether its pixels were worked on; else it shows the colors that the source says
 */
export function colorRemarks(
  { color, unknownColor, gainMap }: SourceInfo,
  rendered = true,
): Diagnostic[] {
  const out: Diagnostic[] = [];
  if (rendered && color !== undefined && isHdr(color)) {
    const kind = color.transfer.kind.toUpperCase();
    out.push(warning(`The source is HDR (${kind}); it is tone-mapped to sRGB.`));
  }
  if (rendered && unknownColor !== undefined) {
    out.push(
      warning(`Expected colors that are known here, got ${unknownColor}; it has no effect.`),
    );
  }
  if (gainMap) {
    out.push(note('The gain map of the source is left out; the picture is its base rendition.'));
  }
  return out;
}

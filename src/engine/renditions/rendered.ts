/**
 * Rendered: what a worker has made, before it is packed for the way to the front.
 *
 * Pure.
 */
import type { Size } from '../../base/size.ts';
import type { FormatName } from '../../image/format.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { colorRemarks } from '../../metadata/color-remarks.ts';
import type { Scores } from '../../optimizer/task.ts';
import type { WorkerResult } from '../worker-protocol.ts';

export interface Rendered
  extends Pick<
    WorkerResult,
    'receipt' | 'warmStart' | 'diagnostics' | 'videoFailure' | 'signingFailure'
  > {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly format: FormatName;
  readonly size: Size;
  /** Measures it, where its score is not known yet (optimizer/task.ts). */
  readonly measure?: () => Promise<Scores>;
}

/** A text that is delivered in place of a picture. @param shown the source whose colors were looked at */
export function renderedText(
  content: string,
  mediaType: string,
  { width, height }: Size,
  shown?: SourceInfo,
): Rendered {
  const bytes = new TextEncoder().encode(content);
  // Data outputs have no picture format; the nearest card only fills the facts.
  const diagnostics = shown === undefined ? [] : colorRemarks(shown);
  return { bytes, mediaType, format: 'png', size: { width, height }, diagnostics };
}
